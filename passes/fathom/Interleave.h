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

/// `gate` and `up`, each the whole of one matrix, interleaved; nothing where
/// they are more than that or differ in shape or storage.
inline std::optional<Recipe> interleave(mlir::fathom::PackedOp gate,
                                        mlir::fathom::PackedOp up) {
  if (gate.getPieces().size() != 1 || up.getPieces().size() != 1 ||
      gate.getRows() != up.getRows() || gate.getStorage() != up.getStorage())
    return std::nullopt;
  int64_t rows = gate.getRows();
  Recipe recipe{gate.getLayout(), gate.getStorage(),
                2 * roundUp(rows, kInterleave),
                static_cast<int64_t>(gate.getColumns())};
  int64_t first = 0;
  for (mlir::fathom::PackedOp half : {gate, up}) {
    auto piece = mlir::cast<mlir::fathom::PieceAttr>(half.getPieces()[0]);
    if (piece.getRows() != rows || piece.getGroup() < rows)
      return std::nullopt;
    recipe.pieces.push_back(mlir::fathom::PieceAttr::get(
        piece.getContext(), piece.getSource(), rows, piece.getOffset(),
        piece.getRowStride(), piece.getColumnStride(), first, kInterleave,
        2 * kInterleave));
    first += kInterleave;
  }
  return recipe;
}

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_INTERLEAVE_H
