"""hostile_checkpoint.py FATHOM MODELS WORK [CASE]: `fathom compile` of bad
checkpoints.

Each case is named after its row and changes one thing of a copy of a folder
in MODELS, then compiles it where an artifact of another time stands. Expected:
exit 1, one line on stderr that holds the case's words, the old artifact as it
was and nothing beside it. A folder that nothing was done to compiles. Exits 1
where something differs, and names each.
"""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

LINE_BYTES_MAX = 4096


def header(change):
    """Changes the JSON text (bytes) of model.safetensors' header."""
    def apply(folder: pathlib.Path) -> None:
        path = folder / "model.safetensors"
        data = path.read_bytes()
        (size,) = struct.unpack("<Q", data[:8])
        text = change(data[8:8 + size].rstrip())
        path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size:])
    return apply


def tensor(**values):
    """Sets keys of the final norm's entry."""
    def change(text: bytes) -> bytes:
        entries = json.loads(text)
        entries["model.norm.weight"].update(values)
        return json.dumps(entries).encode()
    return header(change)


def appended(text: bytes):
    return header(lambda old: old[:-1] + text + b"}")


def document(name: str, change):
    """Changes the value that the JSON file `name` holds."""
    def apply(folder: pathlib.Path) -> None:
        value = json.loads((folder / name).read_text(encoding="utf-8"))
        change(value)
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    return apply


def config(**values):
    return document("config.json", lambda c: c.update(values))


def whole(name: str, data: bytes):
    return lambda folder: (folder / name).write_bytes(data)


def cut(folder: pathlib.Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def last_is_nan(folder: pathlib.Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-2] + struct.pack("<H", 0x7fc0))


def renamed(old: bytes, new: bytes):
    return header(lambda text: text.replace(b'"' + old + b'"',
                                            b'"' + new + b'"', 1))


def transposed(text: bytes) -> bytes:
    entries = json.loads(text)
    entries["model.layers.0.mlp.down_proj.weight"]["shape"].reverse()
    return json.dumps(entries).encode()


def shard(name: str):
    """An index that has every tensor in the file `name`."""
    def apply(folder: pathlib.Path) -> None:
        path = folder / "model.safetensors"
        data = path.read_bytes()
        (size,) = struct.unpack("<Q", data[:8])
        names = [n for n in json.loads(data[8:8 + size]) if n != "__metadata__"]
        path.rename(folder.parent / "shard")
        os.mkfifo(folder / "pipe")
        (folder / "model.safetensors.index.json").write_text(json.dumps(
            {"metadata": {}, "weight_map": dict.fromkeys(names, name)}))
    return apply


