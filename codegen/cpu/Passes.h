//===- Passes.h - Lowering for CPUs -----------------------------*- C++ -*-===//
//
// Declarations made from Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_CODEGEN_CPU_PASSES_H
#define FATHOM_CODEGEN_CPU_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace fathom {

#define GEN_PASS_DECL
#include "codegen/cpu/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "codegen/cpu/Passes.h.inc"

} // namespace fathom

#endif // FATHOM_CODEGEN_CPU_PASSES_H
