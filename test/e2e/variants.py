"""variants.py FATHOM REFERENCE OUT VARIANTS LEVEL NAME...

Takes the variants of the file VARIANTS whose names begin with one of NAME.
Holds `fathom logits` of each, with f32 weights for LEVEL, and the program
REFERENCE, which interprets the model form in float64, against the logits that
are noted there: within 1e-4 and 5e-6 of the largest. Holds the warnings of
`fathom compile` against those that are noted. Exits 1 where something differs.
"""

import array
import base64
import json
import pathlib
import subprocess
import sys

import feed
import variant_weights

CODE_BOUND, REFERENCE_BOUND = 1e-4, 5e-6


def last_rows(found: tuple, rows: int, columns: int) -> list:
    shape, numbers = found
    first = shape[0] - rows
    return [numbers[row * shape[1] + column]
            for row in range(first, shape[0]) for column in range(columns)]


def warnings(text: str) -> list:
    """All but that the folder, which has no template, cannot be talked to."""
    mark = "warning: "
    return [line[line.index(mark) + len(mark):] for line in text.splitlines()
            if mark in line and "holds no chat template" not in line]


class Variant:
    def __init__(self, line: str):
        self.all = json.loads(line)
        self.name, self.bad = self.all["name"], 0
        self.rows, self.columns = self.all["kept"]
        self.expected = array.array("f", base64.b64decode(self.all["logits"]))
        self.largest = self.all["largest"]

    def expect(self, good: bool, what: str) -> None:
        self.bad += not good
        print(f"{'' if good else 'BAD: '}{self.name}: {what}")

    def near(self, path: pathlib.Path, most: float, what: str) -> None:
        got = last_rows(feed.read(path)["logits"], self.rows, self.columns)
        worst = max(abs(a - b) for a, b in zip(got, self.expected))
        error = worst / self.largest
        self.expect(error <= most, f"{what}: difference {error:.3g}, "
                                   f"at most {most}")

    def run(self, fathom, reference, out: pathlib.Path, level: str) -> None:
        folder, artifact = out / self.name, out / f"{self.name}.fathom"
        variant_weights.write_folder(folder, self.all)
        tokens = ",".join(map(str, self.all["tokens"]))
        result = out / "out.safetensors"
        subprocess.run([reference, folder, f"--tokens={tokens}", "-o", result],
                       check=True, stderr=subprocess.DEVNULL)
        self.near(result, REFERENCE_BOUND, "interpreted")
        compiled = subprocess.run(
            [fathom, "compile", folder, "-o", artifact, "--weights", "f32",
             "--target", level], check=True, stderr=subprocess.PIPE, text=True)
        self.expect(warnings(compiled.stderr) == self.all["warnings"],
                    f"warnings {warnings(compiled.stderr)}")
        # Generated tokens take another form of latent attention.
        latent = "kv_lora_rank" in self.all["config"]
        for way in ("--threads 2", "--one-by-one")[:1 + latent]:
            subprocess.run([fathom, "logits", artifact, "--tokens", tokens,
                            "-o", result, *way.split()], check=True)
            self.near(result, CODE_BOUND, way)


def main(fathom, reference, out, variants, level, *names) -> int:
    bad = count = 0
    for line in pathlib.Path(variants).read_text().splitlines():
        variant = Variant(line)
        if variant.name.startswith(names):
            variant.run(fathom, reference, pathlib.Path(out), level)
            bad += variant.bad
            count += 1
    print(f"{count} variants")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
