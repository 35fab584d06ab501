"""large_checkpoint.py FATHOM SOURCE WORK: memory of compiling 8 GB.

Writes a checkpoint of 8 GB under WORK (sparse shards, the largest tensors 1 GB
each) and compiles it: the compiler's largest resident size stays under 2 GB.
Needs 9 GB of disk for the artifact; not part of the tests that always run.
"""

import json
import pathlib
import resource
import shutil
import struct
import subprocess
import sys
import time

LIMIT_BYTES = 2_000_000_000
HIDDEN, MIDDLE, HEADS, KV_HEADS, HEAD, LAYERS = 4096, 14336, 32, 8, 128, 14
VOCABULARY = 131072
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama",
    "hidden_size": HIDDEN, "intermediate_size": MIDDLE, "hidden_act": "silu",
    "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
    "num_key_value_heads": KV_HEADS, "head_dim": HEAD, "rms_norm_eps": 1e-5,
    "rope_theta": 500000.0, "max_position_embeddings": 8192,
    "vocab_size": VOCABULARY, "tie_word_embeddings": False,
    "torch_dtype": "bfloat16", "bos_token_id": 0, "eos_token_id": 1,
}


def tensors():
    yield "model.embed_tokens.weight", [VOCABULARY, HIDDEN]
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        yield prefix + "input_layernorm.weight", [HIDDEN]
        yield prefix + "post_attention_layernorm.weight", [HIDDEN]
        for name, rows in [("q", HEADS * HEAD), ("k", KV_HEADS * HEAD),
                           ("v", KV_HEADS * HEAD)]:
            yield f"{prefix}self_attn.{name}_proj.weight", [rows, HIDDEN]
        yield prefix + "self_attn.o_proj.weight", [HIDDEN, HEADS * HEAD]
        yield prefix + "mlp.gate_proj.weight", [MIDDLE, HIDDEN]
        yield prefix + "mlp.up_proj.weight", [MIDDLE, HIDDEN]
        yield prefix + "mlp.down_proj.weight", [HIDDEN, MIDDLE]
    yield "model.norm.weight", [HIDDEN]
    yield "lm_head.weight", [VOCABULARY, HIDDEN]


def write_shard(path: pathlib.Path, shard) -> int:
    header, end = {}, 0
    for name, shape in shard:
        size = 2
        for dimension in shape:
            size *= dimension
        header[name] = {"dtype": "BF16", "shape": shape,
                        "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)
    return end


def write_checkpoint(folder: pathlib.Path, source: pathlib.Path) -> int:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    for name in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copy(source / "test/models/tiny-llama" / name, folder / name)
    everything = list(tensors())
    shards = [everything[i::4] for i in range(4)]
    places, total = {}, 0
    for number, shard in enumerate(shards, 1):
        name = f"model-{number:05}-of-00004.safetensors"
        total += write_shard(folder / name, shard)
        places.update({tensor: name for tensor, _ in shard})
    (folder / "model.safetensors.index.json").write_text(json.dumps(
        {"metadata": {"total_size": total}, "weight_map": places}))
    return total


def main() -> int:
    fathom, source, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    total = write_checkpoint(work / "model", source)
    begin = time.monotonic()
    result = subprocess.run([fathom, "compile", str(work / "model"), "-o",
                             str(work / "large.fathom")])
    seconds = time.monotonic() - begin
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    written = sum(p.stat().st_size for p in (work / "large.fathom").iterdir())
    print(f"read {total / 1e9:.2f} GB, wrote {written / 1e9:.2f} GB in "
          f"{seconds:.0f} s, largest resident size {largest / 1e6:.0f} MB")
    shutil.rmtree(work)
    return 0 if result.returncode == 0 and largest < LIMIT_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
