"""rounded.py FATHOM REFERENCE MODEL OUT WEIGHTS LEVEL BOUND

Compiles the folder MODEL with WEIGHTS (bf16, f16) for LEVEL into OUT and holds
the first 24 rows of `fathom logits` to those that REFERENCE, the float64
interpreter, computes of the same rounded weights: a difference of at most
BOUND, relative to the largest. The artifact rounds activations as well where they enter a dot.
Where that sends a token to other experts than the interpreter's, the rows from
there on are of another sum: they are counted and left out, and at least half of
all rows have to be left. Exits 1 where BOUND is not kept.
"""

import pathlib
import subprocess
import sys

from feed import read

# The interpreter takes its time.
TOKENS = 24


def same_experts(found, wanted, row) -> bool:
    """Whether all layers chose the same experts for all rows up to `row`."""
    if "experts" not in found:
        return True
    (layers, rows, k), ids = found["experts"]
    other = wanted["experts"][1]
    for layer in range(layers):
        for r in range(row + 1):
            begin = (layer * rows + r) * k
            if sorted(ids[begin:begin + k]) != sorted(other[begin:begin + k]):
                return False
    return True


def main(fathom, reference, model, out, weights, level, bound) -> int:
    tokens = read(pathlib.Path(model) / "reference.safetensors")["tokens"][1]
    ids = ",".join(map(str, tokens[:TOKENS]))
    artifact = f"{out}/rounded.fathom"
    found_path = pathlib.Path(out) / "found.safetensors"
    wanted_path = pathlib.Path(out) / "wanted.safetensors"
    subprocess.run([fathom, "compile", model, "-o", artifact, "--weights",
                    weights, "--target", level], check=True)
    subprocess.run([fathom, "logits", artifact, "--tokens", ids, "-o",
                    found_path], check=True)
    subprocess.run([reference, model, "--weights", weights, "--tokens", ids,
                    "-o", wanted_path], check=True)
    found, wanted = read(found_path), read(wanted_path)
    (rows, columns), got = found["logits"]
    expected = wanted["logits"][1]
    kept = [r for r in range(rows) if same_experts(found, wanted, r)]
    largest = max(map(abs, expected))
    worst = 0.0
    for r in kept:
        for i in range(r * columns, (r + 1) * columns):
            d = abs(got[i] - expected[i])
            worst = max(worst, d) if d == d else float("inf")
    good = worst <= float(bound) * largest and 2 * len(kept) >= rows
    print(f"{'' if good else 'BAD: '}{weights}, {level}: difference "
          f"{worst / largest:.3g}, at most {bound}; {len(kept)} of {rows} rows")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
