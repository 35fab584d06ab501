//===- StepJit.h - A planned module, compiled and loaded --------*- C++ -*-===//
//
// For tests: what the compiler makes of a planned module for one CPU level, in
// this process.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_STEPJIT_H
#define FATHOM_COMPILER_REFERENCE_STEPJIT_H

#include "compiler/reference/Jit.h"
#include "runtime/abi/step.h"

namespace fathom {

struct StepJit {
  FathomStepFunction step = nullptr;
  FathomStepFunction mtpStep = nullptr; ///< Null without such a layer.
  /// Of one thread's part of the arena.
  int64_t threadBytes = 0;
  std::unique_ptr<Jit> code;

  /// Compiles a copy of `planned` for `level`; faults are diagnostics. The code
  /// of the phase `spoiled` ("dense.qkv") is made wrong on purpose: a test has
  /// to see that it is noticed.
  static mlir::FailureOr<StepJit> create(mlir::ModuleOp planned,
                                         const CpuLevel &level,
                                         llvm::StringRef spoiled = "");
};

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_STEPJIT_H
