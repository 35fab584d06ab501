"""kill_compile.py BUILD CONFIG WORK [--random N] [--every-error]: rows K1 and K3.

K1: `fathom compile` is killed at every call that writes, over an older artifact
and where none is, and at N random times (200): what is there afterwards is the
older one, or nothing, or the complete new one, and the next run removes what
was left. The same for the file of `--emit=FORM -o FILE`.

K3: each of those calls fails in turn: exit code 3, one line, the older artifact,
nothing left. The calls of a kind take turns with the errors; with --every-error
each meets every one of them.

What `fathom compile` compiles takes it a fraction of a second: the model of
CONFIG, with so many words that weights take three writes, from an LLVM form
whose step does nothing.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

# What puts bytes or names on the disk. A linker's output is written by `write`.
CALLS = ["mkdirat", "fallocate", "pwrite64", "write", "fsync", "renameat2",
         "unlinkat"]
# There are no others but these, which would put bytes or names there as well.
OTHERS = ("mkdir,pwritev,pwritev2,writev,sendfile,copy_file_range,ftruncate,"
          "truncate,fdatasync,sync,syncfs,sync_file_range,msync,rename,"
          "renameat,link,linkat,symlink,symlinkat,unlink,rmdir")
ERRORS = ["EIO", "ENOSPC", "EDQUOT", "EROFS"]
# These also happen to what is replaced, after the new artifact is in place.
LATE = ["openat", "unlinkat"]
WORDS = 45_000  # Twice of 48 bf16 columns: 8.6 MB, written 4 MiB at a time.
EXIT_MACHINE = 3


def digest(folder: pathlib.Path) -> str:
    if not folder.is_dir():
        return "nothing"
    found = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            found += [path.name, hashlib.file_digest(file, "sha1").hexdigest()]
    return " ".join(found)


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
            # them all to, but those of the thread that writes are enough.
            how = [] if "signal=" in inject else ["-f", "--seccomp-bpf"]
            command = ["strace", *how, "-qq", "-o", str(self.log), "-e",
                       "trace=" + inject.split(":")[0], "-e",
                       f"inject={inject}"] + command
        return subprocess.run(command, capture_output=True, text=True)

    def restore(self) -> None:
        """What was there before: the old artifact, or nothing."""
        if self.target.exists():
            shutil.rmtree(self.target)
        if self.before != "nothing":
            shutil.copytree(self.work / "old", self.target,
                            copy_function=os.link)

    def left(self) -> list:
        return sorted(p.name for p in self.work.iterdir()
                      if p.name not in ("m.fathom", "old"))

    def prepare(self) -> None:
        self.write(1).check_returncode()
        shutil.copytree(self.target, self.work / "old")
        self.old = self.before = digest(self.target)
        begin = time.monotonic()
        self.write(2).check_returncode()
        self.seconds = time.monotonic() - begin
        self.new = digest(self.target)
        self.expect(self.old != self.new, "two seeds gave one artifact")
        self.write(1).check_returncode()
        self.expect(digest(self.target) == self.old, "a seed gave two artifacts")

    def replaces(self, before: str) -> None:
        self.before = before
        self.restore()

    def calls(self, kinds: str) -> list:
        """A run's calls of these kinds, a line each."""
        subprocess.run(["strace", "-f", "-qq", "-o", str(self.log), "-e",
                        "trace=" + kinds, *self.command(2)], check=True)
        self.expect(digest(self.target) == self.new, "not the new artifact")
        self.restore()
        return [line for line in self.log.read_text().splitlines()
                if "+++" not in line]

    def counts(self) -> dict:
        """How often a run makes each of the calls."""
        names = [re.search(r"(\w+)\(", line)[1]
                 for line in self.calls(",".join(CALLS) + "," + OTHERS)]
        self.expect(set(names) <= set(CALLS), f"writes by {set(names)}")
        return {call: names.count(call) for call in CALLS}

    # K1

    def killed(self, call: str, number: int) -> None:
        what = f"{call} killed {number}, over {self.before}"
        result = self.write(2, f"{call}:signal=KILL:when={number}")
        self.expect(result.returncode in (-9, 137), f"{what}: {result}")
        found = digest(self.target)
        self.expect(found in (self.before, self.new),
                    f"{what}: neither what was there nor the new one")
        if found != self.before:
            self.restore()

    def kill_at_each(self, onto: str) -> None:
        for call, count in self.counts().items():
            self.expect(count > 0 or self.before == "nothing",
                        f"{call} was never called")
            for number in range(1, count + 1):
                self.killed(call, number)
            print(f"K1 {call}, {onto}: killed {count} times")
        # A run removes what killed ones left, and may be killed at that, too.
        left = len(self.left())
        self.expect(left > 0, "killed runs left nothing")
        self.killed("unlinkat", 1)
        self.write(1).check_returncode()
        self.expect(not self.left(), f"left {self.left()}")
        self.restore()
        print(f"K1 {onto}: removed what {left} runs had left")

    def kill_at_random(self, rounds: int) -> None:
        seed = random.Random(1)
        outcomes = {"old": 0, "new": 0}
        for _ in range(rounds):
            wait = seed.uniform(0, 1.5 * self.seconds)
            process = subprocess.Popen(self.command(2),
                                       stderr=subprocess.DEVNULL)
            time.sleep(wait)
            process.kill()
            process.wait()
            found = digest(self.target)
            self.expect(found in (self.old, self.new),
                        f"killed after {wait} s: neither old nor new")
            outcomes["new" if found == self.new else "old"] += 1
            if found != self.old:
                self.restore()
        self.write(1).check_returncode()
        self.expect(not self.left(), f"left {self.left()}")
        print(f"K1 at random: {rounds} times, {outcomes}")

    # K3

    def failed(self, result, what: str, is_late: bool) -> None:
        lines = [line for line in result.stderr.splitlines()
                 if "warning" not in line]
        self.expect("INJECTED" in self.log.read_text(), f"{what}: no call")
        if result.returncode == 0 and is_late:
            self.expect(not lines, f"{what}: {result}")
            self.expect(digest(self.target) == self.new, f"{what}: not new")
            self.restore()
        else:
            self.expect(result.returncode == EXIT_MACHINE and len(lines) == 1,
                        f"{what}: {result}")
            self.expect(digest(self.target) == self.before,
                        f"{what}: not what was there")
            self.expect(not self.left(), f"{what}: left {self.left()}")

    def fail_at(self, call: str, numbers, errors: list, every: bool) -> None:
        self.expect(len(numbers) > 0, f"{call} was never called")
        turns = [(number, error) for i, number in enumerate(numbers)
                 for error in (errors if every else [errors[i % len(errors)]])]
        for number, error in turns:
            result = self.write(2, f"{call}:error={error}:when={number}")
            self.failed(result, f"{call} {error} {number}", call in LATE)
            if call in LATE and self.left():
                self.write(1).check_returncode()
                self.expect(not self.left(), f"left {self.left()}")
        print(f"K3 {call}: failed {len(turns)} times by {', '.join(errors)}")

    def fail_at_each(self, every: bool) -> None:
        for call, count in self.counts().items():
            self.fail_at(call, range(1, count + 1), ERRORS, every)
        opens = self.calls("openat")
        first = next(number for number, line in enumerate(opens, start=1)
                     if f'"{self.work}"' in line)  # Not the program's loader.
        self.fail_at("openat", range(first, len(opens) + 1), ["EMFILE"], every)


