"""linked-libraries.py README BINDIR: programs link what README lists.

The programs in BINDIR that run models are held against the names in README's
section on linking; a name that none of them links is wrong, too.
"""

import pathlib
import re
import subprocess
import sys

HEADING = "## What the programs link"
COMPILING = {"fathom-compile", "fathom-opt", "fathom-lsp-server",
             "fathom-reference-logits"}


def linked(program: pathlib.Path) -> set:
    text = subprocess.run(["readelf", "--dynamic", "--wide", program],
                          check=True, capture_output=True, text=True).stdout
    names = re.findall(r"NEEDED.*\[([^]]+?)\.so", text)
    return {re.sub(r"^libabsl_.*", "libabsl", name) for name in names}


def main(readme: str, bindir: str) -> int:
    text = pathlib.Path(readme).read_text(encoding="utf-8")
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    listed = set(re.findall(r"\blib[\w+-]+", section)) - {"libMLIR", "libLLVM"}
    programs = [path for path in sorted(pathlib.Path(bindir).iterdir())
                if path.name.startswith("fathom")
                and path.name not in COMPILING]
    used, bad = set(), not programs or not listed
    for program in programs:
        names = linked(program)
        used |= names
        for name in sorted(names - listed):
            print(f"{program.name} links {name}, README does not list it")
            bad = True
    for name in sorted(listed - used):
        print(f"README lists {name}, no program links it")
        bad = True
    print(f"{len(programs)} programs, {len(listed)} libraries")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
