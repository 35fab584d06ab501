"""big_checkpoint.py FATHOM MODEL OUT [GIB=8] [--keep] [--small]: peak memory.

Makes a llama checkpoint of GIB GiB in bf16 under OUT, with the tokenizer of the
folder MODEL. Its shards are holes, its largest tensor 1 GiB. Compiles it, and
prints the compiler's VmHWM, mapped pages included. Exits 1 where that is not
under 2 GB, or where the weights written are less than GIB GiB. OUT needs room
for the artifact, which is real; both are removed unless --keep is given.
--small has narrow tensors in their place, to test this script with GIB below 1.
"""

import json
import os
import pathlib
import shutil
import struct
import sys
import time

LIMIT_BYTES = 2_000_000_000
# 131,072 x 4,096 in bf16 are 1 GiB; 4,096 x 14,336 are 112 MiB.
HIDDEN, INTERMEDIATE, VOCABULARY, HEADS, KEY_HEADS = 4096, 14336, 131072, 32, 8
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "torch_dtype": "bfloat16", "hidden_act": "silu", "hidden_size": HIDDEN,
    "intermediate_size": INTERMEDIATE, "num_attention_heads": HEADS,
    "num_key_value_heads": KEY_HEADS, "vocab_size": VOCABULARY,
    "max_position_embeddings": 8192, "rms_norm_eps": 1e-5,
    "rope_theta": 500000.0, "tie_word_embeddings": False, "bos_token_id": 1,
    "eos_token_id": 2}



def shrink() -> None:
    global HIDDEN, INTERMEDIATE, VOCABULARY, HEADS, KEY_HEADS
    HIDDEN, INTERMEDIATE, VOCABULARY, HEADS, KEY_HEADS = 256, 512, 1024, 4, 2
    CONFIG.update(hidden_size=HIDDEN, intermediate_size=INTERMEDIATE,
                  num_attention_heads=HEADS, num_key_value_heads=KEY_HEADS,
                  vocab_size=VOCABULARY)


def layer_tensors(layer: int) -> dict:
    keys = HIDDEN * KEY_HEADS // HEADS
    shapes = {
        "input_layernorm": [HIDDEN], "post_attention_layernorm": [HIDDEN],
        "self_attn.q_proj": [HIDDEN, HIDDEN],
        "self_attn.k_proj": [keys, HIDDEN], "self_attn.v_proj": [keys, HIDDEN],
        "self_attn.o_proj": [HIDDEN, HIDDEN],
        "mlp.gate_proj": [INTERMEDIATE, HIDDEN],
        "mlp.up_proj": [INTERMEDIATE, HIDDEN],
        "mlp.down_proj": [HIDDEN, INTERMEDIATE]}
    return {f"model.layers.{layer}.{name}.weight": shape
            for name, shape in shapes.items()}


def size(tensors: dict) -> int:
    total = 0
    for shape in tensors.values():
        count = 2
        for extent in shape:
            count *= extent
        total += count
    return total


def write_shard(path: pathlib.Path, tensors: dict) -> None:
    """A safetensors file whose data is one hole: all zeros."""
    header, at = {}, 0
    for name, shape in tensors.items():
        end = at + size({name: shape})
        header[name] = {"dtype": "BF16", "shape": shape,
                        "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + at)


def make(folder: pathlib.Path, model: str, wanted_bytes: int) -> None:
    folder.mkdir(parents=True)
    for path in pathlib.Path(model).glob("tokenizer*.json"):
        shutil.copy(path, folder)
    shards = [{"model.embed_tokens.weight": [VOCABULARY, HIDDEN],
               "model.norm.weight": [HIDDEN]},
              {"lm_head.weight": [VOCABULARY, HIDDEN]}]
    layers, total = 0, sum(map(size, shards))
    while total < wanted_bytes or layers == 0:
        if layers % 4 == 0:
            shards.append({})
        shards[-1].update(layer_tensors(layers))
        total += size(layer_tensors(layers))
        layers += 1
    index = {}
    for number, tensors in enumerate(shards, 1):
        name = f"model-{number:05}-of-{len(shards):05}.safetensors"
        write_shard(folder / name, tensors)
        index.update(dict.fromkeys(tensors, name))
    (folder / "model.safetensors.index.json").write_text(json.dumps(
        {"metadata": {"total_size": total}, "weight_map": index}))
    (folder / "config.json").write_text(
        json.dumps(CONFIG | {"num_hidden_layers": layers}))


def run(command: list) -> tuple[int, int]:
    """The exit code, and the largest VmHWM seen in bytes.

    `fathom` gives its process to the compiler, so one process is watched. The
    kernel counts ru_maxrss as it counts VmHWM, and keeps it to the end.
    """
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024


def main(fathom: str, model: str, out: str, gib: str = "8", *rest: str) -> int:
    if "--small" in rest:
        shrink()
    wanted_bytes = int(float(gib) * 2**30)
    folder = pathlib.Path(out) / "big"
    artifact = pathlib.Path(out) / "big.fathom"
    if folder.exists() or artifact.exists():
        print(f"'{folder}' or '{artifact}' exists, expected neither")
        return 1
    try:
        make(folder, model, wanted_bytes)
        begin = time.monotonic()
        code, peak = run([fathom, "compile", str(folder), "-o", str(artifact)])
        seconds = time.monotonic() - begin
        if code != 0:
            print(f"BAD: fathom compile ended with {code}")
            return 1
        written = (artifact / "weights.safetensors").stat().st_size
        good = peak < LIMIT_BYTES and written >= wanted_bytes
        print(f"{'' if good else 'BAD: '}peak {peak} bytes, expected under "
              f"{LIMIT_BYTES}; {written} bytes of weights in {seconds:.1f} s")
        return 0 if good else 1
    finally:
        if "--keep" not in rest:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(artifact, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
