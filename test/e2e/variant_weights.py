"""The folders of the variants in test/models/variants.jsonl.

Each line there holds a configuration and what transformers computes for it.
The weights are made here, the same wherever it is done: from the name of each
tensor and the variant's seed.
"""

import array
import json
import pathlib
import random
import struct

PREFIX = "model.layers."


def shapes(c: dict) -> dict:
    """name -> shape of every tensor that the configuration asks for."""
    h, rows = c["hidden_size"], c["vocab_size"]
    out = {"model.embed_tokens.weight": (rows, h), "model.norm.weight": (h,)}
    if not c.get("tie_word_embeddings"):
        out["lm_head.weight"] = (rows, h)

    def linear(name, outputs, inputs, bias=False):
        out[f"{name}.weight"] = (outputs, inputs)
        if bias:
            out[f"{name}.bias"] = (outputs,)

    def mlp(at, width, bias=False):
        linear(f"{at}.gate_proj", width, h, bias)
        linear(f"{at}.up_proj", width, h, bias)
        linear(f"{at}.down_proj", h, width, bias)

    for i in range(c["num_hidden_layers"]):
        at = f"{PREFIX}{i}"
        out[f"{at}.input_layernorm.weight"] = (h,)
        out[f"{at}.post_attention_layernorm.weight"] = (h,)
        if c["model_type"] == "deepseek_v3":
            latent_attention(c, f"{at}.self_attn", out, linear)
            if has_experts(c, i):
                experts(c, f"{at}.mlp", out, mlp)
                continue
        else:
            grouped_attention(c, f"{at}.self_attn", linear)
        mlp(f"{at}.mlp", c["intermediate_size"],
            c["model_type"] == "llama" and c.get("mlp_bias", False))
    return out


def has_experts(c: dict, layer: int) -> bool:
    return (layer >= c["first_k_dense_replace"] and
            layer % (c.get("moe_layer_freq") or 1) == 0)


def grouped_attention(c, at, linear) -> None:
    h, heads = c["hidden_size"], c["num_attention_heads"]
    groups = c.get("num_key_value_heads") or heads
    width = c.get("head_dim") or h // heads
    biased = c["model_type"] == "qwen2" or c.get("attention_bias", False)
    for part, count in (("q", heads), ("k", groups), ("v", groups)):
        linear(f"{at}.{part}_proj", count * width, h, biased)
    linear(f"{at}.o_proj", h, heads * width,
           c["model_type"] == "llama" and c.get("attention_bias", False))


def latent_attention(c, at, out, linear) -> None:
    h, heads = c["hidden_size"], c["num_attention_heads"]
    nope, rope = c["qk_nope_head_dim"], c["qk_rope_head_dim"]
    rank, value = c["kv_lora_rank"], c["v_head_dim"]
    biased = c.get("attention_bias", False)
    if c["q_lora_rank"] is None:
        linear(f"{at}.q_proj", heads * (nope + rope), h)
    else:
        linear(f"{at}.q_a_proj", c["q_lora_rank"], h, biased)
        out[f"{at}.q_a_layernorm.weight"] = (c["q_lora_rank"],)
        linear(f"{at}.q_b_proj", heads * (nope + rope), c["q_lora_rank"])
    linear(f"{at}.kv_a_proj_with_mqa", rank + rope, h, biased)
    out[f"{at}.kv_a_layernorm.weight"] = (rank,)
    linear(f"{at}.kv_b_proj", heads * (nope + value), rank)
    linear(f"{at}.o_proj", h, heads * value, biased)


def experts(c, at, out, mlp) -> None:
    count, width = c["n_routed_experts"], c["moe_intermediate_size"]
    out[f"{at}.gate.weight"] = (count, c["hidden_size"])
    out[f"{at}.gate.e_score_correction_bias"] = (count,)
    for e in range(count):
        mlp(f"{at}.experts.{e}", width)
    if c.get("n_shared_experts"):
        mlp(f"{at}.shared_experts", width * c["n_shared_experts"])


def values(name: str, shape: tuple, seed: int) -> list:
    """Weights under which attention, routing and logits are not flat."""
    r = random.Random(f"{seed} {name}")
    count = 1
    for size in shape:
        count *= size
    middle, gain = 0.0, 1.0
    if name.endswith("e_score_correction_bias"):
        middle, gain = -0.4, 0.4
    elif name.endswith("norm.weight"):
        middle, gain = 1.0, 0.3
    elif name.endswith(".bias"):
        gain = 0.6
    elif name.endswith("embed_tokens.weight"):
        gain = 0.6
    else:
        gain = 3.0 / shape[-1] ** 0.5
        if name.endswith(("gate.weight", "lm_head.weight")):
            gain *= 2
    floats = array.array("f", (middle + gain * (2 * r.random() - 1)
                               for _ in range(count)))
    return list(floats)


def e4m3(bits: int) -> float:
    sign = -1.0 if bits & 0x80 else 1.0
    exponent, fraction = bits >> 3 & 15, bits & 7
    if exponent == 0:
        return sign * fraction * 2.0 ** -9
    return sign * (8 + fraction) * 2.0 ** (exponent - 10)


