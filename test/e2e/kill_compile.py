"""kill_compile.py BUILD CONFIG WORK [--random N]: rows K1 and K3 of reliability.

K1: an artifact is written over an older one and killed at the first, second,
... call of each kind that writes, until a run completes, and at N random times
(200): the target is the old artifact or the complete new one, and the next run
removes what was left. K3: each of those calls fails in turn: exit code 3, one
line, old artifact, nothing left.

Most is done with `write-victim`, which writes as `fathom compile` does and
takes milliseconds; then a few with `fathom compile` itself.
"""

import argparse
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

# What puts bytes or names on the disk.
CALLS = ["mkdirat", "fallocate", "pwrite64", "fsync", "renameat2", "unlinkat"]
FAULTS = [("mkdirat", "EROFS"), ("openat", "EMFILE"), ("fallocate", "ENOSPC"),
          ("fallocate", "EDQUOT"), ("pwrite64", "ENOSPC"),
          ("pwrite64", "EDQUOT"), ("pwrite64", "EIO"), ("fsync", "EIO"),
          ("fsync", "EDQUOT"), ("renameat2", "EROFS"), ("renameat2", "EDQUOT"),
          ("unlinkat", "EIO")]
# These also happen to what is replaced, after the new artifact is in place.
LATE = ["openat", "unlinkat"]
# Of `fathom compile` itself, which takes a second each: call and which of them.
COMPILE_KILLS = [("pwrite64", 2), ("renameat2", 2)]
COMPILE_FAULTS = [("pwrite64", "EDQUOT", 2), ("renameat2", "ENOSPC", 2)]
ROUNDS_MAX = 60
EXIT_MACHINE = 3


def digest(folder: pathlib.Path) -> str:
    if not folder.is_dir():
        return "nothing"
    sha = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        sha.update(file.name.encode() + b"\0" + file.read_bytes())
    return sha.hexdigest()


