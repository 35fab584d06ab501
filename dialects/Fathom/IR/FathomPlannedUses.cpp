//===- FathomPlannedUses.cpp - Constraints on packed weights --------------===//
//
// The numbered constraints of the planned form that compare an operation with
// the symbols it names.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "dialects/Fathom/IR/FathomOps.h"

using namespace mlir;
using namespace mlir::fathom;

/// Rows of a half, gate or up, that follow one another.
static constexpr int64_t kInterleave = 8;
/// Rows that each head's part of a packed weight is padded to.
static constexpr int64_t kPanelRows = 64;

/// Rows of interleaved gate and up rows for `columns` gated values.
static int64_t gatedRows(int64_t columns) {
  return 2 * llvm::alignTo(columns, kInterleave);
}

/// Checks that `piece` takes rows of `source`, and gives rows of `packed`.
static LogicalResult checkPiece(PackedOp packed, PieceAttr piece,
                                WeightOp source) {
  if (piece.getRows() < 1 || piece.getOffset() < 0 ||
      piece.getRowStride() < 0 || piece.getColumnStride() < 0)
    return packed.emitOpError("expects the piece of ")
           << piece.getSource() << " to have at least 1 row, an offset and "
           << "strides of at least 0, but it is " << piece;
  int64_t lastRow = piece.getRows() - 1;
  int64_t lastColumn = static_cast<int64_t>(packed.getColumns()) - 1;
  Exact last = Exact(lastRow) * piece.getRowStride() +
               Exact(lastColumn) * piece.getColumnStride() + piece.getOffset();
  int64_t elements = cast<RankedTensorType>(source.getType()).getNumElements();
  if (!last.isAtMost(elements - 1))
    return packed.emitOpError("expects the piece of ")
           << piece.getSource() << " to lie inside its " << elements
           << " elements, but it ends at " << last;
  if (piece.getFirst() < 0 || piece.getGroup() < 1 ||
      piece.getEvery() < piece.getGroup())
    return packed.emitOpError("expects the piece of ")
           << piece.getSource() << " to have 'first' of at least 0, 'group' of "
           << "at least 1 row and 'every' of at least a group, but it is "
           << piece;
  Exact row = Exact(lastRow / piece.getGroup()) * piece.getEvery() +
              lastRow % piece.getGroup() + piece.getFirst();
  if (!row.isAtMost(static_cast<int64_t>(packed.getRows()) - 1))
    return packed.emitOpError("expects the piece of ")
           << piece.getSource() << " to end before row " << packed.getRows()
           << ", but it ends at " << row;
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
    if (failed(checkPiece(*this, piece, source)))
      return failure();
    // (C5)
    if (source.getExperts() != getExperts())
      return emitOpError("expects ")
             << piece.getSource() << " to have as many experts, "
             << getExperts().value_or(0) << ", but it has "
             << source.getExperts().value_or(0);
  }
  return success();
}

/// Checks that `name` is packed as `layout` of [`rows`, `columns`], one matrix
/// an expert exactly when `experts`.
static LogicalResult checkPacked(Operation *op, SymbolTableCollection &tables,
                                 FlatSymbolRefAttr name, Layout layout,
                                 Exact rows, int64_t columns,
                                 bool experts = false) {
  auto packed = tables.lookupNearestSymbolFrom<PackedOp>(op, name);
  if (!packed)
    return op->emitOpError("expects ") << name << " to be a fathom.packed";
  if (packed.getLayout() == layout &&
      rows.is(static_cast<int64_t>(packed.getRows())) &&
      static_cast<int64_t>(packed.getColumns()) == columns &&
      packed.getExperts().has_value() == experts)
    return success();
  return op->emitOpError("expects ")
         << name << " to be packed as " << stringifyLayout(layout) << " of ["
         << rows << ", " << columns << "]" << (experts ? " of experts" : "")
         << ", but it is " << stringifyLayout(packed.getLayout()) << " of ["
         << packed.getRows() << ", " << packed.getColumns() << "]"
         << (packed.getExperts() ? " of experts" : "");
}

/// The same for one value a row.
static LogicalResult checkVector(Operation *op, SymbolTableCollection &tables,
                                 FlatSymbolRefAttr name, int64_t rows) {
  return checkPacked(op, tables, name, Layout::Vector, rows, 1);
}

static LogicalResult checkParts(Operation *op, SymbolTableCollection &tables,
                                FlatSymbolRefAttr name,
                                ArrayRef<int64_t> parts) {
  auto cache = tables.lookupNearestSymbolFrom<CacheOp>(op, name);
  if (!cache)
    return op->emitOpError("expects ") << name << " to be a fathom.cache";
  if (cache.getParts() != parts)
    return op->emitOpError("expects ")
           << name << " to have parts [" << parts << "], but they are ["
           << cache.getParts() << "]";
  return success();
}

LogicalResult ProjectOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  int64_t rows = columns(getResult());
  if (getSwiglu())
    rows = gatedRows(rows);
  if (failed(checkPacked(*this, tables, getWeightAttr(), Layout::Panels, rows,
                         columns(getX()))))
    return failure();
  // (C2)
  if (getNormAttr() &&
      failed(checkVector(*this, tables, getNormAttr(), columns(getX()))))
    return failure();
  // (C3)
  if (!getBiasAttr())
    return success();
  return checkVector(*this, tables, getBiasAttr(), rows);
}

LogicalResult AttendOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C4)
  int64_t width = columns(getResult()) / static_cast<int64_t>(getHeads()) *
                  static_cast<int64_t>(getKvHeads());
  return checkParts(*this, tables, getCacheAttr(), {width, width});
}

LogicalResult AttendLatentOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C3)
  if (failed(checkParts(*this, tables, getCacheAttr(), {columns(getLatent())})))
    return failure();
  // (C4)
  int64_t heads = getHeads(), nope = getNope(), value = getValue();
  int64_t latent = columns(getLatent()) - static_cast<int64_t>(getRope());
  if (failed(checkVector(*this, tables, getNormAttr(), latent)))
    return failure();
  // (C5)
  auto check = [&](FlatSymbolRefAttr name, int64_t rows, int64_t columns) {
    int64_t padded = llvm::alignTo(rows, kPanelRows);
    return checkPacked(*this, tables, name, Layout::Panels,
                       Exact(heads) * padded, columns);
  };
  return success(succeeded(check(getAbsorbedAttr(), latent, nope)) &&
                 succeeded(check(getExpandedAttr(), nope, latent)) &&
                 succeeded(check(getValuesAttr(), value, latent)));
}

LogicalResult DispatchOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C3)
  if (!getBiasAttr())
    return success();
  return checkVector(*this, tables, getBiasAttr(), columns(getLogits()));
}

LogicalResult ExpertGateUpOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  if (failed(checkPacked(*this, tables, getWeightAttr(), Layout::Panels,
                         gatedRows(columns(getResult())), columns(getX()),
                         /*experts=*/true)))
    return failure();
  // (C2)
  return checkVector(*this, tables, getNormAttr(), columns(getX()));
}

LogicalResult ExpertDownOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  return checkPacked(*this, tables, getWeightAttr(), Layout::Panels,
                     columns(getResult()), columns(getH()), /*experts=*/true);
}
