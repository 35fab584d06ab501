//===- StepPhases.h - The phases of a step, in order ------------*- C++ -*-===//
//
// What a phase number stands for: the one place that orders embedding, layers
// and head. The step function and the manifest both follow it.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_STEPPHASES_H
#define FATHOM_PASSES_TILING_STEPPHASES_H

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace fathom {

struct StepPhase {
  mlir::fathom::PhaseOp phase;
  int64_t layer;    ///< -1 outside of the layers
  std::string name; ///< "dense.gate_up"
};

/// The phases of the step in the order of their numbers; with `mtp` those of
/// the step of the extra prediction layer, none where there is no such layer.
std::vector<StepPhase> stepPhases(mlir::ModuleOp module, bool mtp = false);

/// "avx512-bf16" as part of a symbol: "avx512_bf16".
std::string levelSymbol(llvm::StringRef prefix, llvm::StringRef level);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_STEPPHASES_H