def pattern(regex: str):
    def change(value: dict) -> None:
        value["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = regex
    return document("tokenizer.json", change)


def many_words(value: dict) -> None:
    words = value["model"]["vocab"]
    first = len(words)
    words.update({f"word{i}": first + i for i in range(99)})
    for token in value["added_tokens"]:
        token["id"] += 99


def same_id(value: dict) -> None:
    words = value["model"]["vocab"]
    words[list(words)[5]] = words[list(words)[6]]


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
CASES = [
    ("W1", cut, ["model.safetensors", "where the file ends"]),
    ("W1 empty", whole("model.safetensors", b""),
     ["has 0 bytes, expected at least 8"]),
    ("W2", whole("model.safetensors", b"\xff" * 64),
     ["expected 2 to 56"]),
    ("W3 NUL", header(lambda old: old[:-1] + b"\0}"),
     ["model/model.safetensors: its header is not JSON: column ",
     "found '\\x00', expected "]),
    ("W3 NaN", header(lambda old: old.replace(b'"shape":[48]',
                                              b'"shape":[NaN]', 1)),
     ["found 'NaN', expected a value"]),
    ("W4", appended(b',"z":' + b"[" * 33 + b"]" * 33),
     ["nested deeper than 32"]),
    ("W4 10 million", appended(b',"z":' + b"[" * 10**7 + b"]" * 10**7),
     ["nested deeper than 32"]),
    ("W5", appended(b',"model.n\\u006frm.weight":{}'),
     ["key 'model.norm.weight' appears twice, expected once"]),
    ("W7", tensor(data_offsets=[-96, 0]),
     ["'model.norm.weight.data_offsets[0]' is -96, expected a whole number"]),
    ("W8 end of 64 bits", tensor(data_offsets=[2**63 - 96, 2**63]),
     ["tensor 'model.norm.weight' begins at byte 9223372036854",
      "where the one before it ends"]),
    ("W9 wraps", tensor(shape=[2**63 + 48]),
     ["model.norm.weight.shape[0]' is 9223372036854775856, expected"]),
    ("W9 rank", tensor(shape=[48] + [1] * 8),
     ["'model.norm.weight' has rank 9, expected at most 8"]),
    ("W10", tensor(shape=[0]), ["model.norm.weight", "expected 0 bytes"]),
    ("W11", tensor(dtype="Q4"), ["model.norm.weight", '"Q4"']),
    ("W6 alias", tensor(data_offsets=[0, 96]),
     ["where the one before it ends"]),
    ("W13 missing", renamed(b"model.norm.weight", b"model.nrom.weight"),
     ["lacks 1 tensor that config.json asks for: 'model.norm.weight'"]),
    ("W14", header(transposed),
     ["'model.layers.0.mlp.down_proj.weight' has shape [104, 48], expected "
      "[48, 104] by config.json"]),
    ("W15 above", shard("../shard"),
     ["model: found the file name '../shard', expected one without '/'"]),
    ("W15 pipe", shard("pipe"),
     ["model/pipe: is a pipe, expected a regular file or a link to one"]),
    ("W15 absent", shard("shard"), ["1 is missing, 'shard' first"]),
    ("W17", last_is_nan, ["model.norm.weight", "not finite"]),
    ("W22", renamed(b"model.norm.weight", b"\\u001b[2J\\n" + b"x" * 2000),
     ["tensor '\\x1b[2J\\nxxx", "a name of 2005 bytes, expected 1 to"]),
    ("W20", whole("model.safetensors", LFS), ["git-lfs pointer"]),
    ("C1 pointer", whole("config.json", LFS),
     ["model/config.json: not JSON: line 1, column 1: found 'version', "
      "expected a value"]),
    ("C1 absent", lambda folder: (folder / "config.json").unlink(),
     ["model: holds no config.json"]),
    ("C1 syntax", whole("config.json", b'{\n "a": 1\n "b": 2\n}\n'),
     ["model/config.json: not JSON: line 3, column 2: found '\\\"', expected "
      "',' or '}'"]),
    ("C2 zero", config(hidden_size=0),
     ["model/config.json: key 'hidden_size' is 0, expected a whole number"]),
    ("C2 fraction", config(num_hidden_layers=2.5),
     ["'num_hidden_layers' is 2.5, expected a whole number"]),
    ("C3", config(num_attention_heads=5),
     ["model/config.json: num_key_value_heads is 2, expected a divisor of "
      "the 5"]),
    ("C1 architecture", config(model_type="mistral"),
     ['"mistral"', "expected"]),
    ("C1 rope", config(rope_scaling={"type": "spiral", "factor": 2.0}),
     ['"spiral"', "expected"]),
    ("C2 id beyond the vocabulary", config(vocab_size=300),
     ["bos_token_id", "0 to 299"]),
    ("C5", document("tokenizer.json", many_words), ["428 ids", "352 rows"]),
    ("C5 twice", document("tokenizer.json", same_id),
     ["model/tokenizer.json: key 'model.vocab.",
      "expected an id that no other"]),
    ("C6", document("tokenizer.json",
                    lambda t: t["model"].update(merges=["qq zz"])),
     ["model/tokenizer.json: key 'model.merges[0]'", "'qq'"]),
    ("C7", document("tokenizer.json",
                    lambda t: t["model"]["vocab"].update({"<0xZZ>": 999})),
     ["'model.vocab.<0xZZ>' is 999, expected a byte token from "
      "<0x00> to <0xFF>"]),
    ("C8", document("tokenizer.json",
                    lambda t: t["added_tokens"][0].update(content="!")),
     ["key 'added_tokens[0]", "expected"]),
    ("C9 pattern", pattern("(?<x>a)\\\\k<x>"),
     ["model/tokenizer.json: found '(?<x' at byte 0 of the pattern"]),
    ("C14", document("generation_config.json",
                     lambda g: g.update(temperature=-1.0)),
     ["model/generation_config.json: key 'temperature' is -1.0, expected"]),
    ("C14 length", document("generation_config.json",
                            lambda g: g.update(max_new_tokens=0)),
     ["model/generation_config.json: key 'max_new_tokens' is 0, expected"]),
]


def compile_model(fathom, folder, output, work):
    """Runs in `work`: long paths are shown shortened."""
    return subprocess.run(
        [fathom, "compile", folder, "-o", output, "--target", "avx2"],
        cwd=work, check=False, stderr=subprocess.PIPE, timeout=120)


def faults(fathom, models, work, change, words) -> list:
    folder, place = work / "model", work / "place"
    for path in (folder, place):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(models / "tiny-qwen2", folder)
    old = place / "x.fathom"
    old.mkdir(parents=True)
    (old / "manifest.bin").write_bytes(b"of another time")
    change(folder)
    done = compile_model(fathom, "model", old, work)
    text = done.stderr.decode(errors="replace")
    lines = [line for line in text.splitlines()
             if ": warning: " not in line and ": level " not in line]
    found = []
    if done.returncode != 1:
        found.append(f"exit {done.returncode}, expected 1")
    if len(lines) != 1 or len(text) > LINE_BYTES_MAX:
        found.append(f"{len(lines)} lines, expected one")
    found += [f"no {word!r}" for word in words if word not in text]
    left = sorted(str(p.relative_to(place)) for p in place.rglob("*"))
    if left != ["x.fathom", "x.fathom/manifest.bin"]:
        found.append(f"{left} left, expected what was there")
    elif (old / "manifest.bin").read_bytes() != b"of another time":
        found.append("the old artifact changed")
    return found and [*found, text.strip()]


def main(fathom: str, models: pathlib.Path, work: pathlib.Path,
         only: str = "") -> int:
    bad = 0
    for name, change, words in CASES:
        if only not in ("", name):
            continue
        found = faults(fathom, models, work, change, words)
        bad += bool(found)
        print(f"BAD: {name}: {'; '.join(found)}" if found else name)
    good = compile_model(fathom, models / "tiny-qwen2", work / "good.fathom",
                         work)
    if good.returncode != 0:
        print(f"BAD: unchanged: exit {good.returncode}")
    return 1 if bad or good.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *(pathlib.Path(path).resolve()
                                for path in sys.argv[2:4]), *sys.argv[4:]))
