#!/usr/bin/env python3
"""compare_tokenizers.py FATHOM [COUNT]: encode and decode, both ways.

Runs `FATHOM tokenize DIR --json-lines` (and `--decode`) on COUNT strings
(20,000) for each tokenizer under test/models/tokenizers and counts what
differs from the `tokenizers` library.
"""
import json
import subprocess
import sys

from tokenizers import Tokenizer

import make_tokenizers as tok
from tokenizer_strings import KINDS, newer, strings


def lines(command, values):
    out = subprocess.run(
        command, input=''.join(json.dumps(v) + '\n' for v in values),
        text=True, encoding='utf8', stdout=subprocess.PIPE, check=True)
    return [json.loads(x) for x in out.stdout.split('\n')[:-1]]


def main(fathom, count):
    wrong, texts = 0, list(strings(count))
    for kind in KINDS:
        at = f'{tok.MODELS}/tokenizers/{kind}'
        t = Tokenizer.from_file(f'{at}/tokenizer.json')
        ids = [t.encode(s, add_special_tokens=False).ids for s in texts]
        back = [t.decode(i, skip_special_tokens=False) for i in ids]
        command = [fathom, 'tokenize', at, '--json-lines']
        for name, want, got in (
                ('encode', ids, lines(command, texts)),
                ('decode', back, lines([*command, '--decode'], ids))):
            bad = [(s, w, g) for s, w, g in zip(texts, want, got) if w != g]
            lost = len(want) != len(got)
            apart = sum(newer(s) for s, _, _ in bad)
            print(f'{kind} {name}: {len(bad)} of {len(want)} differ, {apart}'
                  ' of them with code points newer than Unicode 14',
                  '(lines are missing)' if lost else '')
            for b in bad[:3]:
                print('  ', *map(ascii, b))
            wrong += len(bad) + lost
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1],
                  int(sys.argv[2]) if len(sys.argv) > 2 else 20_000))
