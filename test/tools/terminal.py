"""terminal.py COLUMNS COMMAND...: prints what a command writes to a terminal.

Standard output and standard error are one terminal that is COLUMNS wide. Each
line drawn in place is printed on a line of its own; exits with 1 where one of
them is as wide as the terminal or wider, else as the command does.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios


def run(command: list, columns: int) -> tuple:
    """The exit code, and what was written with "\\r\\n" as one line break."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    env["TERM"] = "xterm"
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=child, stderr=child,
                               env=env)
    os.close(child)
    text = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not piece:
            break
        text += piece
    code = process.wait()
    os.close(parent)
    return code, text.decode().replace("\r\n", "\n")


def main(columns: int, command: list) -> int:
    code, text = run(command, columns)
    for line in text.split("\n"):
        *drawn, last = re.split(r"\r\033\[K", line)
        for piece in drawn:
            if piece:
                print(f"drawn: {piece}")
            if len(piece) >= columns:
                print(f"expected fewer than {columns} columns, found {len(piece)}")
                code = 1
        print(last)
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
