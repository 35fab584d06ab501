//===- Interleave.h - Gate and up rows by eight -----------------*- C++ -*-===//
//
// The packing that fathom.project with `swiglu` and fathom.expert_gate_up read.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_INTERLEAVE_H
#define FATHOM_PASSES_FATHOM_INTERLEAVE_H

#include "passes/fathom/PackedWeights.h"

namespace fathom {

/// Rows of the same half that follow one another.
inline constexpr int64_t kInterleave = 8;

/// `gate` and `up`, each the whole of one matrix, or of one vector with the
/// layout `Vector`, interleaved and padded to whole groups of both.
inline Recipe
interleave(mlir::fathom::PieceAttr gate, mlir::fathom::PieceAttr up,
           mlir::Type storage, int64_t columns,
           mlir::fathom::Layout layout = mlir::fathom::Layout::Panels) {
  Recipe recipe{layout, storage, 2 * roundUp(gate.getRows(), kInterleave),
                columns};
  int64_t first = 0;
  for (mlir::fathom::PieceAttr half : {gate, up}) {
    recipe.pieces.push_back(mlir::fathom::PieceAttr::get(
        half.getContext(), half.getSource(), half.getRows(), half.getOffset(),
        half.getRowStride(), half.getColumnStride(), first, kInterleave,
        2 * kInterleave));
    first += kInterleave;
  }
  return recipe;
}

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_INTERLEAVE_H
