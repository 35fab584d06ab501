//===- Passes.h - From the model form to the planned form ------*- C++ -*-===//
//
// Declarations made from Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_PASSES_H
#define FATHOM_PASSES_FATHOM_PASSES_H

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace fathom {

#define GEN_PASS_DECL
#include "passes/fathom/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/fathom/Passes.h.inc"

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_PASSES_H
