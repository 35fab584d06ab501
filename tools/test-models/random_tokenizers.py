#!/usr/bin/env python3
"""random_tokenizers.py FATHOM [COUNT [SEED [STRINGS]]]: tokenizers at random.

Puts COUNT tokenizer.json together (100) from all normalizers, pre-tokenizers,
decoders and options of BPE models that Fathom computes, trains each on a little
text, and compares encoding and decoding of STRINGS strings (200) with the
`tokenizers` library. Prints each difference; exits with 1 where there is one.
"""
import json
import os
import random
import resource
import sys
import tempfile

from tokenizers import Tokenizer, models, trainers

import make_tokenizers as tok
from compare_tokenizers import lines
from tokenizer_strings import newer, strings

BEHAVIORS = ('Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext',
             'Contiguous')
PATTERNS = (dict(String=' '), dict(String='a.'), dict(String='\u2581'),
            dict(Regex=r'\s+'), dict(Regex=r'\p{N}{1,3}'), dict(Regex=' ?[a-z]*'),
            dict(Regex=r'[^\p{L}]+'), dict(Regex=tok.WORD % '{1,3}'),
            dict(Regex=tok.BLOOM), dict(Regex=tok.KIMI))
BLOCK = '\u2581'
SKIPPED = 99  # the exit code of a child


def normalizer(r):
    return r.choice((
        lambda: dict(type=r.choice(('NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase',
                                    'StripAccents', 'Nmt', 'ByteLevel'))),
        lambda: dict(type='Strip', strip_left=r.random() < .5,
                     strip_right=r.random() < .5),
        lambda: dict(type='Replace', content=r.choice((BLOCK, '', 'xyz', ' ')),
                     pattern=r.choice([p for p in PATTERNS
                                       if '*' not in p.get('Regex', '')])),
        lambda: dict(type='Prepend', prepend=r.choice((BLOCK, ' ', '::')))))()


def pre_tokenizer(r):
    def metaspace():
        scheme = r.choice(('always', 'never', 'first'))
        step = dict(type='Metaspace', replacement=r.choice((BLOCK, '_', ' ')),
                    prepend_scheme=scheme, split=r.random() < .7)
        if r.random() < .3:
            step['add_prefix_space'] = scheme != 'never'
        return step
    return r.choice((
        metaspace,
        lambda: dict(type='ByteLevel', add_prefix_space=r.random() < .5,
                     trim_offsets=True, use_regex=r.random() < .5),
        lambda: dict(type='Split', pattern=r.choice(PATTERNS),
                     behavior=r.choice(BEHAVIORS), invert=r.random() < .5),
        lambda: dict(type='Digits', individual_digits=r.random() < .5),
        lambda: dict(type='Punctuation', behavior=r.choice(BEHAVIORS)),
        lambda: dict(type=r.choice(('Whitespace', 'WhitespaceSplit',
                                    'BertPreTokenizer'))),
        lambda: dict(type='CharDelimiterSplit', delimiter=r.choice(' -e')),
        lambda: dict(type='FixedLength', length=r.randint(1, 7))))()


def decoder(r):
    return r.choice((
        lambda: dict(type=r.choice(('ByteFallback', 'Fuse', 'ByteLevel'))),
        lambda: dict(type='Metaspace', replacement=r.choice((BLOCK, '_')),
                     prepend_scheme=r.choice(('always', 'never', 'first')),
                     split=True),
        # The library breaks down where both ends of a token are stripped.
        lambda: dict(type='Strip', content=r.choice(' _e'),
                     start=r.randint(0, 2), stop=0),
        lambda: dict(type='Replace', content=r.choice((' ', '', 'xx')),
                     pattern=r.choice((dict(String=BLOCK), dict(String='\u0120'),
                                       dict(String='ee'), dict(String='th')))),
        lambda: dict(type='BPEDecoder', suffix='</w>'),
        lambda: dict(type='WordPiece', prefix='##', cleanup=r.random() < .5)))()


def steps(r, make, list_key, most):
    found = [make(r) for _ in range(r.randint(0, most))]
    for step in found:
        if step['type'] == 'ByteLevel' and list_key == 'decoders':
            step |= dict(add_prefix_space=True, trim_offsets=True,
                         use_regex=True)
    if len(found) == 1 and r.random() < .5:
        return found[0]
    if not found and r.random() < .5:
        return None
    return {'type': 'Sequence', list_key: found}


