#!/usr/bin/env python3
"""random_patterns.py FATHOM [COUNT [SEED [STRINGS]]]: split patterns at random.

Compares how COUNT patterns (250) of nested classes, intersections and
properties, and those of BLOOM and Kimi K2, split STRINGS strings (50) with the
`tokenizers` library. Prints each difference and each refusal, which counts
where it names nothing; exits with 1 where there is a difference.
"""
import json
import random
import subprocess
import sys
import tempfile

from tokenizers import Regex, Tokenizer, decoders, models
from tokenizers import pre_tokenizers as pre

import make_tokenizers as tok
from compare_tokenizers import lines
from tokenizer_strings import strings

PROPERTIES = ('Han Hiragana Katakana Thai Hangul Greek Hebrew Hani Latin Common'
              ' Georgian L Lu Ll Lt Lm Lo M Mn N Nd P S Sc Z C Letter'
              ' Uppercase_Letter White_Space Uppercase Emoji ^Han ^L').split()
CHARACTERS = ('a', 'z', 'A', '0', '(', '|', '.', r'\[', r'\]', '\\\\', r'\n',
              ' ', '\u601d', '\u00e9', '\u3042', '\U0001f44d', '\u0301', '^')
POSIX = ('digit', 'space', 'upper', 'xdigit', 'blank', 'cntrl', 'ascii')
SPECIMENS = ('\u601d\u8003\u3002', '\u3042\u30a2\u30fc', '\u0391\u03b1\u03c2',
             '\u0416\u0436', '\u0627\u064e', '\u0e01\u0e34', '\u05d0\u05b0',
             '\U00020000', '\U0002ebf0', '\u0130\u0131', '\u01c5', '\u02b0',
             '\U0001f469\u200d\U0001f4bb', '\u2160', '\u20ac', '\U00010d50',
             '\U0001e030', '\U00031350', 'A\u030a')


def item(r, depth):
    kind = r.random()
    if kind < .25 and depth < 3:
        return class_(r, depth + 1)
    if kind < .55:
        return r.choice((r'\p{%s}', r'\P{%s}')) % r.choice(PROPERTIES)
    if kind < .65:
        return r.choice((r'\s', r'\S', r'\d', r'\D', r'\h'))
    if kind < .75:
        return r.choice(('[:%s:]', '[:^%s:]')) % r.choice(POSIX)
    if kind < .85:
        return r.choice(('a-z', 'A-Z', '0-9', '\u4e00-\u9fff', '!-/',
                         '\u0370-\u03ff', '\u0300-\u036f'))
    return r.choice(CHARACTERS)


def class_(r, depth=0):
    def operand():
        return ''.join(item(r, depth) for _ in range(r.randint(1, 4)))
    operands = [operand() for _ in range(r.choice((1, 1, 1, 2, 2, 3)))]
    body = '&&'.join(operands)
    if body.startswith('^'):
        body = '\\' + body
    return r.choice(('[', '[', '[^')) + body + ']'


def pattern(r):
    return '|'.join(
        ''.join(class_(r) + r.choice(('', '+', '*', '?', '{1,3}'))
                for _ in range(r.randint(1, 2)))
        for _ in range(r.randint(1, 3)))


def tokenizer(regex):
    """One id a byte, of two kinds: the last of each piece tells where it ends."""
    t = Tokenizer(models.BPE(end_of_word_suffix='</w>'))
    t.pre_tokenizer = pre.Sequence([
        pre.Split(Regex(regex), 'isolated'),
        pre.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    j = json.loads(t.to_str())
    letters = sorted(pre.ByteLevel.alphabet())
    j['model']['vocab'] = {c: i for i, c in enumerate(
        [*letters, *(c + '</w>' for c in letters)])}
    return j


def main(fathom, count=250, seed=1, texts=50):
    r = random.Random(seed)
    given = [s + ''.join(r.choices(SPECIMENS, k=3)) + s[:9]
             for s in strings(texts, seed, 5)]
    wrong = refused = skipped = 0
    for regex in [tok.BLOOM, tok.KIMI, *(pattern(r) for _ in range(count))]:
        try:
            j = tokenizer(regex)
        except Exception:
            skipped += 1
            continue
        t = Tokenizer.from_str(json.dumps(j))
        want = [t.encode(s, add_special_tokens=False).ids for s in given]
        with tempfile.TemporaryDirectory() as at:
            tok.write_json(f'{at}/tokenizer.json', j)
            command = [fathom, 'tokenize', at, '--json-lines']
            try:
                got = lines(command, given)
            except subprocess.CalledProcessError:
                print('refused:', ascii(regex))
                refused += 1
                continue
        bad = [x for x in zip(given, want, got) if x[1] != x[2]]
        bad += [()] * (len(want) != len(got))
        wrong += len(bad)
        if bad:
            print(ascii(regex), *map(ascii, bad[0]), sep='\n  ')
    print(f'{count + 2 - skipped - refused} patterns, {wrong} differences '
          f'({refused} refused, {skipped} that the library does not compute)')
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
