//===- ModuleFacts.h - What a module says of its model ----------*- C++ -*-===//
//
// The attributes of a module and the kinds of its functions: what an artifact
// is described by, beside the work that the functions hold.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_MODULEFACTS_H
#define FATHOM_PASSES_FATHOM_MODULEFACTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace fathom {

/// The numbers of the model, each there and within its limits.
llvm::LogicalResult checkModelFacts(mlir::ModuleOp module);

/// What the planned form says beyond that.
llvm::LogicalResult checkPlanFacts(mlir::ModuleOp module);

/// What the forms of one level say beyond that.
llvm::LogicalResult checkCodeFacts(mlir::ModuleOp module);

/// The function has a body that runs from its top to its bottom.
llvm::LogicalResult checkOneBlock(mlir::func::FuncOp function);

/// One function a kind, each layer of one kind, values as wide as the model's
/// numbers say.
llvm::LogicalResult checkKinds(mlir::ModuleOp module);

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_MODULEFACTS_H
