#!/usr/bin/env python3
"""generation_keys.py: holds runtime/io/generation_keys.cc to the installed
transformers.

Each key that GenerationConfig reads must be in the table, or in NOT_OF_FILES
below. Prints what is missing; the exit status is 1 if anything is.
"""

import inspect
import pathlib
import re
import sys

import transformers

TABLE = pathlib.Path(__file__).parents[2] / "runtime/io/generation_keys.cc"

# Arguments of from_pretrained() and the like, which no file holds.
NOT_OF_FILES = {
    "_from_auto",
    "_from_pipeline",
    "commit_message",
    "proxies",
    "repo_id",
    "return_unused_kwargs",
    "subfolder",
    "token",
}


def main():
    known = set(re.findall(r'\{"(\w+)", Kind::', TABLE.read_text()))
    source = inspect.getsource(transformers.GenerationConfig)
    read = set(re.findall(r'kwargs\.(?:pop|get)\("(\w+)"', source))
    read |= {key for key in vars(transformers.GenerationConfig()) if key[0] != "_"}
    missing = sorted(read - known - NOT_OF_FILES)
    print(f"transformers {transformers.__version__}: {len(read)} keys,", end=" ")
    print(f"missing {', '.join(missing)}" if missing else "none missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
