"""preserves.py SOURCE: passes are checked by what their Preserves lines say.

Each pass of passes/fathom/Passes.td has an entry in the list of
compiler/reference/CheckPasses.cpp: 0 where the line says "every bit", else the
number after "within". Each of passes/tiling/Passes.td has one in that of
compiler/reference/TiledPasses.cpp, with four numbers: in general, with caches of
f16 and of bf16, and where dots take bf16; what a line does not say apart is as
in general. Those of codegen/cpu/Passes.td come after them and run with them,
so that they may change nothing: their line has to say "every bit".
"""

import pathlib
import re
import sys

PASSES = re.compile(
    r'^def \w+Pass\s*:\s*\w+<"([\w-]+)"(.*?)^}', re.MULTILINE | re.DOTALL
)
WITHIN = r"within ([0-9.e-]+)"


def lines(source: pathlib.Path, family: str):
    """The passes of a family, each with its Preserves line."""
    text = (source / family / "Passes.td").read_text(encoding="utf-8")
    for flag, body in PASSES.findall(text):
        line = re.search(r"Preserves:\s*(.*?)\n\s*\}\]", body, re.DOTALL)
        yield flag, " ".join(line.group(1).split()) if line else ""


def checked(source: pathlib.Path, name: str) -> dict:
    text = (source / "compiler/reference" / name).read_text(encoding="utf-8")
    return {
        flag: [float(number) for number in numbers.split(",")]
        for flag, numbers in re.findall(r'\{"([\w-]+)", ([0-9., e-]+)\},', text)
    }


def in_general(line: str):
    if line.startswith("every bit"):
        return 0.0
    number = re.search(WITHIN + r" of its largest value", line)
    return float(number.group(1)) if number else None


def of_model_form(line: str) -> list:
    return [in_general(line)]


def of_tiled_form(line: str) -> list:
    general = in_general(line)
    caches = re.search(
        WITHIN + r" and ([0-9.e-]+) with caches of f16 and bf16", line
    )
    dots = re.search(WITHIN + r" where dots take bf16", line)
    return [
        general,
        float(caches.group(1)) if caches else general,
        float(caches.group(2)) if caches else general,
        float(dots.group(1)) if dots else general,
    ]


def main(source: pathlib.Path) -> int:
    bad = 0
    for family, name, promised in (
        ("passes/fathom", "CheckPasses.cpp", of_model_form),
        ("passes/tiling", "TiledPasses.cpp", of_tiled_form),
        ("codegen/cpu", None, of_model_form),
    ):
        numbers = checked(source, name) if name else {}
        passes = 0
        for flag, line in lines(source, family):
            passes += 1
            wanted = promised(line)
            held = numbers.get(flag) if name else [0.0]
            if None in wanted or held != wanted:
                print(f"{flag}: preserves {wanted}, but is checked for {held}")
                bad += 1
        if not passes:
            print(f"{source}: no passes of {family} found, expected some")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
