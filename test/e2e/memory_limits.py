"""memory_limits.py FATHOM CONFIG WORK: row K6 of reliability.

`fathom compile` under limits of address space, from the least that lets the
loader start it upwards: it ends with 0 and an artifact, or with 3, one line and
nothing left. Both have to be met on the way.
"""

import pathlib
import resource
import shutil
import subprocess
import sys

MIB = 2**20
START_STEP_MIB = 4
# Above what `fathom compile --help` needs.
EXTRA_MIB = [0, 2, 4, 8, 16, 32, 64, 128, 1024, 4096]


def run(limit_mib: int, command: list) -> subprocess.CompletedProcess:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit_mib * MIB,) * 2)
    return subprocess.run(command, preexec_fn=limit, capture_output=True,
                          text=True)


def least_to_start(compile: list) -> int:
    low, high = 16, 4096
    while high - low > START_STEP_MIB:
        middle = (low + high) // 2
        good = run(middle, compile + ["--help"]).returncode == 0
        low, high = (low, middle) if good else (middle, high)
    return high


def main(fathom: str, config: str, work: pathlib.Path) -> int:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    target = work / "m.fathom"
    # The program itself: `fathom` hands over to it.
    compile = [str(pathlib.Path(fathom).parent / "fathom-compile")]
    least = least_to_start(compile)
    codes, failures = set(), 0
    for extra in EXTRA_MIB:
        result = run(least + extra, compile + [
            "--random-weights=1", "--target", "avx2", config, "-o",
            str(target)])
        codes.add(result.returncode)
        left = sorted(path.name for path in work.iterdir())
        lines = result.stderr.splitlines()
        good = (result.returncode == 0 and left == ["m.fathom"]) or (
            result.returncode == 3 and not left and len(lines) == 1 and
            lines[0].startswith("fathom compile: "))
        if not good:
            failures += 1
            print(f"FAILED: {least + extra} MiB: {result}, left {left}")
        shutil.rmtree(target, ignore_errors=True)
    print(f"from {least} MiB on: exit codes {sorted(codes)}")
    return 1 if failures or codes != {0, 3} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])))
