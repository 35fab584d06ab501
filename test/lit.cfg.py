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
config.substitutions.append(("%source", config.fathom_source_dir))

# Faults are injected by strace, where it is at hand.
if shutil.which("strace"):
    config.available_features.add("strace")
