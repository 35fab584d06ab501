#!/usr/bin/env python3
"""case_tables.py: what Python's str methods know of characters beyond utf8proc.

Writes runtime/text/template/case_tables.inc. utf8proc knows the category of a
code point and its simple case mappings; Python also maps one character to
several, and asks properties that follow from the category but for a few
characters. The tables hold these few.
"""
import ctypes
import os
import sys
import unicodedata

utf8proc = ctypes.CDLL("libutf8proc.so.2")
utf8proc.utf8proc_category_string.restype = ctypes.c_char_p


def scalars():
    return (c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)


def known():
    """Code points that both take for assigned, and in one category."""
    for c in scalars():
        category = unicodedata.category(chr(c))
        if utf8proc.utf8proc_category_string(c).decode() == category:
            yield c, chr(c), category


def mappings(name, python, simple):
    rows = [(c, python(ch)) for c, ch, _ in ALL if python(ch) != simple(c)]
    lines = []
    for c, to in rows:
        code = "".join("\\x%02x" % b for b in to.encode())
        lines.append('{0x%x, "%s"},' % (c, code))
    return name, lines


def ranges(name, holds, formula):
    """Where `holds` differs from `formula`, which is over the category."""
    lines, first, last = [], None, None
    for c, ch, category in ALL + [(0x200000, None, None)]:
        differs = ch is not None and holds(ch) != formula(ch, category)
        if differs and last is not None and c == last + 1:
            last = c
            continue
        if last is not None:
            lines.append("{0x%x, 0x%x}," % (first, last))
            first = last = None
        if differs:
            first = last = c
    return name, lines


def case_ignorable(ch):
    """As the lower case of a capital sigma shows: it is final after a letter
    and what is case-ignorable."""
    return ("A" + ch + "\u03a3").lower()[-1] == "\u03c2" and not (
        ch + "\u03a3").lower()[-1] == "\u03c2"


ALL = list(known())
TABLES = [
    ("CaseEntry", mappings("kUpperSpecial", str.upper,
                           lambda c: chr(utf8proc.utf8proc_toupper(c)))),
    ("CaseEntry", mappings("kLowerSpecial", str.lower,
                           lambda c: chr(utf8proc.utf8proc_tolower(c)))),
    ("CaseEntry", mappings("kTitleSpecial", str.title,
                           lambda c: chr(utf8proc.utf8proc_totitle(c)))),
    ("CodeRange", ranges("kDigitSpecial", str.isdigit,
                         lambda s, k: k == "Nd")),
    ("CodeRange", ranges("kNumericSpecial", str.isnumeric,
                         lambda s, k: k[0] == "N")),
    ("CodeRange", ranges("kLowerLetterSpecial", str.islower,
                         lambda s, k: k == "Ll")),
    ("CodeRange", ranges("kUpperLetterSpecial", str.isupper,
                         lambda s, k: k == "Lu")),
    ("CodeRange", ranges("kCaseIgnorableSpecial", case_ignorable,
                         lambda s, k: k in ("Mn", "Me", "Cf", "Lm", "Sk"))),
    ("CodeRange", ranges("kIdentifierStartSpecial", str.isidentifier,
                         lambda s, k: k[0] == "L" or k == "Nl")),
    ("CodeRange", ranges("kIdentifierPartSpecial",
                         lambda s: ("a" + s).isidentifier(),
                         lambda s, k: k[0] == "L" or
                         k in ("Nl", "Mn", "Mc", "Nd", "Pc"))),
]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "../../runtime/text/template/case_tables.inc")
    with open(path, "w") as file:
        file.write("// Written by tools/test-models/case_tables.py with "
                   "Unicode %s.\n" % unicodedata.unidata_version)
        for kind, (name, lines) in TABLES:
            file.write("constexpr %s %s[] = {\n" % (kind, name))
            row = "   "
            for line in lines:
                if len(row) + len(line) > 78:
                    file.write(row + "\n")
                    row = "   "
                row += " " + line
            file.write(row + "\n};\n")
            print(name, len(lines), file=sys.stderr)


main()
