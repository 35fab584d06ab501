//===- Jit.h - Code of the LLVM dialect, loaded for a test ------*- C++ -*-===//
//
// Code for one CPU level in this process. Code that calls anything outside of
// itself does not load.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_JIT_H
#define FATHOM_COMPILER_REFERENCE_JIT_H

#include "codegen/cpu/CpuLevels.h"
#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace fathom {

class Jit {
public:
  ~Jit();

  /// Compiles `module`, of the LLVM dialect; faults are diagnostics.
  static mlir::FailureOr<std::unique_ptr<Jit>> create(mlir::ModuleOp module,
                                                      const CpuLevel &level);

  /// The function `name`, null where there is none.
  void *lookup(llvm::StringRef name);

  /// What this CPU lacks for `level`, or nothing.
  static llvm::StringRef missingFeature(const CpuLevel &level);

private:
  Jit();
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_JIT_H