class Test:
    """Faults while `command(seed)` writes the artifact `target`."""

    def __init__(self, name: str, work: pathlib.Path, command):
        self.name, self.work, self.command = name, work, command
        self.target = work / "m.fathom"
        self.log = work.parent / (work.name + ".strace")
        self.failures = 0
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)

    def expect(self, good: bool, what: str) -> None:
        if not good:
            self.failures += 1
            print(f"FAILED: {self.name}: {what}")

    def write(self, seed: int, inject: str = "") -> subprocess.CompletedProcess:
        command = self.command(seed)
        if inject:
            # With the filter only the calls of interest stop; a signal needs
            # them all to.
            fast = ["--seccomp-bpf"] if "error=" in inject else []
            command = ["strace", "-f", *fast, "-qq", "-o", str(self.log), "-e",
                       "trace=" + inject.split(":")[0], "-e",
                       f"inject={inject}"] + command
        return subprocess.run(command, capture_output=True, text=True)

    def restore(self) -> None:
        if self.target.exists():
            shutil.rmtree(self.target)
        shutil.copytree(self.work / "old", self.target)

    def left(self) -> list:
        return sorted(p.name for p in self.work.iterdir()
                      if p.name not in ("m.fathom", "old"))

    def prepare(self) -> None:
        self.write(1).check_returncode()
        shutil.copytree(self.target, self.work / "old")
        self.old = digest(self.target)
        begin = time.monotonic()
        self.write(2).check_returncode()
        self.seconds = time.monotonic() - begin
        self.new = digest(self.target)
        self.expect(self.old != self.new, "two seeds gave one artifact")
        self.write(1).check_returncode()
        self.expect(digest(self.target) == self.old, "a seed gave two artifacts")

    def first_open(self) -> int:
        """Which openat is the first of the artifact's, not of the loader's."""
        subprocess.run(["strace", "-qq", "-o", str(self.log), "-e",
                        "trace=openat", *self.command(2)], check=True)
        self.restore()
        lines = self.log.read_text().splitlines()
        return 1 + next(i for i, line in enumerate(lines)
                        if f'"{self.work}"' in line)

    # K1

    def killed(self, result, what: str) -> None:
        self.expect(result.returncode in (-9, 137), f"{what}: {result}")
        self.whole(what)
        self.restore()

    def whole(self, what: str) -> None:
        self.expect(digest(self.target) in (self.old, self.new),
                    f"{what}: neither old nor new")

    def kill_at(self, call: str) -> None:
        for number in range(1, ROUNDS_MAX):
            result = self.write(2, f"{call}:signal=KILL:when={number}")
            if result.returncode == 0:
                break
            self.killed(result, f"{call} killed {number}")
        self.expect(result.returncode == 0, f"{call}: no run completed")
        self.expect(digest(self.target) == self.new,
                    f"{call}: not the new artifact")
        self.expect(number > 1, f"{call} was never called")
        self.restore()
        print(f"K1 {call}: killed {number - 1} times")

    def kill_at_random(self, rounds: int) -> None:
        seed = random.Random(1)
        outcomes = {"old": 0, "new": 0}
        for _ in range(rounds):
            wait = seed.uniform(0, self.seconds)
            process = subprocess.Popen(self.command(2))
            time.sleep(wait)
            process.kill()
            process.wait()
            found = digest(self.target)
            self.expect(found in (self.old, self.new),
                        f"killed after {wait} s: neither old nor new")
            outcomes["new" if found == self.new else "old"] += 1
            if found != self.old:
                self.restore()
        print(f"K1 at random: {rounds} times, {outcomes}")

    def nothing_left(self) -> None:
        self.write(1).check_returncode()
        self.expect(not self.left(), f"left {self.left()}")

    # K3

    def failed(self, result, what: str, is_late: bool) -> None:
        lines = [line for line in result.stderr.splitlines()
                 if "warning" not in line]
        if result.returncode == 0 and is_late:
            self.expect(not lines, f"{what}: {result}")
            self.expect(digest(self.target) == self.new, f"{what}: not new")
            self.restore()
            self.nothing_left()
            return
        self.expect(result.returncode == EXIT_MACHINE and len(lines) == 1,
                    f"{what}: {result}")
        self.expect(digest(self.target) == self.old, f"{what}: not the old one")
        self.expect(not self.left(), f"{what}: left {self.left()}")

    def fail_at(self, call: str, error: str) -> None:
        first = self.first_open() if call == "openat" else 1
        for number in range(first, first + ROUNDS_MAX):
            what = f"{call} {error} {number}"
            result = self.write(2, f"{call}:error={error}:when={number}")
            if "INJECTED" not in self.log.read_text():
                break
            self.failed(result, what, call in LATE)
        self.expect(result.returncode == 0 and digest(self.target) == self.new,
                    f"{call} {error}: no run completed")
        self.expect(number > first, f"{call} was never called")
        self.restore()
        print(f"K3 {call} {error}: failed {number - first} times")


def test_writing(victim: str, work: pathlib.Path, rounds: int) -> int:
    test = Test("write-victim", work, lambda seed: [
        victim, str(work / "m.fathom"), str(seed)])
    test.prepare()
    for call in CALLS:
        test.kill_at(call)
    test.kill_at_random(rounds)
    test.nothing_left()
    for call, error in FAULTS:
        test.fail_at(call, error)
    return test.failures


def test_compiling(fathom: str, config: str, work: pathlib.Path) -> int:
    test = Test("fathom compile", work, lambda seed: [
        fathom, "compile", f"--random-weights={seed}", config, "--target",
        "avx2", "-o", str(work / "m.fathom")])
    test.prepare()
    for call, number in COMPILE_KILLS:
        test.killed(test.write(2, f"{call}:signal=KILL:when={number}"),
                    f"{call} {number}")
    test.nothing_left()
    for call, error, number in COMPILE_FAULTS:
        test.failed(test.write(2, f"{call}:error={error}:when={number}"),
                    f"{call} {error} {number}", False)
    print(f"fathom compile: {len(COMPILE_KILLS)} killed, "
          f"{len(COMPILE_FAULTS)} failed")
    return test.failures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("config")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=200)
    options = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not at hand")
        return 2
    os.environ["TMPDIR"] = str(options.work)
    failures = test_writing(str(options.build / "testing/write-victim"),
                            options.work / "write", options.random)
    failures += test_compiling(str(options.build / "bin/fathom"),
                               options.config, options.work / "compile")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
