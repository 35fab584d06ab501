//===- Passes.h - From the planned to the tiled form ----------------------===//
//
// Declarations made from Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_PASSES_H
#define FATHOM_PASSES_TILING_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace fathom {

#define GEN_PASS_DECL
#include "passes/tiling/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/tiling/Passes.h.inc"

} // namespace fathom

#endif // FATHOM_PASSES_TILING_PASSES_H
