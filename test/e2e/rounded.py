"""rounded.py FATHOM REFERENCE MODEL OUT WEIGHTS LEVEL BOUND [MTP]

Compiles the folder MODEL with WEIGHTS (bf16, f16) for LEVEL into OUT and holds
`fathom logits` to what REFERENCE, the float64 interpreter, computes of the same
rounded weights: a difference of at most BOUND, relative to the largest; with
MTP the logits of the layer that predicts a further token likewise, to that.
PROMPT/GENERATED for a bound holds the tokens in both ways, for models that have
two forms of attention. The artifact rounds activations as well where they enter
a dot. levels.py does the same at every level for some of the models.

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

# Scores of experts are between 0 and 1, their bias added, those of a group are
# the sum of two. Measured were 1.75e-2 in bf16, 2.1e-5 in f16, none in f32.
MARGIN_MAX = {"bf16": 2.6e-2, "f16": 3.2e-5, "f32": 1e-5}


class Interpreter:
    """Logits of the model's weights rounded to `weights`, given experts."""

    def __init__(self, reference, model, weights, tokens, out, mtp=False):
        self.wanted_path = pathlib.Path(out) / "wanted.safetensors"
        self.command = [reference, model, "--weights", weights, "--tokens",
                        ",".join(map(str, tokens)), "-o", self.wanted_path]
        self.command += ["--mtp"] if mtp else []
        self.margin_max = MARGIN_MAX[weights]
        self.results = {}  # by the experts given

    def hold(self, found_path, what, bounds: dict) -> bool:
        """Whether each of `bounds` is kept, and the experts are well chosen."""
        found = read(found_path)
        experts = [name for name in found if "experts" in name]
        given = tuple(found[name][1].tobytes() for name in experts)
        if given not in self.results:
            subprocess.run(self.command + ["--experts", found_path], check=True)
            self.results[given] = read(self.wanted_path)
        wanted = self.results[given]
        good = True
        for name, bound in bounds.items():
            worst = difference(found[name], wanted[name])
            good &= worst <= bound
            print(f"{'' if worst <= bound else 'BAD: '}{what}: {name}: "
                  f"difference {worst:.3g}, at most {bound}")
        for name in experts:
            margins = wanted[name.replace("experts", "margins")][1]
            good &= self.is_chosen_well(margins, name, what)
        return good

    def is_chosen_well(self, margins, name, what) -> bool:
        good = max(margins) <= self.margin_max
        print(f"{'' if good else 'BAD: '}{what}: {name}: "
              f"{sum(m > 0 for m in margins)} of {len(margins)} choices are "
              f"others than the interpreter's own, by scores that are "
              f"{max(margins):.3g} apart, at most {self.margin_max}")
        return good


def main(fathom, reference, model, out, weights, level, bound,
         mtp_bound="") -> int:
    tokens = read(pathlib.Path(model) / "reference.safetensors")["tokens"][1]
    artifact = f"{out}/rounded.fathom"
    found_path = pathlib.Path(out) / "found.safetensors"
    subprocess.run([fathom, "compile", model, "-o", artifact, "--weights",
                    weights, "--target", level], check=True)
    command = [fathom, "logits", artifact, "--tokens",
               ",".join(map(str, tokens)), "-o", found_path]
    command += ["--mtp"] if mtp_bound else []
    interpreter = Interpreter(reference, model, weights, tokens, out,
                              bool(mtp_bound))
    good = True
    for i, form in enumerate(bound.split("/")):
        bounds = {"logits": float(form)}
        if mtp_bound:
            bounds["mtp_logits"] = float(mtp_bound.split("/")[i])
        subprocess.run(command + ["--one-by-one"] * i, check=True)
        what = f"{weights}, {level}{', generated' * i}"
        good &= interpreter.hold(found_path, what, bounds)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
