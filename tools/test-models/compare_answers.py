#!/usr/bin/env python3
"""compare_answers.py FATHOM DIR [COUNT [PROMPT...]]: greedy answers, id by id.

Compiles the Hugging Face folder DIR (deepseek_v3, llama, qwen2) with float32
weights, asks each PROMPT (some of its own where none is given) for COUNT
tokens (64) through `FATHOM run --json`, and continues the same prompt ids
greedily with transformers, in float32 with eager attention and experts. One
line a prompt; exits 1 where ids differ. Where they do, the line says how far
ahead transformers' token was of ours, relative to the largest logit.
"""
import json
import subprocess
import sys
import tempfile

import torch
from transformers import AutoTokenizer

import reference

PROMPTS = ('What is the capital of France?', 'What is 123 + 456?',
           'Name three colors of the rainbow.', 'Write a haiku about the sea.',
           'Sort 9, 4, 7 in ascending order.')


def ask(fathom, artifact, prompt, count):
    out = subprocess.run(
        [fathom, 'run', artifact, '--prompt', prompt, '--temperature', '0',
         '--repetition-penalty', '1', '--max-tokens', str(count), '--json'],
        stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)


@torch.no_grad()
def greedy(model, prompt, count, known, stops):
    """(ids, rows of logits), a stop token included."""
    ids, rows, past = [], [], None
    given = torch.tensor([prompt])
    while len(ids) < count and not (ids and ids[-1] in stops):
        out = model(given, past_key_values=past, use_cache=True)
        past = out.past_key_values
        rows.append(out.logits[0, -1, :known])
        ids.append(rows[-1].argmax().item())
        given = torch.tensor([ids[-1:]])
    return ids, rows


def stop_tokens(model):
    stops = model.generation_config.eos_token_id
    return set(stops if isinstance(stops, list) else [stops])


def difference(ours, theirs, rows):
    """What to say of two answers that are not the same."""
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
              min(len(ours), len(theirs)))
    if at == len(ours) or at == len(theirs):
        return f'found {len(ours)} tokens, expected {len(theirs)}'
    row = rows[at]
    lead = (row[theirs[at]] - row[ours[at]]) / row.abs().max()
    return (f'token {at}: found {ours[at]}, expected {theirs[at]}, '
            f'which leads by {lead.item():.2g}')


def main(fathom, folder, count, prompts):
    wrong = 0
    model = reference.load(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with tempfile.TemporaryDirectory() as d:
        artifact = f'{d}/answers.fathom'
        subprocess.run([fathom, 'compile', folder, '-o', artifact,
                        '--weights', 'f32'], check=True)
        for prompt in prompts:
            got = ask(fathom, artifact, prompt, count)
            ids, rows = greedy(model, got['prompt_ids'], count,
                               len(tokenizer), stop_tokens(model))
            rendered = tokenizer.apply_chat_template(
                [dict(role='user', content=prompt)], tokenize=False,
                add_generation_prompt=True)
            prompt_ids = tokenizer(rendered, add_special_tokens=False).input_ids
            if prompt_ids != got['prompt_ids']:
                verdict = 'BAD: other ids of the prompt'
            elif got['ids'] != ids:
                verdict = 'BAD: ' + difference(got['ids'], ids, rows)
            else:
                verdict = 'equal'
            wrong += verdict != 'equal'
            print(f'{prompt!r}: {len(ids)} tokens, {verdict}: '
                  f'{tokenizer.decode(ids)[-60:]!r}', flush=True)
    print(f'{len(prompts) - wrong} of {len(prompts)} answers equal')
    return wrong != 0


if __name__ == '__main__':
    given = sys.argv[3:]
    sys.exit(main(sys.argv[1], sys.argv[2], int(given[0]) if given else 64,
                  given[1:] or PROMPTS))
