"""levels.py FATHOM REFERENCE MODEL OUT LEVEL TARGETS WEIGHTS=BOUND[/BOUND]...

Compiles the folder MODEL for TARGETS, LEVEL among them, with each of WEIGHTS
(f32, f16, bf16) into OUT, feeds three pages of tokens at LEVEL in ways that
between them change everything that must not matter (see feed.py), and expects
the same bits: of tokens as a prompt, as generated ones, and of the two where a
model has one form of attention. Those bits are held to what REFERENCE, the
interpreter, computes of the same rounded weights (see rounded.py), within BOUND;
the second one is for generated tokens of a model with two forms. Exits 1 where
something differs, and names each.
"""

import json
import pathlib
import sys

from feed import Feeder, read
from rounded import Interpreter

WAYS = ["--threads 1 --chunk 7 --shuffle-pages 3",
        "--threads 3 --chunk 40 --beside 5"]
GENERATED_WAYS = ["--threads 3 --beside 4 --shuffle-pages 5"]


def check(feeder: Feeder, interpreter: Interpreter, bounds: str, tokens,
          latent: bool, what: str, level: str) -> None:
    def feed(way: str) -> dict:
        return feeder.feed(tokens, f"--level {level} {way}")

    def hold(bound: str, way: str) -> None:
        feeder.bad += not interpreter.hold(feeder.output, what + way,
                                           {"logits": float(bound)})

    prompt_bound, *generated_bound = bounds.split("/")
    whole = feed("--threads 2")
    hold(prompt_bound, "")
    one = feed("--threads 2 --one-by-one")
    if latent:
        hold(*generated_bound, ", generated")
    for way in WAYS:
        feeder.expect(feed(way) == whole, f"{what}: {way}: same bits")
    for way in GENERATED_WAYS:
        found = feed(f"--one-by-one {way}")
        feeder.expect(found == one, f"{what}: --one-by-one {way}: same bits")
    if not latent:
        feeder.expect(one == whole, f"{what}: --one-by-one: same bits")


def main(fathom, reference, model_path, out, level, targets, *formats) -> int:
    model = pathlib.Path(model_path)
    tokens = read(model / "reference.safetensors")["tokens"][1]
    latent = "kv_lora_rank" in json.loads((model / "config.json").read_text())
    bad = 0
    for weights, bounds in (argument.split("=") for argument in formats):
        what = f"{model.name}, {weights}, {level}"
        feeder = Feeder(fathom, model_path, out, weights, targets)
        interpreter = Interpreter(reference, model_path, weights, tokens, out)
        check(feeder, interpreter, bounds, tokens, latent, what, level)
        bad += feeder.bad
    return 1 if bad or not formats else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
