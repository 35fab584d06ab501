//===- LiveValues.h - What later phases still read --------------*- C++ -*-===//
//
// Worked out from the uses of values alone, not from the memory plan, so that
// the plan may be held to it: whatever else the arena holds may be poisoned.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_LIVEVALUES_H
#define FATHOM_COMPILER_REFERENCE_LIVEVALUES_H

#include "passes/tiling/StepPhases.h"

namespace fathom {

/// A value that has a place in the arena.
struct PlacedValue {
  mlir::Value value; ///< A phase's result or a function's argument.
  mlir::fathom::PlaceAttr place;
};

/// For each of `phases`, which are those of a whole step, the values that are
/// read after it.
std::vector<std::vector<PlacedValue>>
liveValues(llvm::ArrayRef<StepPhase> phases);

/// The place of a phase's result or a function's argument; null where it has
/// none, as logits and what the host hands in.
mlir::fathom::PlaceAttr placeOf(mlir::Value value);

/// The value inside of the phase whose result `result` is.
mlir::Value insideOf(mlir::Value result);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_LIVEVALUES_H
