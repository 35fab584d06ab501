//===- FathomPlannedVerifiers.cpp - Constraints of the planned form -------===//
//
// The numbered constraints of packed weights and phases, and those of the work
// of phases that need no symbol table.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "dialects/Fathom/IR/FathomOps.h"

using namespace mlir;
using namespace mlir::fathom;

LogicalResult PackedOp::verify() {
  // (C1)
  int64_t rows = getRows(), columns = getColumns();
  if (rows < 1 || columns < 1 ||
      !(Exact(rows) * columns).isAtMost(kElementsMax) ||
      (getLayout() == Layout::Vector && columns != 1))
    return emitOpError("expects at least one row and column, one column of a "
                       "vector, and at most ")
           << kElementsMax << " elements, but it is [" << rows << ", "
           << columns << "]";
  // (C2)
  Type storage = getStorage();
  if (!storage.isF32() && !storage.isF16() && !storage.isBF16())
    return emitOpError("expects a storage of f32, f16 or bf16, but it is ")
           << storage;
  // (C4)
  if (static_cast<int64_t>(getExperts().value_or(1)) < 1 ||
      static_cast<int64_t>(getAt().value_or(0)) < 0 ||
      static_cast<int64_t>(getSlot().value_or(0)) < 0)
    return emitOpError("expects 'experts' of at least 1, 'at' and 'slot' of at "
                       "least 0");
  return success();
}

