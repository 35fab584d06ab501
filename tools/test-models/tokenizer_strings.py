#!/usr/bin/env python3
"""Strings that tell tokenizers apart, and their ids by `tokenizers`.

Writes test/models/tokenizers/KIND.jsonl, one object a line: `text`, `ids` (no
special tokens added) and `decoded` where it is not the text again. Writes
one-letter.jsonl too: the ids of 1 MiB of one letter, as `head`, `unit`, which is
there `times` times, and `rest`; `decoded` is false where decoding does not give
the text again.
`strings(count)` also feeds compare_tokenizers.py.
"""
import itertools
import json
import random
import sys
import unicodedata

from tokenizers import Tokenizer

import make_tokenizers as tok

KINDS = ('deepseek', 'llama3', 'qwen2', 'digits', 'added-flags', *tok.FAMILIES)
LETTERS = ('a', 'l', '7', '.', ' ', '\n', '\u00e9', '\u601d')
SPACES = [' ', '  ', '   ', '\t', '\n', '\r\n', '\n\n', '\u00a0', '\u1680',
          '\u180e', '\u2003', '\u2028', '\u3000', '\u200b', '\x85', '\x0b']
WORDS = ["don't", "WE'LL", "it'\u017f", 'Thinking', 'x_1', 'foo(bar);', '3.14',
         '1234567', '\u0663\u0664', '\u00bd\u2167', 'cafe\u0301', 'caf\u00e9!',
         'caf\u00e9', '\u212b', '\u1e9b\u0323', '\ud55c\uae00',
         '\u1112\u1161\u11ab', '\u601d\u8003\u8fc7\u7a0b',
         '\u3072\u3089\u304c\u306a', '\u30ab\u30bf', '\u9fa6\u4dbf',
         '\U0001f44d\U0001f3fd', '\U0001f468\u200d\U0001f469', '\u2211\u2192',
         '!!!', '...', ' ?\n', '<left>', '<right>', '<left><right>', 'word',
         'words', '<both>', ' thoughtful', ' numbered', '777', 'reread']


def code_point(r):
    """Any scalar value: of every plane, mostly of the crowded ones."""
    high = r.choice((0x7f, 0x7ff, 0x3100, 0xffff, 0x1ffff, 0x3ffff, 0x10ffff))
    while True:
        c = r.randint(0, high)
        if not 0xd800 <= c <= 0xdfff:
            return chr(c)


def newer(text):
    """Holds a code point that this Python's Unicode (14 in 3.11) lacks:
    engines of different age may split there differently."""
    return any(unicodedata.category(c) == 'Cn' for c in text)


def strings(count, seed=5, longest=70):
    """`longest` is how often a part is repeated at most."""
    r = random.Random(seed)
    marks = [tok.BOS, tok.EOS, tok.USER, tok.ASSISTANT, tok.THINK,
             tok.UNTHINK, '<|im_start|>', '<think', 'think>', '<unk>',
             '<0x0A>', tok.BLOCK, '\u0120', '</w>']
    yield ''
    for _ in range(count - 1):
        parts = []
        for _ in range(r.randint(1, 9)):
            parts.append(r.choice((
                lambda: r.choice(SPACES), lambda: r.choice(SPACES),
                lambda: r.choice(WORDS), lambda: r.choice(WORDS),
                lambda: r.choice(marks), lambda: code_point(r),
                lambda: r.choice(tok.FLAGGED),
                lambda: r.choice(SPACES + WORDS) * r.randint(2, longest),
                lambda: str(r.randrange(10**r.randint(1, 9)))))())
        yield ''.join(parts)


def one_letter(at):
    """1 MiB of each letter by each tokenizer."""
    with open(f'{at}/one-letter.jsonl', 'w', encoding='utf8') as f:
        for kind, letter in itertools.product(KINDS, LETTERS):
            t = Tokenizer.from_file(f'{at}/{kind}/tokenizer.json')
            text = letter * ((1 << 20) // len(letter.encode()))
            ids = t.encode(text, add_special_tokens=False).ids
            head, unit, times, rest = next(
                ((ids[:h], ids[h:h + n], k, ids[h + n * k:])
                 for h in range(9) for n in range(1, 9)
                 for k in [(len(ids) - h) // n - 1] if k > 0
                 and ids[h:h + n] * k == ids[h:h + n * k]),
                (ids, [], 0, []))
            assert len(head) < 9 and len(rest) < 99
            same = t.decode(ids, skip_special_tokens=False) == text
            f.write(json.dumps(
                dict(kind=kind, letter=letter, head=head, unit=unit,
                     times=times, rest=rest) | ({} if same else dict(
                         decoded=False)), separators=(',', ':')) + '\n')


def main(count):
    at = f'{tok.MODELS}/tokenizers'
    one_letter(at)
    for kind in KINDS:
        t = Tokenizer.from_file(f'{at}/{kind}/tokenizer.json')
        with open(f'{at}/{kind}.jsonl', 'w', encoding='utf8') as f:
            for s in filter(lambda s: not newer(s), strings(count, longest=5)):
                ids = t.encode(s, add_special_tokens=False).ids
                back = t.decode(ids, skip_special_tokens=False)
                f.write(json.dumps(dict(text=s, ids=ids) | (
                    {} if back == s else dict(decoded=back)),
                    separators=(',', ':')) + '\n')


if __name__ == '__main__':
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
