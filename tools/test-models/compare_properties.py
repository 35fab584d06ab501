#!/usr/bin/env python3
"""compare_properties.py FATHOM [NAME...]: Unicode's properties in patterns.

Compares over all code points which of them \\p{NAME} matches with the
`tokenizers` library: for each of runtime/text/pattern_properties.inc, or for
those named. Exits with 1 where one differs.
"""
import json
import os
import re
import sys
import tempfile

from tokenizers import Tokenizer

import make_tokenizers as tok
from compare_tokenizers import lines
from random_patterns import tokenizer
from unicode_tables import scalars

TABLE = os.path.join(tok.HERE, '../../runtime/text/pattern_properties.inc')


def main(fathom, *names):
    with open(TABLE, encoding='utf8') as f:
        names = names or re.findall(r'^{"([^"]+)"', f.read(), re.M)
    text, wrong = ''.join(map(chr, scalars())), 0
    for name in names:
        j = tokenizer(r'\p{%s}' % name)
        want = Tokenizer.from_str(json.dumps(j)).encode(text).ids
        with tempfile.TemporaryDirectory() as at:
            tok.write_json(f'{at}/tokenizer.json', j)
            got, = lines([fathom, 'tokenize', at, '--json-lines'], [text])
        if want != got:
            print(f'{name} differs')
            wrong += 1
    print(f'{len(names)} properties, {wrong} differ')
    return wrong != 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
