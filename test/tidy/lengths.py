"""lengths.py SOURCE [LINES=800 [MEDIAN=200]]: names the files longer than LINES,
and says so where their median is above MEDIAN."""

import pathlib
import statistics
import sys

FOLDERS = ["compiler", "runtime", "dialects", "passes", "codegen", "test", "tools"]
SUFFIXES = {".cc", ".cpp", ".h", ".td", ".py", ".mlir", ".fbs", ".cmake", ".test"}


def main(source: pathlib.Path, limit: int = 800, median: int = 200) -> int:
    bad = 0
    lengths = []
    for folder in FOLDERS:
        for path in sorted((source / folder).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8").count("\n")
            lengths.append(lines)
            if lines > limit:
                print(f"{path}: {lines} lines, expected at most {limit}")
                bad += 1
    if not lengths:
        print(f"{source}: no files found, expected some")
        return 1
    found = statistics.median(lengths)
    if found > median:
        print(f"{source}: a median of {found:g} lines, expected at most {median}")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:])))
