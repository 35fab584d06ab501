"""feed.py FATHOM MODEL OUT WEIGHTS LEVEL [BOUND]: feeds tokens in all ways.

Compiles the folder MODEL for LEVEL with WEIGHTS into OUT and holds `fathom
logits` against MODEL's reference.safetensors: logits from position 0 and from
far away within BOUND of the largest (1e-4), the same experts, the same greedy
tokens. A prompt whole or in chunks, on any number of threads, alone or beside
other sequences, with the cache's pages in any order, has to give the same
bits. Where the reference has them, the layer that predicts a further token is
held likewise. Exits 1 where something differs, and names each.
"""

import array
import json
import pathlib
import struct
import subprocess
import sys

WAYS = ["--chunk 1", "--chunk 7", "--chunk 64", "--threads 1", "--threads 2",
        "--threads 3", "--beside 1", "--beside 5 --chunk 9",
        "--shuffle-pages 1", "--shuffle-pages 7 --beside 3 --threads 3",
        "--placement huge"]
MTP_WAYS = ["--chunk 7", "--chunk 1 --threads 3", "--threads 1",
            "--beside 3 --shuffle-pages 4"]
# Prompt tokens take the expanded form of latent attention, generated ones the
# absorbed form.
FORMS_BOUND = 1e-5


def read(path: pathlib.Path) -> dict:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = array.array({"F32": "f", "I32": "i"}[entry["dtype"]])
        values.frombytes(data[8 + length + begin:8 + length + end])
        tensors[name] = (entry["shape"], values)
    return tensors


def difference(found, wanted) -> float:
    """The largest difference, relative to the largest value; NaN is infinite.
    """
    if found[0] != wanted[0]:
        return float("inf")
    largest = max(abs(value) for value in wanted[1])
    worst = 0.0
    for a, b in zip(found[1], wanted[1]):
        d = abs(a - b)
        worst = max(worst, d) if d == d else float("inf")
    return worst / largest


def token_ids(model: pathlib.Path) -> set:
    tokenizer = json.loads((model / "tokenizer.json").read_text("utf-8"))
    return (set(tokenizer["model"]["vocab"].values()) |
            {token["id"] for token in tokenizer["added_tokens"]})


class Feeder:
    def __init__(self, fathom, model, out, weights, level):
        self.fathom, self.artifact = fathom, f"{out}/m.fathom"
        self.output = pathlib.Path(out) / "out.safetensors"
        self.bad = 0
        subprocess.run([fathom, "compile", model, "-o", self.artifact,
                        "--weights", weights, "--target", level], check=True)

    def feed(self, tokens, way: str = "") -> dict:
        subprocess.run([self.fathom, "logits", self.artifact, "--tokens",
                        ",".join(map(str, tokens)), "-o", self.output,
                        *way.split()], check=True)
        return read(self.output)

    def expect(self, good: bool, what: str) -> None:
        self.bad += not good
        print(("" if good else "BAD: ") + what)

    def near(self, found, reference: dict, name: str, most: float) -> None:
        d = difference(found, reference[name])
        self.expect(d <= most, f"{name}: difference {d:.3g}, at most {most}")


def main(fathom, model_path, out, weights, level, bound="1e-4") -> int:
    model = pathlib.Path(model_path)
    reference = read(model / "reference.safetensors")
    latent = "kv_lora_rank" in json.loads((model / "config.json").read_text())
    feeder = Feeder(fathom, model_path, out, weights, level)
    tokens = reference["tokens"][1]
    whole = feeder.feed(tokens)
    feeder.near(whole["logits"], reference, "logits", float(bound))
    if "experts" in reference and weights == "f32":
        feeder.expect(whole.get("experts") == reference["experts"],
                      "the same experts")
    for way in WAYS:
        feeder.expect(feeder.feed(tokens, way) == whole, f"{way}: same bits")
    one = feeder.feed(tokens, "--one-by-one")
    d = difference(one["logits"], whole["logits"])
    if latent and weights == "f32":
        feeder.expect(d <= FORMS_BOUND, f"--one-by-one: difference {d:.3g}")
        feeder.near(one["logits"], reference, "logits", float(bound))
        feeder.expect(one.get("experts") == reference.get("experts"),
                      "--one-by-one: the same experts")
    elif not latent:
        feeder.expect(one == whole, "--one-by-one: same bits")
    if latent:
        for way in ("--threads 1", "--beside 5", "--shuffle-pages 2"):
            found = feeder.feed(tokens, f"--one-by-one {way}")
            feeder.expect(found == one, f"--one-by-one {way}: same bits")
    if "far_logits" in reference:
        position = reference["far_position"][1][0]
        count = reference["far_logits"][0][0]
        for way in ("", "--one-by-one", "--chunk 7 --shuffle-pages 2"):
            far = feeder.feed(tokens[:count], f"--position {position} {way}")
            feeder.near(far["logits"], reference, "far_logits", float(bound))
    if "mtp_logits" in reference:
        check_mtp(feeder, reference, weights, float(bound))
    if "greedy" in reference and weights == "f32":
        check_greedy(feeder, reference, token_ids(model))
    return 1 if feeder.bad else 0


def check_mtp(feeder, reference, weights, bound) -> None:
    tokens = reference["tokens"][1]
    whole = feeder.feed(tokens, "--mtp")
    feeder.near(whole["mtp_logits"], reference, "mtp_logits", bound)
    if weights == "f32":
        feeder.expect(whole["mtp_experts"] == reference["mtp_experts"],
                      "the same experts of the further layer")
    for way in MTP_WAYS:
        found = feeder.feed(tokens, f"--mtp {way}")
        feeder.expect(found == whole, f"--mtp {way}: same bits")
    one = feeder.feed(tokens, "--mtp --one-by-one")
    d = difference(one["mtp_logits"], whole["mtp_logits"])
    if weights == "f32":
        feeder.expect(d <= FORMS_BOUND, f"--mtp --one-by-one: difference {d:.3g}")


def check_greedy(feeder, reference, allowed) -> None:
    """Each greedy token is the likeliest after those before it, be they fed as
    a prompt or generated."""
    prompt, greedy = reference["greedy_prompt"][1], reference["greedy"][1]
    for way in ("", "--one-by-one"):
        shape, logits = feeder.feed(prompt + greedy[:-1], way)["logits"]
        ids = sorted(i for i in allowed if i < shape[1])
        right = 0
        for i, token in enumerate(greedy):
            begin = (len(prompt) - 1 + i) * shape[1]
            right += token == max(ids, key=lambda id: logits[begin + id])
        feeder.expect(right == len(greedy),
                      f"{way} {right} of {len(greedy)} greedy")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
