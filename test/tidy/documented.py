"""documented.py SOURCE: operations and passes keep their promises on paper.

An operation (dialects/**/*.td) has a summary, a description and an example. A
pass `FooBarPass` (**/Passes.td) has the flag fathom-foo-bar, the file
FooBar.cpp beside it, the test test/<folder>/foo-bar.mlir that uses the flag,
and a description with before, after and a Preserves line; where its file refuses
something, test/<folder>/foo-bar-errors.mlir uses the flag too.
"""

import pathlib
import re
import sys


# How a pass refuses what it is given.
ERRORS = re.compile(r"\bemit(Op)?Error\b")


def definitions(path, pattern):
    text = path.read_text(encoding="utf-8")
    return re.findall(pattern + r"(.*?)^}", text, re.MULTILINE | re.DOTALL)


def operations(source):
    for path in sorted((source / "dialects").rglob("*.td")):
        for name, _, body in definitions(path, r'^def (\w+Op) : \w+<"(\w+)"'):
            for wanted in ["let summary", "let description", "Example:", "```mlir"]:
                yield (f"{path.name}: {name}", wanted, wanted in body)


def passes(source):
    for path in sorted(source.rglob("Passes.td")):
        if "build" in path.relative_to(source).parts[0]:
            continue
        folder = path.parent
        for name, flag, body in definitions(path, r'^def (\w+)Pass : \w*Pass<"([\w-]+)"'):
            words = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
            test = source / "test" / folder.relative_to(source) / f"{words}.mlir"
            uses = test.is_file() and f"--{flag}" in test.read_text(encoding="utf-8")
            yield (f"{name}Pass", f"flag fathom-{words}", flag == f"fathom-{words}")
            yield (f"{name}Pass", f"file {name}.cpp", (folder / f"{name}.cpp").is_file())
            yield (f"{name}Pass", f"a test {test.name} of its flag", uses)
            code = folder / f"{name}.cpp"
            if code.is_file() and ERRORS.search(code.read_text(encoding="utf-8")):
                errors = test.with_name(f"{words}-errors.mlir")
                uses = errors.is_file() and f"--{flag}" in errors.read_text(encoding="utf-8")
                yield (f"{name}Pass", f"a test {errors.name} of what it refuses", uses)
            for wanted in ["let summary", "// Before:", "// After:", "Preserves:"]:
                yield (f"{name}Pass", wanted, wanted in body)


def main(source: pathlib.Path) -> int:
    found = list(operations(source)) + list(passes(source))
    missing = [(who, wanted) for who, wanted, there in found if not there]
    for who, wanted in missing:
        print(f"{who}: expected {wanted}, found none")
    if not found:
        print(f"{source}: no operations or passes found, expected some")
    return 1 if missing or not found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
