#!/usr/bin/env python3
"""random_side_tokens.py FATHOM [COUNT [SEED]]: tokens of side files at random.

Puts COUNT folders together (300) that hold a small tokenizer.json and, at
random, tokenizer_config.json, special_tokens_map.json and added_tokens.json
which name tokens: known ones and new ones, with flags, gaps and conflicts.
Compares encoding and decoding of 20 strings with AutoTokenizer's of
transformers. Prints each difference and each refusal; exits with 1 where there
is a difference.
"""
import collections
import json
import logging
import os
import random
import re
import subprocess
import sys
import tempfile

from transformers import AutoTokenizer

import make_tokenizers as tok
from compare_tokenizers import lines

STANDARD = ('bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token',
            'cls_token', 'mask_token')
NEW = ['[PAD]', '<extra_0>', '<tool>', '<|im_x|>', '<Q>', 'wörd', ' sp ']
FLAGS = ('single_word', 'lstrip', 'rstrip', 'normalized', 'special')


def folder(r, at, base):
    tokenizer = json.loads(json.dumps(base))
    words = [w for w in base['model']['vocab'] if len(w) > 2 and w.isalpha()]
    own = [t['content'] for t in base['added_tokens']]
    texts = own + NEW + r.sample(words, 2)
    top = len(base['model']['vocab']) + len(own)
    if r.random() < .3:
        tokenizer['normalizer'] = dict(type='Lowercase')

    def flags(all_=False):
        return {f: r.random() < .4 for f in FLAGS if all_ or r.random() < .7}

    def token(typed):
        text = r.choice(texts)
        if r.random() < .5:
            return text
        made = dict(content=text, **flags())
        if typed:
            made['__type'] = 'AddedToken'
        return made

    def named(typed):
        made = {n: token(typed) for n in STANDARD if r.random() < .3}
        for n in ('x_token', 'y_token'):
            if r.random() < .2:
                made[n] = token(typed)
        if r.random() < .1:
            made[r.choice(STANDARD)] = None
        for n in ('additional_special_tokens', 'extra_special_tokens'):
            kind = r.random()
            if kind < .25:
                made[n] = [token(True) if typed else r.choice(texts)
                           for _ in range(r.randrange(3))]
            elif kind < .35 and n[0] == 'e':
                made[n] = {'a_token': r.choice(texts), 'b': r.choice(texts)}
        return made

    config = dict(tokenizer_class='PreTrainedTokenizerFast')
    if r.random() < .6:
        config.update(named(True))
    if r.random() < .2:
        config['model_specific_special_tokens'] = {
            'm_token': r.choice(texts), 'n': token(True)}
    ids = r.sample(range(top - len(own), top + 8), r.randrange(5))
    if r.random() < .3:
        config['added_tokens_decoder'] = {
            str(i): dict(content=r.choice(texts), **flags()) for i in ids}
        if r.random() < .5:
            for t in base['added_tokens']:
                config['added_tokens_decoder'][str(t['id'])] = {
                    k: v for k, v in t.items() if k != 'id'}
    files = {'tokenizer.json': tokenizer, 'tokenizer_config.json': config}
    if r.random() < .4:
        files['special_tokens_map.json'] = named(False)
    if r.random() < .4:
        files['added_tokens.json'] = {r.choice(texts): i for i in ids}
    for name, value in files.items():
        with open(f'{at}/{name}', 'w', encoding='utf8') as f:
            json.dump(value, f)
    return texts


def strings(r, texts):
    for _ in range(20):
        yield ''.join(r.choice(texts + ['a', ' ', 'Hello', '  ', 'b c', '\n'])
                      if r.random() < .9 else r.choice(texts).upper()
                      for _ in range(r.randrange(1, 9)))


def main(fathom, count=300, seed=1):
    logging.disable(logging.CRITICAL)
    base_at = f'{tok.MODELS}/tokenizers/qwen2/tokenizer.json'
    with open(base_at, encoding='utf8') as f:
        base = json.load(f)
    tally, refusals = collections.Counter(), collections.Counter()
    for n in range(int(count)):
        r = random.Random(f'{seed} {n}')
        with tempfile.TemporaryDirectory() as at:
            inputs = list(strings(r, folder(r, at, base)))
            command = [fathom, 'tokenize', at, '--json-lines']
            try:
                got = lines(command, inputs)
            except subprocess.CalledProcessError:
                got = subprocess.run(command, input='""\n', text=True,
                                     stderr=subprocess.PIPE, check=False).stderr
            try:
                t = AutoTokenizer.from_pretrained(at)
            except Exception as e:  # whatever it says
                if not isinstance(got, str):
                    tally['only transformers refuses'] += 1
                    if tally['only transformers refuses'] < 5:
                        print(n, 'transformers:', repr(e)[:200])
                continue
            if isinstance(got, str):
                tally['refused'] += 1
                refusals[re.sub('".*?"', '""', got.replace(at, ''))] += 1
                continue
            want = [t.encode(s, add_special_tokens=False) for s in inputs]
            equal = [a for a, b in zip(want, got) if a == b]
            back = [t.backend_tokenizer.decode(i, skip_special_tokens=False)
                    for i in equal]
            seen = lines([*command, '--decode'], equal)
            for name, a, b in (('encode', want, got), ('decode', back, seen)):
                bad = [x for x in zip(inputs, a, b) if x[1] != x[2]]
                tally[name] += len(a)
                tally[f'{name}: differ'] += len(bad)
                for x in bad[:1]:
                    print(n, name, *map(ascii, x))
                    if os.environ.get('SHOW'):
                        for f in sorted(os.listdir(at))[:3]:
                            if f != 'tokenizer.json': print('  ', f, open(f'{at}/{f}').read())
                        print(t.added_tokens_decoder)
    print(dict(tally))
    for text, times in refusals.items():
        print(times, text.strip())
    return any(k.endswith('differ') and v for k, v in tally.items())


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
