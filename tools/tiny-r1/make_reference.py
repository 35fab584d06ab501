#!/usr/bin/env python3
"""make_reference.py [DIR]: reference.safetensors and transcript.json.

What transformers computes in float32 from the stored weights of tiny-r1, what
the extra layer (`model.Mtp`) computes after it, and the greedy answers to a
few questions.
"""
import os
import sys

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../test-models'))
import make_tokenizers as tok  # noqa: E402
import reference  # noqa: E402

import judge  # noqa: E402

QUESTIONS = ('What is 123 + 456?', 'What is 802 - 357?',
             'Which is larger, 345 or 354?')


def prompt(coder, at, question):
    text = f'<｜User｜>{question}<｜Assistant｜><think>\n'
    return [at[tok.BOS]] + coder.encode(text, add_special_tokens=False).ids


def extra_layer(model, mtp, tokens):
    """Row i: from state i and token i + 1, the logits of token i + 2."""
    x, seen = torch.tensor([tokens]), []
    mtp.layer.mlp.gate.register_forward_hook(
        lambda gate, args, out: seen.append(
            (out[2].sort(-1).values, reference.margin_of_choice(
                gate, args[0]))))
    state = model.model(x, use_cache=False).last_hidden_state
    logits = mtp(model, model.model.embed_tokens(x[:, 1:]), state[:, :-1])[0]
    (experts, router), = seen
    return dict(mtp_logits=logits, mtp_experts=experts.int()), router


@torch.no_grad()
def main(folder):
    torch.set_num_threads(1)
    model, mtp, coder, at = judge.load(folder)
    known, said = coder.get_vocab_size(), []
    for q in QUESTIONS:
        ids = prompt(coder, at, q)
        out, lead = reference.greedy(model, ids, 90, known)
        end = out.index(at[tok.EOS]) + 1 if at[tok.EOS] in out else len(out)
        said.append(dict(question=q, prompt_ids=ids, ids=out[:end],
                         text=coder.decode(out[:end])))
        print(q, '->', repr(said[-1]['text']), 'lead', lead)
    tok.write_json(f'{folder}/transcript.json', said)
    tokens = [x for s in said for x in s['prompt_ids'] + s['ids']][:160]
    tensors, got = reference.compute(
        model, tokens, said[0]['prompt_ids'], known)
    more, got['mtp_router'] = extra_layer(model, mtp, tokens)
    tensors |= more
    print(got)
    save_file(tensors, f'{folder}/reference.safetensors', metadata={
        k: f'{v:.6g}' for k, v in got.items()})


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else f'{tok.MODELS}/tiny-r1')
