"""levels.py FATHOM MODEL OUT LEVEL TARGETS WEIGHTS...: the same bits.

Compiles the folder MODEL for TARGETS, LEVEL among them, with each of WEIGHTS
(f32, f16, bf16) into OUT, feeds three pages of tokens at LEVEL in ways that
between them change everything that must not matter (see feed.py), and expects
the same bits: of tokens as a prompt, as generated ones, and of the two where a
model has one form of attention. Exits 1 where something differs, and names
each.
"""

import json
import pathlib
import sys

from feed import Feeder, read

TOKENS = 136
WAYS = ["--threads 1 --chunk 7 --shuffle-pages 3",
        "--threads 3 --chunk 40 --beside 5"]
GENERATED_WAYS = ["--threads 3 --beside 4 --shuffle-pages 5"]


def check(feeder: Feeder, tokens, latent: bool, what: str, level: str) -> None:
    def feed(way: str) -> dict:
        return feeder.feed(tokens, f"--level {level} {way}")

    whole, one = feed("--threads 2"), feed("--threads 2 --one-by-one")
    for way in WAYS:
        feeder.expect(feed(way) == whole, f"{what}: {way}: same bits")
    for way in GENERATED_WAYS:
        found = feed(f"--one-by-one {way}")
        feeder.expect(found == one, f"{what}: --one-by-one {way}: same bits")
    if not latent:
        feeder.expect(one == whole, f"{what}: --one-by-one: same bits")


def main(fathom, model_path, out, level, targets, *formats) -> int:
    model = pathlib.Path(model_path)
    tokens = read(model / "reference.safetensors")["tokens"][1][:TOKENS]
    latent = "kv_lora_rank" in json.loads((model / "config.json").read_text())
    bad = 0
    for weights in formats:
        what = f"{model.name}, {weights}, {level}"
        feeder = Feeder(fathom, model_path, out, weights, targets)
        check(feeder, tokens, latent, what, level)
        bad += feeder.bad
    return 1 if bad or not formats else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
