# How lit runs the tests of this tree. Run them with
#   lit build/test                       (all)
#   lit build/test --filter layering     (some)
import os
import shutil

import lit.formats

config.name = "Fathom"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.join(config.fathom_source_dir, "test")
config.test_exec_root = os.path.join(config.fathom_build_dir, "test")

if config.build_type == "Release":
    config.available_features.add("release")

bindir = os.path.join(config.fathom_build_dir, "bin")
config.environment["PATH"] = os.pathsep.join(
    [bindir, config.llvm_bindir, os.environ["PATH"]]
)

# Every test of ours then also tests parser and printer.
opt = os.path.join(bindir, "fathom-opt")
if os.environ.get("FATHOM_VERIFY_ROUNDTRIP"):
    opt += " --verify-roundtrip"
config.substitutions.append((r"\bfathom-opt\b", opt))
config.substitutions.append(("%bindir", bindir))
config.substitutions.append(
    ("%llvm_libdir", os.path.join(os.path.dirname(config.llvm_bindir), "lib"))
)
config.substitutions.append(("%share", os.path.join(config.fathom_build_dir, "share")))
config.substitutions.append(("%source", config.fathom_source_dir))
config.substitutions.append(("%build", config.fathom_build_dir))

# A test that needs a CPU level is skipped, and says so, where the machine has
# less. These are the names of /proc/cpuinfo; a level takes in those before it.
LEVELS = {
    "avx2": "avx2 fma f16c bmi1 bmi2 abm popcnt",
    "avx512": "avx512f avx512bw avx512cd avx512dq avx512vl",
    "avx512-bf16": "avx512_bf16 avx512_vnni",
}
with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
    flags = next((line for line in cpuinfo if line.startswith("flags")), "")
for level, needed in LEVELS.items():
    if not set(needed.split()) <= set(flags.split()):
        break
    config.available_features.add(level)

# Faults are injected by strace, where it is at hand.
if shutil.which("strace"):
    config.available_features.add("strace")

# What checks manual pages and completion scripts.
for checker in ("mandoc", "zsh"):
    if shutil.which(checker):
        config.available_features.add(checker)

# Debian packages can be made and installed.
if shutil.which("dpkg") and shutil.which("dpkg-shlibdeps"):
    config.available_features.add("dpkg")
