#!/usr/bin/env python3
"""unicode_tables.py: where `tokenizers` and the packaged libraries differ.

The packaged PCRE2 knows Unicode 14, as Python 3.11 does, and utf8proc 15. Writes
two tables to runtime/text/:

newer_code_points.inc: code points that the library's patterns class by a newer
Unicode; a line a range: {first, last, stand-in}, the nearest older code point of
the same category and of equally many bytes in UTF-8.

newer_to_nfc.inc: code points that the library's NFC, which is older, takes for
unassigned; a line a range: {first, last}.
"""
import os
import sys
import unicodedata

from tokenizers import Regex, normalizers
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


def newer_code_points(library):
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
        yield f'{{{first:#x}, {last:#x}, {near:#x}}},  // {name}'


def newer_to_nfc(library):
    nfc, ranges = normalizers.NFC(), []
    for c in map(chr, scalars()):
        probes = [c, f'a{c}\u0323\u0301', f'a\u0301{c}', f'a{c}\u3099\u05b0']
        newer_mark = (unicodedata.category(c) == 'Cn'
                      and library.get(c, 'Cn').startswith('M'))
        if not newer_mark and all(
                nfc.normalize_str(p) == unicodedata.normalize('NFC', p)
                for p in probes):
            continue
        # It has to be as good as unassigned there.
        assert all(nfc.normalize_str(p) == c.join(
            unicodedata.normalize('NFC', x) for x in p.split(c))
            for p in probes), ascii(c)
        if ranges and ranges[-1][1] == ord(c) - 1:
            ranges[-1][1] = ord(c)
        else:
            ranges.append([ord(c), ord(c)])
    return (f'{{{first:#x}, {last:#x}}},' for first, last in ranges)


def main():
    assert unicodedata.unidata_version == '14.0.0', 'needs Python 3.11'
    library = classes()
    here = os.path.dirname(os.path.abspath(__file__))
    for table in newer_code_points, newer_to_nfc:
        path = f'{here}/../../runtime/text/{table.__name__}.inc'
        with open(path, 'w', encoding='utf8') as f:
            f.writelines(line + '\n' for line in table(library))


if __name__ == '__main__':
    main()