def added_tokens(r):
    words = ['<s>', '<left>', '<right>', 'word', 'Caf\u00e9!', 'x_1', '<|x|>',
             'e\u0301', '777', 'the ', ' a', BLOCK + 'is', '<think>', 'TH']
    for content in r.sample(words, r.randint(0, 8)):
        yield dict(id=0, content=content) | {
            key: r.random() < .3 for key in
            ('single_word', 'lstrip', 'rstrip', 'normalized', 'special')}


def make(r):
    j = dict(version='1.0', truncation=None, padding=None, added_tokens=[],
             normalizer=steps(r, normalizer, 'normalizers', 3),
             pre_tokenizer=steps(r, pre_tokenizer, 'pretokenizers', 3),
             post_processor=None, decoder=steps(r, decoder, 'decoders', 4),
             model=json.loads(Tokenizer(models.BPE()).to_str())['model'])
    t = Tokenizer.from_str(json.dumps(j))
    fallback = r.choice(([], range(256), r.sample(range(256), 200)))
    affixes = {key: r.choice(values) for key, values in (
        ('continuing_subword_prefix', ('##', '\u2581')),
        ('end_of_word_suffix', ('</w>', '_'))) if r.random() < .15}
    t.train_from_iterator(
        list(tok.corpus(r.randrange(9), 150)), trainers.BpeTrainer(
            vocab_size=r.randint(300, 700), limit_alphabet=r.randint(30, 200),
            special_tokens=['<unk>'] * (r.random() < .7) + [
                f'<0x{b:02X}>' for b in fallback],
            show_progress=False, **affixes))
    model = json.loads(t.to_str())['model']
    model |= dict(unk_token=r.choice((None, '<unk>')), **{
        key: r.random() < .5
        for key in ('fuse_unk', 'byte_fallback', 'ignore_merges')})
    if r.random() < .3:
        model['merges'] = [' '.join(m) for m in model['merges']
                           ] if not any(' ' in w for m in model['merges']
                                        for w in m) else model['merges']
    return j | dict(model=model, added_tokens=list(added_tokens(r)))


def show(j):
    return ascii({k: v for k, v in j.items() if k != 'model'} | {
        k: v for k, v in j['model'].items() if k not in ('vocab', 'merges')})


def compare(fathom, j, texts, r):
    """How many strings differ; None where the library itself breaks down."""
    t, want = Tokenizer.from_str(json.dumps(j)), []
    try:
        for s in texts:
            want.append(t.encode(s, add_special_tokens=False).ids)
    except BaseException:  # it panics, too
        return None
    size = t.get_vocab_size()
    ids = want + [[r.randrange(size) for _ in range(r.randint(0, 12))]
                  for _ in texts]
    try:
        back = [t.decode(i, skip_special_tokens=False) for i in ids]
    except BaseException:
        return None
    with tempfile.TemporaryDirectory() as at:
        tok.write_json(f'{at}/tokenizer.json', j)
        command = [fathom, 'tokenize', at, '--json-lines']
        try:
            got = lines(command, texts), lines([*command, '--decode'], ids)
        except Exception as e:
            print(f'refused: {e}\n  {show(j)}')
            return 1
    wrong = 0
    for of, w, g in ((texts, want, got[0]), (ids, back, got[1])):
        bad = [(a, b, c) for a, b, c in zip(of, w, g) if b != c]
        wrong += len(bad)
        for a, b, c in bad[:2]:
            print(*map(ascii, (a, b, c)), sep='\n  ')
    if wrong:
        print(f'{wrong} differ: {show(j)}')
    return wrong


def in_child(run):
    """What `run` returns; None where the process breaks down."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        found = run()
        sys.stdout.flush()
        os._exit(SKIPPED if found is None else min(found, SKIPPED - 1))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if 0 <= status < SKIPPED else None


def main(fathom, count=100, seed=1, texts=200):
    os.environ['RUST_BACKTRACE'] = '0'
    given = [s for s in strings(texts, seed) if not newer(s)]
    wrong = skipped = 0
    for i in range(count):
        r = random.Random(f'{seed} {i}')
        # The library ends, or takes all memory, on some of them.
        found = in_child(lambda: compare(fathom, make(r), given, r))
        skipped += found is None
        wrong += found or 0
    print(f'{count - skipped} tokenizers, {wrong} differences '
          f'({skipped} that the library does not compute)')
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
