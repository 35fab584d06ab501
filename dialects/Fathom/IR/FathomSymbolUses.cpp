//===- FathomSymbolUses.cpp - Constraints on named weights and caches -----===//
//
// The numbered constraints that compare an operation with the symbols it names.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "dialects/Fathom/IR/FathomOps.h"

using namespace mlir;
using namespace mlir::fathom;

// Checks that `name` is a weight of `shape`, one matrix an expert exactly when
// `experts`, and stores it in `weight` where asked.
static LogicalResult checkWeight(Operation *op, SymbolTableCollection &tables,
                                 FlatSymbolRefAttr name,
                                 ArrayRef<int64_t> shape, bool experts = false,
                                 WeightOp *found = nullptr) {
  auto weight = tables.lookupNearestSymbolFrom<WeightOp>(op, name);
  if (!weight)
    return op->emitOpError("expects ") << name << " to be a fathom.weight";
  if (weight.getExperts().has_value() != experts)
    return op->emitOpError("expects ")
           << name << (experts ? " to be" : " not to be")
           << " a weight of experts";
  ArrayRef<int64_t> actual =
      cast<RankedTensorType>(weight.getType()).getShape();
  bool matches = actual.size() == shape.size();
  for (size_t i = 0; matches && i < shape.size(); ++i)
    matches = shape[i] == ShapedType::kDynamic || shape[i] == actual[i];
  if (!matches) {
    InFlightDiagnostic diagnostic = op->emitOpError("expects ")
                                    << name << " to have the shape [";
    llvm::interleaveComma(shape, diagnostic, [&](int64_t size) {
      if (size == ShapedType::kDynamic)
        diagnostic << "any";
      else
        diagnostic << size;
    });
    diagnostic << "], but it is [";
    llvm::interleaveComma(actual, diagnostic);
    return diagnostic << "]";
  }
  if (found)
    *found = weight;
  return success();
}

// Checks that `name` is a cache whose parts have the given widths.
static LogicalResult checkCache(Operation *op, SymbolTableCollection &tables,
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

LogicalResult EmbeddingOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  if (auto packed =
          tables.lookupNearestSymbolFrom<PackedOp>(*this, getTableAttr())) {
    if (packed.getLayout() == Layout::Rows &&
        static_cast<int64_t>(packed.getColumns()) == columns(getResult()))
      return success();
    return emitOpError("expects ")
           << getTableAttr() << " to be packed as rows of "
           << columns(getResult()) << ", but it is packed as "
           << stringifyLayout(packed.getLayout()) << " of "
           << packed.getColumns();
  }
  return checkWeight(*this, tables, getTableAttr(),
                     {ShapedType::kDynamic, columns(getResult())});
}

LogicalResult RmsNormOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  return checkWeight(*this, tables, getWeightAttr(), {columns(getX())});
}

LogicalResult LinearOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  if (failed(checkWeight(*this, tables, getWeightAttr(),
                         {columns(getResult()), columns(getX())})))
    return failure();
  // (C2)
  if (!getBiasAttr())
    return success();
  return checkWeight(*this, tables, getBiasAttr(), {columns(getResult())});
}

LogicalResult LogitsOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  return checkWeight(*this, tables, getWeightAttr(),
                     {columns(getResult()), columns(getX())});
}

LogicalResult CacheAppendOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  SmallVector<int64_t> widths = llvm::map_to_vector(getParts(), columns);
  return checkCache(*this, tables, getCacheAttr(), widths);
}

LogicalResult AttentionOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C2)
  int64_t width = columns(getQ()) / getHeads() * getKvHeads();
  return checkCache(*this, tables, getCacheAttr(), {width, width});
}

LogicalResult
LatentAttentionOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C3)
  WeightOp weight;
  // (C1) and (C2) bound each product by the columns of a value.
  int64_t rows = getHeads() * getNope() + getHeads() * getValue();
  if (failed(checkWeight(*this, tables, getWeightAttr(),
                         {rows, ShapedType::kDynamic}, false, &weight)))
    return failure();
  // (C4)
  int64_t latent = cast<RankedTensorType>(weight.getType()).getDimSize(1);
  return checkCache(*this, tables, getCacheAttr(),
                    {latent + static_cast<int64_t>(getRope())});
}

LogicalResult RouteOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C4)
  if (!getBiasAttr())
    return success();
  return checkWeight(*this, tables, getBiasAttr(), {columns(getLogits())});
}

LogicalResult ExpertsOp::verifySymbolUses(SymbolTableCollection &tables) {
  // (C1)
  WeightOp gate, up, down;
  int64_t hidden = columns(getX());
  if (failed(checkWeight(*this, tables, getGateAttr(),
                         {ShapedType::kDynamic, hidden}, true, &gate)))
    return failure();
  int64_t inner = cast<RankedTensorType>(gate.getType()).getDimSize(0);
  if (failed(checkWeight(*this, tables, getUpAttr(), {inner, hidden}, true,
                         &up)) ||
      failed(checkWeight(*this, tables, getDownAttr(), {hidden, inner}, true,
                         &down)))
    return failure();
  if (*gate.getExperts() != *up.getExperts() ||
      *gate.getExperts() != *down.getExperts())
    return emitOpError("expects the same number of experts in its weights, but "
                       "they have ")
           << *gate.getExperts() << ", " << *up.getExperts() << " and "
           << *down.getExperts();
  return success();
}
