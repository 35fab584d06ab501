#!/usr/bin/env python3
"""entity_table.py: the names of HTML's character references, as Python has them.

Writes runtime/text/template/entities.inc, sorted by name.
"""
import html
import os
from html.entities import html5


def literal(text):
    out, hexed = "", False
    for byte in text.encode():
        char = chr(byte)
        plain = 0x20 <= byte < 0x7F and char not in "\"\\?"
        if plain and not (hexed and char in "0123456789abcdefABCDEF"):
            out, hexed = out + char, False
        else:
            out, hexed = out + "\\x%02x" % byte, True
    return '"%s"' % out


def rows(entries):
    row = "   "
    for entry in entries:
        if len(row) + len(entry) > 78:
            yield row
            row = "   "
        row += " " + entry
    yield row


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "../../runtime/text/template/entities.inc")
    with open(path, "w") as file:
        file.write("// Written by tools/test-models/entity_table.py.\n")
        file.write("constexpr Entity kEntities[] = {\n")
        names = sorted(html5, key=str.encode)
        for row in rows("{%s, %s}," % (literal(n), literal(html5[n]))
                        for n in names):
            file.write(row + "\n")
        file.write("};\nconstexpr NumericEntity kNumericEntities[] = {\n")
        for row in rows("{%d, %s}," % (n, literal(t) if n else '"\\xef\\xbf\\xbd"')
                        for n, t in sorted(html._invalid_charrefs.items())):
            file.write(row + "\n")
        file.write("};\nconstexpr uint32_t kDroppedEntities[] = {\n")
        for row in rows("%d," % n for n in sorted(html._invalid_codepoints)):
            file.write(row + "\n")
        file.write("};\n")


main()
