#!/usr/bin/env python3
"""judge.py [DIR]: what the stored tiny-r1 can do.

Prints the share of right answers to the held-out sums and to other puzzles,
greedy, and how often the extra layer's draft is what the model says next.
"""
import json
import random
import sys

import torch
from safetensors.torch import load_file

import data
from model import Mtp, tok


@torch.no_grad()
def answers(model, coder, at, prompts, longest=90):
    """What the model says to each prompt, without the end."""
    rows = [[at[tok.BOS]] + coder.encode(p, add_special_tokens=False).ids
            for p in prompts]
    said = [None] * len(rows)
    by_length = {}
    for i, row in enumerate(rows):
        by_length.setdefault(len(row), []).append(i)
    for n, which in by_length.items():
        for k in range(0, len(which), 100):
            some = which[k:k + 100]
            x = torch.tensor([rows[i] for i in some])
            out = model.generate(
                x, do_sample=False, max_new_tokens=longest,
                eos_token_id=at[tok.EOS], pad_token_id=at[tok.EOS],
                attention_mask=torch.ones_like(x))
            for i, row in zip(some, out):
                said[i] = coder.decode(row[n:].tolist())
    return said


def share(model, coder, at, examples):
    """Of right answers: the text after the thoughts, character by
    character."""
    was = model.training
    model.eval()
    said = answers(model, coder, at, [data.text(*x)[0] for x in examples])
    model.train(was)
    return sum(s.split('</think>\n')[-1] == x[3]
               for s, x in zip(said, examples)) / len(examples)


def accuracy(model, coder, at, count=None):
    return share(model, coder, at, [
        ('', *data.sum_example(*s)) for s in data.held_out()[:count]])


@torch.no_grad()
def acceptance(model, mtp, coder, at, count=200):
    """How often the draft of token i + 2 is what the model says there, on
    its own answers to held-out sums."""
    kept = total = 0
    prompts = [data.text('', *data.sum_example(*s))[0]
               for s in data.held_out()[:count]]
    for p, s in zip(prompts, answers(model, coder, at, prompts)):
        head, tail = (coder.encode(t, add_special_tokens=False).ids
                      for t in (p, s + data.EOS))
        x = torch.tensor([[at[tok.BOS]] + head + tail])
        state = model.model(x, use_cache=False).last_hidden_state
        draft = mtp(model, model.model.embed_tokens(x[:, 1:-1]),
                    state[:, :-2]).argmax(-1)
        good = (draft == x[:, 2:])[0, len(head):]
        kept, total = kept + good.sum().item(), total + len(good)
    return kept / total


def report(model, mtp, coder, at):
    model.eval(), mtp.eval()
    print('held-out sums', accuracy(model, coder, at), flush=True)
    r, without = random.Random(77), data.forbidden()
    for name, make in (
            ('sums below 100', lambda: data.sum_example(
                *data.pair(r, 1, 99))),
            ('word sums', lambda: data.word_example(
                r, *data.unseen_pair(r, 100, 999, without))),
            ('larger', lambda: data.larger_example(
                *r.sample(range(100, 1000), 2))),
            ('sort', lambda: data.sort_example(
                *r.sample(range(100, 1000), 3))),
            ('backwards', lambda: data.reverse_example(
                r.randint(100, 999))),
            ('parity', lambda: data.parity_example(r.randint(100, 999)))):
        rows = [('', *make()) for _ in range(200)]
        print(name, share(model, coder, at, rows), flush=True)
    rows = [data.sum_example(*data.pair(r, 100, 999)) for _ in range(200)]
    print('sums after another turn', share(model, coder, at, [
        (data.turn(r, q, said), *row)
        for (q, _, said), row in zip(rows[1:] + rows[:1], rows)]), flush=True)
    print('acceptance', acceptance(model, mtp, coder, at), flush=True)


def load(folder):
    """(model, extra layer, tokenizer, ids of its added tokens)."""
    import reference
    with open(f'{folder}/tokenizer.json', encoding='utf8') as f:
        t = json.load(f)
    model = reference.load(folder)
    mtp, stored = Mtp(model.config), load_file(f'{folder}/model.safetensors')
    prefix, own = f'model.layers.{model.config.num_hidden_layers}.', {}
    for k, v in stored.items():
        if k.startswith(prefix):
            own[k[len(prefix):]] = v.float()
    names = {'shared_head.norm.weight': 'norm.weight'} | {
        f'{x}.weight': f'{x}.weight' for x in ('enorm', 'hnorm', 'eh_proj')}
    state = {names.get(k, f'layer.{k}'): v for k, v in own.items()
             if '.experts.' not in k and k not in (
                 'shared_head.head.weight', 'embed_tokens.weight')}
    e, at = range(model.config.n_routed_experts), 'mlp.experts'
    state[f'layer.{at}.gate_up_proj'] = torch.stack([torch.cat([
        own[f'{at}.{i}.{x}_proj.weight'] for x in ('gate', 'up')])
        for i in e])
    state[f'layer.{at}.down_proj'] = torch.stack([
        own[f'{at}.{i}.down_proj.weight'] for i in e])
    mtp.load_state_dict(state)
    return (model, mtp.float(), tok.Tokenizer.from_str(json.dumps(t)),
            tok.ids(t))


if __name__ == '__main__':
    report(*load(sys.argv[1] if len(sys.argv) > 1
                 else f'{tok.MODELS}/tiny-r1'))
