#!/usr/bin/env python3
"""unicode_tables.py: where `tokenizers` and the packaged libraries differ.

The packaged PCRE2 knows Unicode 14, as Python 3.11 does, and utf8proc 15. Each
part of the `tokenizers` library knows a Unicode of its own. Writes these tables
to runtime/text/; a line is a range of code points, {first, last, ...}:

newer_code_points.inc  classed by a newer Unicode in the library's patterns; the
                       third is a stand-in: the nearest older code point of the
                       same category, of equally many bytes in UTF-8 and of
                       the same script, or else of one of STAND_IN_SCRIPTS,
                       which patterns cannot name for that
newer_to_nfc.inc       unassigned to the library's normalization forms
newer_to_nfkc.inc      the same, in NFKC and NFKD alone
newer_punctuation.inc  punctuation, but not to the library's Punctuation
newer_marks.inc        marks, but not to the library's StripAccents
newer_lowercase.inc    letters that are not older; the third is the lower-case
                       letter of the first
"""
import os
import sys
import unicodedata

from tokenizers import Regex, normalizers
from tokenizers import pre_tokenizers as pre

CATEGORIES = ('Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po'
              ' Sm Sc Sk So Zs Zl Zp Cc Cf Co').split()

SCRIPTS = ('''
    Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo
    Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher Chrs Copt Cpmn Cprt Cyrl
    Deva Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Geor Glag Gong Gonm Goth
    Gran Grek Gujr Guru Hang Hani Hano Hatr Hebr Hira Hluw Hmng Hmnp Hung
    Ital Java Kali Kana Khar Khmr Khoj Kits Knda Kthi Lana Laoo Latn Lepc
    Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend Merc
    Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nand Narb Nbat Newa Nkoo Nshu
    Ogam Olck Orkh Orya Osge Osma Ougr Palm Pauc Perm Phag Phli Phlp Phnx
    Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh
    Sogd Sogo Sora Soyo Sund Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt
    Telu Tfng Tglg Thaa Thai Tibt Tirh Tnsa Toto Ugar Vaii Vith Wara Wcho
    Xpeo Xsux Yezi Yiii Zanb Zinh Zyyy''').split()
STAND_IN_SCRIPTS = 'Hmng Adlm Plrd Yezi Arab'.split()


def scalars():
    return (c for c in range(0x110000) if not 0xd800 <= c <= 0xdfff)


def classes(names=CATEGORIES):
    """Which of the properties the library says that each code point has; none
    where it has none."""
    found, text = {}, ''.join(map(chr, scalars()))
    for name in names:
        split = pre.Split(Regex(r'\p{%s}' % name), 'removed')
        kept, at = split.pre_tokenize_str(text), 0
        for _, (begin, end) in [*kept, (None, (len(text), 0))]:
            found |= {text[i]: name for i in range(at, begin)}
            at = end
    return found


def size(c):
    return len(c.encode())


def newer_code_points(library, scripts=None):
    scripts = scripts or classes(SCRIPTS)
    older = {}
    for c in map(chr, scalars()):
        if library.get(c) == unicodedata.category(c):
            key = library[c], size(c), scripts.get(c)
            older.setdefault(key, []).append(ord(c))
    ranges = []
    for c in map(chr, scalars()):
        name = library.get(c, 'Cn')
        if name == unicodedata.category(c):
            continue
        if name == 'Cn':
            sys.exit(f'{ascii(c)}: known to Python alone')
        key = name, size(c), scripts.get(c)
        if ranges and ranges[-1][1:] == [ord(c) - 1, key]:
            ranges[-1][1] = ord(c)
        else:
            ranges.append([ord(c), ord(c), key])
    for first, last, (name, bytes_, script) in ranges:
        pool = next(older[key] for key in (
            (name, bytes_, x) for x in (script, *STAND_IN_SCRIPTS))
            if key in older)
        near = min(pool, key=lambda c: abs(c - first))
        yield f'{{{first:#x}, {last:#x}, {near:#x}}},  // {name}'


def ranges_of(code_points):
    ranges = []
    for c in sorted(code_points):
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return (f'{{{first:#x}, {last:#x}}},' for first, last in ranges)


def second_halves():
    """What the library's NFC does not join to what it is the second half of."""
    nfc = normalizers.NFC()
    for c in map(chr, scalars()):
        pair = unicodedata.normalize('NFD', c)
        if (len(pair) == 2 and unicodedata.normalize('NFC', pair) == c
                and nfc.normalize_str(pair) == pair):
            yield from map(ord, (c, pair[1]))


def newer_to_nfc(library):
    nfc, nfd = normalizers.NFC(), normalizers.NFD()
    found = set(second_halves())
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
        found.add(ord(c))
    return ranges_of(found | {
        c for c in scalars() if nfd.normalize_str(chr(c))
        != unicodedata.normalize('NFD', chr(c))})


def newer_to_nfkc(_):
    nfkd, nfd = normalizers.NFKD(), normalizers.NFD()
    found = [c for c in map(chr, scalars())
             if nfkd.normalize_str(c) != unicodedata.normalize('NFKD', c)]
    assert all(nfkd.normalize_str(c) == c for c in found)
    return ranges_of(
        ord(c) for c in found
        if nfd.normalize_str(c) == unicodedata.normalize('NFD', c))


def newer_punctuation(library):
    split = pre.Punctuation('removed')
    return ranges_of(
        c for c in scalars() if library.get(chr(c), '').startswith('P')
        and split.pre_tokenize_str(chr(c)))


def newer_marks(library):
    strip = normalizers.StripAccents()
    return ranges_of(
        c for c in scalars() if library.get(chr(c), '').startswith('M')
        and strip.normalize_str(chr(c)))


def newer_lowercase(_):
    lower, ranges = normalizers.Lowercase(), []
    for c in scalars():
        to = lower.normalize_str(chr(c))
        if to == chr(c).lower():
            continue
        if ranges and [ranges[-1][1], ranges[-1][3]] == [c - 1, ord(to) - 1]:
            ranges[-1][1], ranges[-1][3] = c, ord(to)
        else:
            ranges.append([c, c, ord(to), ord(to)])
    return (f'{{{first:#x}, {last:#x}, {to:#x}}},'
            for first, last, to, _ in ranges)


def main():
    assert unicodedata.unidata_version == '14.0.0', 'needs Python 3.11'
    library = classes()
    here = os.path.dirname(os.path.abspath(__file__))
    for table in (newer_code_points, newer_to_nfc, newer_to_nfkc,
                  newer_punctuation, newer_marks, newer_lowercase):
        path = f'{here}/../../runtime/text/{table.__name__}.inc'
        with open(path, 'w', encoding='utf8') as f:
            f.writelines(line + '\n' for line in table(library))


if __name__ == '__main__':
    main()
