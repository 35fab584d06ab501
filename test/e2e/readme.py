"""readme.py SOURCE BINDIR OUT: runs the commands of README.md, as they stand.

Each indented line of README.md is a command. It runs in OUT, where `build/bin`
is BINDIR, `test` and `tools` are those of SOURCE, and DIR is one of the test
models. The two scripts in tools/ are only looked for: they install and build.
A command has to end with 0, and what it prints has to hold what EXPECTED says
of its verb. Each path that the text names has to be there. Exits 1 and names
what is not so.
"""

import pathlib
import re
import subprocess
import sys

QUESTION = "What is 123 + 456?\n"
EXPECTED = {"compile": "", "run": "\n579", "chat": "579",
            "inspect": "deepseek_v3", "bench": "decode_tokens_per_s"}
MODEL = "test/models/tiny-llama"


def commands(text: str) -> list:
    lines = re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    return [re.sub(r"\s+# .*", "", line) for line in lines]


def missing_paths(text: str, source: pathlib.Path):
    """Paths that stand in `...` and match no file; not what is built."""
    for word in re.findall(r"`([\w.*-]+/[\w./*-]+)`", text):
        if not word.startswith("build/") and not any(source.glob(word)):
            yield word


def run(command: str, out: pathlib.Path) -> str:
    """What is wrong with the command; empty if nothing is."""
    words = command.split()
    if words[0].startswith("tools/"):
        there = (out / words[0]).is_file()
        return "" if there else "expected this script, found none"
    # tiny-llama is random: it would talk as long as it may.
    own = command.replace(" DIR", " " + MODEL)
    own_model = "NAME.fathom" in words and words[1] == "chat"
    if own_model:
        own += " --max-tokens 8"
    done = subprocess.run(own, shell=True, cwd=out, text=True, timeout=300,
                          input=QUESTION, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, errors="replace")
    if done.returncode != 0:
        return f"exit status {done.returncode}: {done.stdout[-500:]}"
    wanted = "" if own_model else EXPECTED.get(words[1], "")
    if wanted not in done.stdout:
        return f"expected {wanted!r}, found {done.stdout[-500:]!r}"
    return ""


def main(source: str, bindir: str, out_path: str) -> int:
    root, out = pathlib.Path(source).resolve(), pathlib.Path(out_path)
    text = (root / "README.md").read_text(encoding="utf-8")
    (out / "build").mkdir(parents=True)
    (out / "build/bin").symlink_to(pathlib.Path(bindir).resolve())
    for folder in ("test", "tools"):
        (out / folder).symlink_to(root / folder)
    bad = [f"`{word}`: no such file" for word in missing_paths(text, root)]
    found = commands(text)
    for command in found:
        wrong = run(command, out)
        bad += [f"{command}: {wrong}"] if wrong else []
        print(f"{'BAD' if wrong else 'ran'}: {command}")
    print(*bad, sep="\n")
    verbs = {command.split()[1] for command in found if " " in command}
    if not set(EXPECTED) <= verbs:
        print(f"expected commands with {sorted(EXPECTED)}, found {verbs}")
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
