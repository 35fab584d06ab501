"""rounded.py FATHOM REFERENCE MODEL OUT WEIGHTS LEVEL BOUND [MTP]

Compiles the folder MODEL with WEIGHTS (bf16, f16) for LEVEL into OUT and holds
the first 24 rows of `fathom logits` to those that REFERENCE, the float64
interpreter, computes of the same rounded weights: a difference of at most
BOUND, relative to the largest; with MTP the logits of the layer that predicts a
further token likewise, to that. The artifact rounds activations as well where
they enter a dot.
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


def same_experts(found, wanted, name, row) -> bool:
    """Whether all layers chose the same experts for all rows up to `row`."""
    if name not in found:
        return True
    (*layers, rows, k), ids = found[name]
    other = wanted[name][1]
    for layer in range(layers[0] if layers else 1):
        for r in range(row + 1):
            begin = (layer * rows + r) * k
            if sorted(ids[begin:begin + k]) != sorted(other[begin:begin + k]):
                return False
    return True


def is_near(found, wanted, name, experts, what, bound) -> bool:
    (rows, columns), got = found[name]
    expected = wanted[name][1]
    kept = [r for r in range(rows)
            if all(same_experts(found, wanted, e, r) for e in experts)]
    largest = max(map(abs, expected))
    worst = 0.0
    for r in kept:
        for i in range(r * columns, (r + 1) * columns):
            d = abs(got[i] - expected[i])
            worst = max(worst, d) if d == d else float("inf")
    good = worst <= bound * largest and 2 * len(kept) >= rows
    print(f"{'' if good else 'BAD: '}{what}: {name}: difference "
          f"{worst / largest:.3g}, at most {bound}; {len(kept)} of {rows} rows")
    return good


def main(fathom, reference, model, out, weights, level, bound, mtp_bound="") -> int:
    stored = read(pathlib.Path(model) / "reference.safetensors")
    ids = ",".join(map(str, stored["tokens"][1][:TOKENS]))
    mtp = ["--mtp"] if mtp_bound else []
    artifact = f"{out}/rounded.fathom"
    found_path = pathlib.Path(out) / "found.safetensors"
    wanted_path = pathlib.Path(out) / "wanted.safetensors"
    subprocess.run([fathom, "compile", model, "-o", artifact, "--weights",
                    weights, "--target", level], check=True)
    subprocess.run([fathom, "logits", artifact, "--tokens", ids, "-o",
                    found_path, *mtp], check=True)
    subprocess.run([reference, model, "--weights", weights, "--tokens", ids,
                    "-o", wanted_path, *mtp], check=True)
    found, wanted = read(found_path), read(wanted_path)
    what = f"{weights}, {level}"
    good = is_near(found, wanted, "logits", ["experts"], what, float(bound))
    if mtp:
        good &= is_near(found, wanted, "mtp_logits",
                        ["experts", "mtp_experts"], what, float(mtp_bound))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