def to_bf16(value: float) -> int:
    (bits,) = struct.unpack("<I", struct.pack("<f", value))
    return bits + 0x7fff + (bits >> 16 & 1) >> 16


def from_bf16(bits: int) -> float:
    return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


def scale_bytes(dtype: str, value: float) -> tuple:
    """(bytes, the scale they say)."""
    if dtype in ("F8_E8M0", "U8"):
        exponent = 127
        while 2.0 ** (exponent - 127) > value:
            exponent -= 1
        return bytes([exponent]), 2.0 ** (exponent - 127)
    if dtype == "BF16":
        bits = to_bf16(value)
        return struct.pack("<H", bits), from_bf16(bits)
    data = struct.pack({"F32": "<f", "F16": "<e"}[dtype], value)
    return data, struct.unpack({"F32": "<f", "F16": "<e"}[dtype], data)[0]


def quantised(name: str, shape: tuple, seed: int, fp8: dict) -> tuple:
    """(codes, scales, shape of the scales, the values they stand for)."""
    r = random.Random(f"{seed} {name} fp8")
    rows, columns = shape
    block = fp8["block"] or [rows, columns]
    across = -(-columns // block[1])
    count = -(-rows // block[0]) * across
    parts = [scale_bytes(fp8["scales"], (0.5 + r.random()) /
                         (100 * columns ** 0.5)) for _ in range(count)]
    codes = bytes(r.randrange(0x7f) | r.randrange(2) << 7
                  for _ in range(rows * columns))
    plain = []
    for i, code in enumerate(codes):
        row, column = divmod(i, columns)
        scale = parts[row // block[0] * across + column // block[1]][1]
        (product,) = struct.unpack("<f", struct.pack("<f", e4m3(code) * scale))
        plain.append(from_bf16(to_bf16(product)))
    scale_shape = fp8.get("scale_shape")
    if scale_shape is None:
        scale_shape = [-(-rows // block[0]), across]
    return codes, b"".join(p[0] for p in parts), scale_shape, plain


def is_quantised(name: str, shape: tuple, fp8: dict) -> bool:
    if len(shape) != 2 or any(part in name for part in fp8["plain"]):
        return False
    return (any(part in name for part in fp8.get("also", [])) or
            not name.endswith(("embed_tokens.weight", "lm_head.weight",
                               "mlp.gate.weight")))


def tensors(variant: dict) -> tuple:
    """({name: (dtype, shape, bytes)}, {name: (shape, values)}): as they are
    stored, and as a reader of float32 alone would have to find them."""
    stored, plain = {}, {}
    seed, store = variant["seed"], variant.get("store", {})
    all_shapes = shapes(variant["config"])
    all_shapes.update({n: tuple(s) for n, s in store.get("add", {}).items()})
    for name, shape in all_shapes.items():
        if name in store.get("drop", []) or name.endswith(
                tuple(store.get("drop_suffixes", [])) or ("\0",)):
            continue
        fp8 = store.get("fp8")
        if fp8 and is_quantised(name, shape, fp8):
            codes, scales, scale_shape, numbers = quantised(name, shape, seed,
                                                            fp8)
            stored[name] = ("F8_E4M3", shape, codes)
            stored[f"{name}_scale_inv"] = (fp8["scales"], scale_shape, scales)
        else:
            source = store.get("copy", {}).get(name, name)
            numbers = values(source, shape, seed)
            stored[name] = ("F32", shape, array.array("f", numbers).tobytes())
        plain[name] = (shape, numbers)
    return stored, plain


def write_safetensors(path: pathlib.Path, stored: dict) -> None:
    header, data = {}, b""
    for name, (dtype, shape, bytes_) in stored.items():
        header[name] = dict(dtype=dtype, shape=list(shape),
                            data_offsets=[len(data), len(data) + len(bytes_)])
        data += bytes_
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_tokenizer(folder: pathlib.Path, rows: int) -> None:
    """One of bytes: the models here are asked by ids."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    letters = [chr(b) for b in kept] + [chr(256 + i)
                                        for i in range(len(others))]
    vocabulary = {letter: i for i, letter in enumerate(letters)}
    byte_level = dict(type="ByteLevel", add_prefix_space=False,
                      trim_offsets=True, use_regex=True)
    added = [dict(id=256 + i, content=content, single_word=False, lstrip=False,
                  rstrip=False, normalized=False, special=True)
             for i, content in enumerate(("<s>", "</s>"))]
    assert rows > 257
    (folder / "tokenizer.json").write_text(json.dumps(dict(
        version="1.0", truncation=None, padding=None, added_tokens=added,
        normalizer=None, pre_tokenizer=byte_level, post_processor=None,
        decoder=byte_level, model=dict(
            type="BPE", dropout=None, unk_token=None,
            continuing_subword_prefix=None, end_of_word_suffix=None,
            fuse_unk=False, byte_fallback=False, vocab=vocabulary,
            merges=[]))))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(
        bos_token="<s>", eos_token="</s>")))


def write_folder(folder: pathlib.Path, variant: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(variant["config"]))
    write_safetensors(folder / "model.safetensors", tensors(variant)[0])
    write_tokenizer(folder, variant["config"]["vocab_size"])