LogicalResult PhaseOp::verify() {
  // (C1)
  auto yield = dyn_cast_or_null<YieldOp>(
      getBody().front().empty() ? nullptr : &getBody().front().back());
  if (!yield || yield.getValues().getTypes() != getResultTypes())
    return emitOpError(
        "expects its block to yield values of its results' types");
  // (C2)
  if (auto places = getPlaces(); places && places->size() != getNumResults())
    return emitOpError("expects ")
           << getNumResults() << " places, but it has " << places->size();
  // (C3)
  auto isBegin = [](int64_t offset) { return offset >= 0 && offset % 4 == 0; };
  if (!isBegin(getScratch().value_or(0)) ||
      static_cast<int64_t>(getScratchBytes().value_or(0)) < 0)
    return emitOpError(
               "expects scratch of at least 0 bytes at a multiple of 4, "
               "but it is ")
           << static_cast<int64_t>(getScratchBytes().value_or(0)) << " at "
           << static_cast<int64_t>(getScratch().value_or(0));
  if (!getPlaces())
    return success();
  for (auto [number, attribute] : llvm::enumerate(*getPlaces())) {
    auto place = cast<PlaceAttr>(attribute);
    if (!isBegin(place.getOffset()) ||
        !hasKnownColumns(getResult(number).getType()) ||
        place.getStride() < columns(getResult(number)))
      return emitOpError("expects the place of result ")
             << number << " to begin at a multiple of 4 bytes and to have a "
             << "stride of no fewer than the columns of "
             << getResult(number).getType() << ", but it is " << place;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The work of phases
//===----------------------------------------------------------------------===//

static LogicalResult checkSlices(Operation *op, std::optional<uint64_t> slices,
                                 Value summed) {
  int64_t count = slices.value_or(1);
  if (count >= 1 && count <= columns(summed))
    return success();
  return op->emitOpError("expects 'slices' from 1 to ")
         << columns(summed) << ", but it is " << count;
}

LogicalResult ProjectOp::verify() {
  // (C4)
  for (Value plus : getPlus())
    if (plus.getType() != getResult().getType())
      return emitOpError("expects to add values of type ")
             << getResult().getType() << ", but one is " << plus.getType();
  // (C5)
  if (failed(checkSlices(*this, getSlices(), getX())))
    return failure();
  // (C6)
  if (getNorm().has_value() != getEps().has_value() ||
      (getEps() && !isPositive(*getEps())))
    return emitOpError("expects 'norm' and a positive, finite 'eps' together");
  // (C7)
  if (!getAsking() && rows(getX()) != rows(getResult()))
    return emitOpError("expects as many rows in its result as in 'x', but they "
                       "are ")
           << getResult().getType() << " and " << getX().getType();
  return success();
}

LogicalResult AttendOp::verify() {
  int64_t heads = getHeads(), kvHeads = getKvHeads(),
          all = columns(getResult());
  // (C1)
  if (kvHeads < 1 || heads < 1 || heads % kvHeads != 0 || all % heads != 0)
    return emitOpError("expects 'kv_heads' to divide 'heads', and those the ")
           << all << " columns of the result, but they are " << kvHeads
           << " and " << heads;
  // (C2)
  int64_t width = all / heads;
  Exact expected = (Exact(kvHeads) * 2 + heads) * width;
  if (!expected.is(columns(getQkv())))
    return emitOpError("expects ")
           << expected << " columns in 'qkv', but there are "
           << columns(getQkv());
  // (C3)
  int64_t rotated = columns(getRotary());
  if (rotated % 2 != 0 || rotated > width)
    return emitOpError(
               "expects an even number of columns in 'rotary', at most ")
           << width << ", but there are " << rotated;
  // (C5)
  if (!isPositive(getScale()))
    return emitOpError("expects 'scale' to be positive and finite, but it is ")
           << getScaleAttr();
  // (C6)
  if (!sameRows({getQkv(), getRotary(), getResult()}))
    return emitOpError("expects as many rows in 'qkv', 'rotary' and the "
                       "result, but they are ")
           << getQkv().getType() << ", " << getRotary().getType() << " and "
           << getResult().getType();
  return success();
}

LogicalResult AttendLatentOp::verify() {
  int64_t heads = getHeads(), nope = getNope(), rope = getRope(),
          value = getValue();
  // (C1)
  if (heads < 1 || nope < 1 || rope < 1 || value < 1 || rope % 2 != 0)
    return emitOpError(
               "expects 'heads', 'nope', 'rope' and 'value' of at least "
               "1 and an even 'rope', but they are ")
           << heads << ", " << nope << ", " << rope << " and " << value;
  if (!isPositive(getScale()) || !isPositive(getEps()))
    return emitOpError("expects 'scale' and 'eps' to be positive and finite, "
                       "but they are ")
           << getScaleAttr() << " and " << getEpsAttr();
  // (C2)
  Exact queries = (Exact(nope) + rope) * heads;
  Exact values = Exact(heads) * value;
  if (!queries.is(columns(getQ())) || columns(getRotary()) != rope ||
      columns(getLatent()) <= rope || !values.is(columns(getResult())))
    return emitOpError("expects ")
           << queries << " columns in 'q', " << rope
           << " in 'rotary', more in 'latent' and " << values
           << " in the result, but there are " << columns(getQ()) << ", "
           << columns(getRotary()) << ", " << columns(getLatent()) << " and "
           << columns(getResult());
  // (C6)
  if (!sameRows({getQ(), getLatent(), getRotary(), getResult()}))
    return emitOpError("expects as many rows in 'q', 'latent', 'rotary' and "
                       "the result, but they are ")
           << getQ().getType() << ", " << getLatent().getType() << ", "
           << getRotary().getType() << " and " << getResult().getType();
  return success();
}

LogicalResult DispatchOp::verify() {
  int64_t experts = columns(getLogits()), groups = getGroups(),
          topGroups = getTopGroups(), chosen = columns(getIds());
  // (C1)
  if (groups < 1 || experts % groups != 0 || topGroups < 1 ||
      topGroups > groups ||
      (groups > 1 && experts / groups < 2 && !getByBest()))
    return emitOpError("expects 'groups' to divide ")
           << experts << " experts into two or more each, and 'top_groups' of "
           << "them, but they are " << groups << " and " << topGroups;
  // (C2)
  int64_t most = topGroups * (experts / groups);
  if (columns(getWeights()) != chosen || chosen < 1 || chosen > most ||
      columns(getLists()) != 1)
    return emitOpError("expects as many weights as ids, from 1 to ")
           << most << ", and one column of lists, but there are "
           << columns(getWeights()) << ", " << chosen << " and "
           << columns(getLists());
  // (C4)
  if (!isPositive(getScale()))
    return emitOpError("expects 'scale' to be positive and finite, but it is ")
           << getScaleAttr();
  // (C5)
  if (!sameRows({getLogits(), getIds(), getWeights()}))
    return emitOpError("expects as many rows of ids and weights as of logits, "
                       "but they are ")
           << getIds().getType() << ", " << getWeights().getType() << " and "
           << getLogits().getType();
  return success();
}

LogicalResult ExpertGateUpOp::verify() {
  // (C3)
  if (columns(getLists()) != 1 || !isPositive(getEps()))
    return emitOpError("expects one column of lists and a positive, finite "
                       "'eps', but they are ")
           << columns(getLists()) << " and " << getEpsAttr();
  return success();
}

LogicalResult ExpertDownOp::verify() {
  // (C2)
  if (failed(checkSlices(*this, getSlices(), getH())))
    return failure();
  // (C3)
  if (columns(getLists()) != 1)
    return emitOpError("expects one column of lists, but there are ")
           << columns(getLists());
  // (C4)
  if (rows(getWeights()) != rows(getResult()))
    return emitOpError("expects as many rows of weights as in its result, but "
                       "they are ")
           << getWeights().getType() << " and " << getResult().getType();
  // (C5)
  if (getPlus() && getPlus().getType() != getType())
    return emitOpError("expects 'plus' to be of the result's type, ")
           << getType() << ", but it is " << getPlus().getType();
  return success();
}
