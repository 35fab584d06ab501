#!/usr/bin/env python3
"""newer_code_points.py > runtime/text/newer_code_points.inc

The code points that the `tokenizers` library's patterns class by a newer
Unicode than 14, the packaged engine's and Python 3.11's. A line a range:
{first, last, stand-in}, the nearest older code point of the same category and
of equally many bytes in UTF-8.
"""
import sys
import unicodedata

from tokenizers import Regex
from tokenizers import pre_tokenizers as pre

CATEGORIES = ('Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po'
              ' Sm Sc Sk So Zs Zl Zp Cc Cf Co').split()


def scalars():
    return (c for c in range(0x110000) if not 0xd800 <= c <= 0xdfff)


def classes():
    """The library's category of each code point; none where unassigned."""
    found, text = {}, ''.join(map(chr, scalars()))
    for name in CATEGORIES:
        split = pre.Split(Regex(r'\p{%s}' % name), 'removed')
        kept, at = split.pre_tokenize_str(text), 0
        for _, (begin, end) in [*kept, (None, (len(text), 0))]:
            found |= {text[i]: name for i in range(at, begin)}
            at = end
    return found


def size(c):
    return len(c.encode())


def main():
    assert unicodedata.unidata_version == '14.0.0', 'needs Python 3.11'
    library = classes()
    older = {}
    for c in map(chr, scalars()):
        if library.get(c) == unicodedata.category(c):
            older.setdefault((library[c], size(c)), []).append(ord(c))
    ranges = []
    for c in map(chr, scalars()):
        name = library.get(c, 'Cn')
        if name == unicodedata.category(c):
            continue
        if name == 'Cn':
            sys.exit(f'{ascii(c)}: known to Python alone')
        if ranges and ranges[-1][1:] == [ord(c) - 1, name, size(c)]:
            ranges[-1][1] = ord(c)
        else:
            ranges.append([ord(c), ord(c), name, size(c)])
    for first, last, name, bytes_ in ranges:
        near = min(older[name, bytes_], key=lambda c: abs(c - first))
        print(f'{{{first:#x}, {last:#x}, {near:#x}}},  // {name}')


if __name__ == '__main__':
    main()
