"""kill_compile.py FATHOM MODEL_CONFIG WORK: rows K1 and K3 of reliability.

K1: `fathom compile` over an older artifact, killed at the first, second, ...
call of each kind that writes, until a run completes: the target is the old
artifact or the complete new one, and the next run removes what was left.
K3: each of those calls fails in turn: exit code 3, one line, old artifact.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

# What puts bytes or names on the disk.
CALLS = ["mkdirat", "fallocate", "pwrite64", "fsync", "renameat2",
         "unlinkat"]
FAULTS = [("fallocate", "ENOSPC"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"),
          ("fsync", "EIO"), ("renameat2", "EROFS"),
          ("mkdirat", "EROFS")]
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
    def __init__(self, fathom: str, config: str, work: pathlib.Path):
        self.fathom, self.config, self.work = fathom, config, work
        self.target = work / "m.fathom"
        self.failures = 0

    def compile(self, seed: int, inject: str = "") -> subprocess.CompletedProcess:
        command = [self.fathom, "compile", f"--random-weights={seed}",
                   self.config, "--target", "avx2", "-o", str(self.target)]
        if inject:
            # With the filter only the calls of interest stop; a signal needs
            # them all to.
            fast = ["--seccomp-bpf"] if "error=" in inject else []
            command = ["strace", "-f", *fast, "-qq", "-o", "/dev/null", "-e",
                       "trace=" + inject.split(":")[0], "-e",
                       f"inject={inject}"] + command
        return subprocess.run(command, capture_output=True, text=True)

    def expect(self, good: bool, what: str) -> None:
        if not good:
            self.failures += 1
            print(f"FAILED: {what}")

    def restore(self) -> None:
        if self.target.exists():
            shutil.rmtree(self.target)
        shutil.copytree(self.work / "old", self.target)

    def prepare(self) -> None:
        self.compile(1).check_returncode()
        shutil.copytree(self.target, self.work / "old")
        self.old = digest(self.target)
        self.compile(2).check_returncode()
        self.new = digest(self.target)
        self.expect(self.old != self.new, "two seeds gave one artifact")
        self.compile(1).check_returncode()
        self.expect(digest(self.target) == self.old, "a seed gave two artifacts")

    def loop(self, call: str, action: str, check) -> int:
        for number in range(1, ROUNDS_MAX):
            result = self.compile(2, f"{call}:{action}:when={number}")
            if result.returncode == 0 and not result.stderr.count("cannot"):
                self.expect(digest(self.target) == self.new,
                            f"{call} {action} {number}: not the new artifact")
                self.restore()
                return number - 1
            check(result, f"{call} {action} {number}")
        self.expect(False, f"{call}: no run completed")
        return ROUNDS_MAX

    def killed(self, result, what: str) -> None:
        self.expect(result.returncode in (-9, 137), f"{what}: {result}")
        self.expect(digest(self.target) in (self.old, self.new),
                    f"{what}: neither old nor new")
        self.restore()

    def failed(self, result, what: str) -> None:
        lines = [line for line in result.stderr.splitlines()
                 if "warning" not in line]
        self.expect(result.returncode == EXIT_MACHINE and len(lines) == 1,
                    f"{what}: {result}")
        self.expect(digest(self.target) == self.old, f"{what}: not the old one")
        left = sorted(p.name for p in self.work.iterdir())
        self.expect(left == ["m.fathom", "old"], f"{what}: left {left}")

    def run(self) -> int:
        self.prepare()
        for call in CALLS:
            rounds = self.loop(call, "signal=KILL", self.killed)
            print(f"K1 {call}: killed {rounds} times")
            self.expect(rounds > 0, f"{call} was never called")
        # The next run has removed what the dead left.
        self.compile(1).check_returncode()
        left = sorted(p.name for p in self.work.iterdir())
        self.expect(left == ["m.fathom", "old"], f"left {left}")
        for call, error in FAULTS:
            rounds = self.loop(call, f"error={error}", self.failed)
            print(f"K3 {call} {error}: failed {rounds} times")
            self.expect(rounds > 0, f"{call} was never called")
        return 1 if self.failures else 0


if __name__ == "__main__":
    if shutil.which("strace") is None:
        print("strace is not at hand")
        sys.exit(2)
    work = pathlib.Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.environ["TMPDIR"] = str(work)
    sys.exit(Test(sys.argv[1], sys.argv[2], work).run())