def make_stub(fathom: str, config: str, work: pathlib.Path) -> list:
    """Arguments of `fathom compile` for a model whose step does nothing."""
    small = json.loads(pathlib.Path(config).read_text())
    small["vocab_size"] = WORDS
    work.mkdir(parents=True, exist_ok=True)
    (work / "config.json").write_text(json.dumps(small))
    form = subprocess.run([fathom, "compile", work / "config.json", "--target",
                           "avx2", "--emit=llvm"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    (work / "stub.mlir").write_text(form.splitlines()[0] + """
  llvm.func @fathom_step_avx2(%step: !llvm.ptr, %thread: i32, %a: i32, %b: i32) {
    llvm.return
  }
}
""")
    return [str(work / "config.json"), "--from=llvm", str(work / "stub.mlir"),
            "--target", "avx2", "--threads", "1"]


def test_compiling(build: pathlib.Path, config: str, work: pathlib.Path,
                   rounds: int, every: bool) -> int:
    fathom = str(build / "bin/fathom")
    stub = make_stub(fathom, config, work.parent / "stub")
    test = Test("fathom compile", work, lambda seed: [
        fathom, "compile", "-q", *stub, f"--random-weights={seed}", "-o",
        str(work / "m.fathom")])
    test.prepare()
    test.kill_at_each("over an older artifact")
    test.kill_at_random(rounds)
    test.fail_at_each(every)
    test.replaces("nothing")
    test.kill_at_each("where none is")
    return test.failures


def test_emitting(build: pathlib.Path, config: str, work: pathlib.Path) -> int:
    """Kills what writes one file: the older or the new one, and no other."""
    target, failures = work / "m.mlir", 0
    command = [build / "bin/fathom", "compile", "-q", config, "--target", "avx2",
               "--emit=model", "-o", target]
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    subprocess.run(command, check=True)
    new = target.read_text()
    for call in ("pwrite64", "fsync", "renameat"):
        target.write_text("old")
        killed = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                                 f"inject={call}:signal=KILL:when=1", *command])
        left = len(list(work.iterdir())) - 1
        good = killed.returncode in (-9, 137) and target.read_text() == "old"
        subprocess.run(command, check=True)
        good = good and [*work.iterdir()] == [target]
        if not good or left != 1 or target.read_text() != new:
            failures += 1
            print(f"FAILED: --emit killed at {call}: {[*work.iterdir()]}")
    # Where a disk has no locks, it is written all the same.
    target.write_text("old")
    subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                    "inject=flock:error=ENOLCK", *command])
    if target.read_text() != new or [*work.iterdir()] != [target]:
        failures += 1
        print(f"FAILED: --emit without locks: {[*work.iterdir()]}")
    print(f"K1 --emit: killed 3 times, {failures} failures")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("config")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=200)
    parser.add_argument("--every-error", action="store_true")
    options = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not at hand")
        return 2
    options.work.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(options.work)
    failures = test_compiling(options.build, options.config,
                              options.work / "compile", options.random,
                              options.every_error)
    failures += test_emitting(options.build, options.config,
                              options.work / "emit")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
