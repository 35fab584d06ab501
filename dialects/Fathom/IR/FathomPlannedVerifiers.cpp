//===- FathomPlannedVerifiers.cpp - Constraints of the planned form -------===//
//
// The numbered constraints of packed weights and phases.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomOps.h"

using namespace mlir;
using namespace mlir::fathom;

LogicalResult PackedOp::verify() {
  // (C1)
  int64_t rows = getRows(), columns = getColumns();
  if (rows < 1 || columns < 1 ||
      (getLayout() == Layout::Vector && columns != 1))
    return emitOpError("expects at least one row and column, and one column of "
                       "a vector, but it is [")
           << rows << ", " << columns << "]";
  // (C2)
  Type storage = getStorage();
  if (!storage.isF32() && !storage.isF16() && !storage.isBF16())
    return emitOpError("expects a storage of f32, f16 or bf16, but it is ")
           << storage;
  return success();
}

LogicalResult PackedOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C3)
  for (auto piece : getPieces().getAsRange<PieceAttr>()) {
    auto source =
        tables.lookupNearestSymbolFrom<WeightOp>(*this, piece.getSource());
    if (!source)
      return emitOpError("expects ")
             << piece.getSource() << " to be a fathom.weight";
    int64_t lastRow = piece.getRows() - 1;
    int64_t last = piece.getOffset() + lastRow * piece.getRowStride() +
                   (static_cast<int64_t>(getColumns()) - 1) *
                       piece.getColumnStride();
    int64_t elements = cast<RankedTensorType>(source.getType()).getNumElements();
    if (piece.getRows() < 1 || piece.getOffset() < 0 ||
        piece.getRowStride() < 0 || piece.getColumnStride() < 0 ||
        last >= elements)
      return emitOpError("expects the piece of ")
             << piece.getSource() << " to lie inside its " << elements
             << " elements, but it ends at " << last;
    if (piece.getGroup() < 1 || piece.getFirst() < 0)
      return emitOpError("expects the piece of ")
             << piece.getSource() << " to have a group of at least 1 row";
    int64_t row = piece.getFirst() + lastRow / piece.getGroup() * piece.getEvery() +
                  lastRow % piece.getGroup();
    if (row >= static_cast<int64_t>(getRows()))
      return emitOpError("expects the piece of ")
             << piece.getSource() << " to end before row " << getRows()
             << ", but it ends at " << row;
  }
  return success();
}

LogicalResult PhaseOp::verify() {
  // (C1)
  auto yield = dyn_cast_or_null<YieldOp>(
      getBody().front().empty() ? nullptr : &getBody().front().back());
  if (!yield || yield.getValues().getTypes() != getResultTypes())
    return emitOpError("expects its block to yield values of its results' types");
  // (C2)
  if (auto places = getPlaces(); places && places->size() != getNumResults())
    return emitOpError("expects ")
           << getNumResults() << " places, but it has " << places->size();
  return success();
}
