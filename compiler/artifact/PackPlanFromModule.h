//===- PackPlanFromModule.h - Recipes of a planned module -------*- C++ -*-===//
//
// From `fathom.packed` symbols, one a kind of layer, to the plan of all layers.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_PACKPLANFROMMODULE_H
#define FATHOM_COMPILER_ARTIFACT_PACKPLANFROMMODULE_H

#include "compiler/artifact/PackPlan.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"

#include <vector>

namespace fathom {

/// The plan of a module in the planned form, in the order in which a step reads
/// it: what the embedding uses, the layers by number and slot, then the head.
PackPlan packPlanOf(mlir::ModuleOp module);

/// The numbers of the layers whose function is of `kind`.
std::vector<int64_t> layersOfKind(mlir::ModuleOp module, llvm::StringRef kind);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_PACKPLANFROMMODULE_H
