"""preserves.py SOURCE: passes are checked by what their Preserves lines say.

Each pass of passes/fathom/Passes.td has an entry in the list of
compiler/reference/CheckPasses.cpp: 0 where the line says "every bit", else the
number behind "within".
"""

import pathlib
import re
import sys


def promised(line):
    if line.startswith("every bit"):
        return 0.0
    number = re.search(r"within ([0-9.e-]+) of its largest value", line)
    return float(number.group(1)) if number else None


def main(source: pathlib.Path) -> int:
    declared = (source / "passes/fathom/Passes.td").read_text(encoding="utf-8")
    checker = (source / "compiler/reference/CheckPasses.cpp").read_text(encoding="utf-8")
    checked = {
        flag: float(number)
        for flag, number in re.findall(r'\{"([\w-]+)", ([0-9.e-]+)\},', checker)
    }
    bad = passes = 0
    for flag, body in re.findall(
        r'^def \w+Pass\s*: Pass<"([\w-]+)"(.*?)^}', declared, re.MULTILINE | re.DOTALL
    ):
        passes += 1
        line = re.search(r"Preserves:\s*(.*?)\n\s*\}\]", body, re.DOTALL)
        wanted = promised(" ".join(line.group(1).split())) if line else None
        if wanted is None or checked.get(flag) != wanted:
            print(f"{flag}: preserves {wanted}, but is checked for {checked.get(flag)}")
            bad += 1
    if not passes:
        print(f"{source}: no passes found, expected some")
    return 1 if bad or not passes else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
