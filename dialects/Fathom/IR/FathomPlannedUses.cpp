//===- FathomPlannedUses.cpp - Constraints on packed weights --------------===//
//
// The numbered constraints of the planned form that compare an operation with
// the symbols it names.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomOps.h"

using namespace mlir;
using namespace mlir::fathom;

/// Rows of a half, gate or up, that follow one another.
static constexpr int64_t kInterleave = 8;
/// Rows that each head's part of a packed weight is padded to.
static constexpr int64_t kPanelRows = 64;

static int64_t columns(Value value) {
  return cast<RankedTensorType>(value.getType()).getDimSize(1);
}

/// Rows of interleaved gate and up rows for `columns` gated values.
static int64_t gatedRows(int64_t columns) {
  return 2 * llvm::alignTo(columns, kInterleave);
}

LogicalResult PackedOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C3)
  for (auto piece : getPieces().getAsRange<PieceAttr>()) {
    auto source =
        tables.lookupNearestSymbolFrom<WeightOp>(*this, piece.getSource());
    if (!source)
      return emitOpError("expects ")
             << piece.getSource() << " to be a fathom.weight";
    uint64_t elements =
        cast<RankedTensorType>(source.getType()).getNumElements();
    if (piece.getRows() < 1 || piece.getOffset() < 0 ||
        piece.getRowStride() < 0 || piece.getColumnStride() < 0 ||
        piece.getFirst() < 0)
      return emitOpError("expects the piece of ")
             << piece.getSource()
             << " to have at least 1 row, and no offsets and strides below 0";
    // Numbers that meet no limit of their own end at the largest of all.
    uint64_t lastRow = piece.getRows() - 1;
    uint64_t last = llvm::SaturatingMultiplyAdd<uint64_t>(
        getColumns() - 1, piece.getColumnStride(),
        llvm::SaturatingMultiplyAdd<uint64_t>(lastRow, piece.getRowStride(),
                                              piece.getOffset()));
    if (last >= elements)
      return emitOpError("expects the piece of ")
             << piece.getSource() << " to lie inside its " << elements
             << " elements, but it ends at " << last;
    if (piece.getGroup() < 1 || piece.getEvery() < piece.getGroup())
      return emitOpError("expects the piece of ")
             << piece.getSource()
             << " to have a group of at least 1 row and of at most the "
             << piece.getEvery() << " after which the next one follows";
    uint64_t row = llvm::SaturatingMultiplyAdd<uint64_t>(
        lastRow / piece.getGroup(), piece.getEvery(),
        lastRow % piece.getGroup() + piece.getFirst());
    if (row >= getRows())
      return emitOpError("expects the piece of ")
             << piece.getSource() << " to end before row " << getRows()
             << ", but it ends at " << row;
  }
  return success();
}

/// Checks that `name` is packed as `layout` of [`rows`, `columns`], one matrix
/// an expert exactly when `experts`.
static LogicalResult checkPacked(Operation *op, SymbolTableCollection &tables,
                                 FlatSymbolRefAttr name, Layout layout,
                                 int64_t rows, int64_t columns,
                                 bool experts = false) {
  auto packed = tables.lookupNearestSymbolFrom<PackedOp>(op, name);
  if (!packed)
    return op->emitOpError("expects ") << name << " to be a fathom.packed";
  if (packed.getLayout() == layout &&
      static_cast<int64_t>(packed.getRows()) == rows &&
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
    return checkPacked(*this, tables, name, Layout::Panels,
                       heads * llvm::alignTo(rows, kPanelRows), columns);
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
