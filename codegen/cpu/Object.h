//===- Object.h - From the LLVM dialect to machine code ---------*- C++ -*-===//
//
// The last step of a CPU level: LLVM's own optimiser and code generator.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_CODEGEN_CPU_OBJECT_H
#define FATHOM_CODEGEN_CPU_OBJECT_H

#include "codegen/cpu/CpuLevels.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

#include <string>

namespace fathom {

enum class CodeForm { Object, Assembly };

/// Compiles `module`, which holds the LLVM dialect alone. Functions whose names
/// begin with "fathom_" are seen from outside, all else is internal. The code
/// needs nothing from outside of itself; an operation that would, be it by what
/// LLVM makes of it, is an error. What is wrong is emitted on the module.
mlir::FailureOr<std::string>
compileObject(mlir::ModuleOp module, const CpuLevel &level, CodeForm form);

} // namespace fathom

#endif // FATHOM_CODEGEN_CPU_OBJECT_H
