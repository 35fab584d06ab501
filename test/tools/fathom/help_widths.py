"""help_widths.py FATHOM: the help of every verb keeps to the terminal's width.

The width comes from COLUMNS, else from the terminal, else it is 80. Lines may
exceed it only where a single word, an option's heading or an example does.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import terminal  # beside the folders of the tests that use it

LONGEST = 100  # however wide the terminal is


def on_terminal(command, columns):
    return terminal.run(command, columns)[1]


def with_columns(command, columns):
    env = dict(os.environ, COLUMNS=columns)
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def check(text, columns, what):
    limit = min(columns, LONGEST)
    in_examples = False
    longest = 0
    for line in text.splitlines():
        in_examples = line == "Examples:" or (in_examples and line[:1] in ("", " "))
        heading = re.match(r" {2,6}(-\w, )?--?[\w-]+( \S+)?$", line)
        if len(line) > limit and not (in_examples or heading or " " not in line.strip()):
            sys.exit(f"{what} at {columns} columns: {len(line)} in '{line}'")
        longest = max(longest, 0 if in_examples else len(line))
    return longest


def main(fathom):
    for verb in ["", "compile", "run", "chat", "bench", "logits", "inspect", "tokenize",
                 "template"]:
        command = [fathom, "help"] + ([verb] if verb else [])
        for columns in [20, 40, 63, 64, 80, 100]:
            check(with_columns(command, str(columns)), columns, verb)
        assert check(with_columns(command, "500"), 500, verb) <= LONGEST
        # Nonsense and none: 80 columns.
        plain = with_columns(command, "80")
        assert with_columns(command, "wide") == plain
        assert with_columns(command, "0") == plain
        assert with_columns(command, "1") == with_columns(command, "20")
        assert on_terminal(command, 0) == plain
        assert on_terminal(command, 50) == with_columns(command, "50")


main(sys.argv[1])
