"""rounded.py FATHOM REFERENCE MODEL OUT WEIGHTS LEVEL BOUND [MTP]

Compiles the folder MODEL with WEIGHTS (bf16, f16) for LEVEL into OUT and holds
the first 24 rows of `fathom logits` to those that REFERENCE, the float64
interpreter, computes of the same rounded weights: a difference of at most
BOUND, relative to the largest; with MTP the logits of the layer that predicts a
further token likewise, to that. The artifact rounds activations as well where
they enter a dot.

A choice of experts is of another kind than a number: the least difference in
scores makes it another sum. So the interpreter computes with the experts that
the artifact chose, and what it says of them is held apart: where it would have
chosen others itself, its scores have to be MARGIN_MAX or less away from the
artifact's choice. Exits 1 where something is not kept.
"""

import pathlib
import subprocess
import sys

from feed import difference, read

# The interpreter takes its time.
TOKENS = 24
# Scores of experts are between 0 and 1, their bias added; 8e-4 was measured.
MARGIN_MAX = 1.2e-3


def is_near(found, wanted, name, what, bound) -> bool:
    worst = difference(found[name], wanted[name])
    good = worst <= bound
    print(f"{'' if good else 'BAD: '}{what}: {name}: difference {worst:.3g}, "
          f"at most {bound}")
    return good


def is_chosen_well(wanted, name, what) -> bool:
    if name not in wanted:
        return True
    margins = wanted[name.replace("experts", "margins")][1]
    good = max(margins) <= MARGIN_MAX
    print(f"{'' if good else 'BAD: '}{what}: {name}: "
          f"{sum(m > 0 for m in margins)} of {len(margins)} choices are others "
          f"than the interpreter's own, by scores that are {max(margins):.3g} "
          f"apart, at most {MARGIN_MAX}")
    return good


def main(fathom, reference, model, out, weights, level, bound,
         mtp_bound="") -> int:
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
                    "--experts", found_path, "-o", wanted_path, *mtp],
                   check=True)
    found, wanted = read(found_path), read(wanted_path)
    what = f"{weights}, {level}"
    good = is_near(found, wanted, "logits", what, float(bound))
    good &= is_chosen_well(wanted, "experts", what)
    if mtp:
        good &= is_near(found, wanted, "mtp_logits", what, float(mtp_bound))
        good &= is_chosen_well(wanted, "mtp_experts", what)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
