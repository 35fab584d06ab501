//===- FathomVerifiers.cpp - Constraints of single operations -------------===//
//
// The numbered constraints that need no symbol table. Those that look at the
// weights and caches an operation names are in FathomSymbolUses.cpp.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "dialects/Fathom/IR/FathomOps.h"

using namespace mlir;
using namespace mlir::fathom;

static Exact elementsOf(RankedTensorType type) {
  Exact elements = 1;
  for (int64_t size : type.getShape())
    elements = elements * size;
  return elements;
}

static bool isStorage(Type type) {
  return type.isF32() || type.isF16() || type.isBF16();
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

LogicalResult WeightOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  // (C1)
  if (!type.hasStaticShape() || type.getRank() < 1 || type.getRank() > 2 ||
      llvm::any_of(type.getShape(), [](int64_t size) { return size < 1; }) ||
      !elementsOf(type).isAtMost(kElementsMax))
    return emitOpError("expects a vector or matrix of static, positive "
                       "dimensions and at most ")
           << kElementsMax << " elements, but it is " << type;
  // (C2)
  if (!isStorage(type.getElementType()))
    return emitOpError("expects elements of f32, f16 or bf16, but they are ")
           << type.getElementType();
  // (C3)
  bool namesExpert = getSource().contains("{expert}");
  if (namesExpert != getExperts().has_value())
    return emitOpError("expects '{expert}' in its source exactly when "
                       "'experts' is given, but the source is \"")
           << getSource() << "\"";
  // (C4)
  if (getScales() && type.getRank() != 2)
    return emitOpError("expects a matrix where it has scales, but it is ")
           << type;
  // (C5)
  if (getExperts() && static_cast<int64_t>(*getExperts()) < 1)
    return emitOpError("expects at least 1 expert, but it has ")
           << static_cast<int64_t>(*getExperts());
  return success();
}

LogicalResult CacheOp::verify() {
  // (C1)
  ArrayRef<int64_t> parts = getParts();
  if (parts.empty() || parts.size() > 2 ||
      llvm::any_of(parts, [](int64_t width) { return width < 1; }))
    return emitOpError("expects one or two parts of at least 1 value, but they "
                       "are [")
           << parts << "]";
  // (C2)
  if (!isStorage(getElement()))
    return emitOpError("expects elements of f32, f16 or bf16, but they are ")
           << getElement();
  // (C3)
  int64_t heads = getHeads().value_or(1);
  if (heads < 1 ||
      llvm::any_of(parts, [&](int64_t width) { return width % heads != 0; }))
    return emitOpError("expects a number of heads that divides its parts, but "
                       "it is ")
           << heads;
  return success();
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

LogicalResult RmsNormOp::verify() {
  // (C2)
  if (!isPositive(getEps()))
    return emitOpError("expects 'eps' to be positive and finite, but it is ")
           << getEpsAttr();
  return success();
}

LogicalResult LinearOp::verify() {
  // (C3)
  if (rows(getX()) != rows(getResult()))
    return emitOpError("expects as many rows in its result as in 'x', but they "
                       "are ")
           << getResult().getType() << " and " << getX().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

LogicalResult RotaryOp::verify() {
  ArrayRef<float> frequencies = getFrequencies();
  // (C1)
  int64_t expected = 2 * static_cast<int64_t>(frequencies.size());
  if (columns(getResult()) != expected)
    return emitOpError("expects ")
           << expected << " columns for " << frequencies.size()
           << " frequencies, but there are " << columns(getResult());
  // (C2)
  if (frequencies.empty() || llvm::any_of(frequencies, [](float frequency) {
        return !isPositive(APFloat(frequency));
      }))
    return emitOpError(
        "expects at least one frequency, all positive and finite");
  // (C3)
  if (!isPositive(getScale()))
    return emitOpError("expects 'scale' to be positive and finite, but it is ")
           << getScaleAttr();
  return success();
}

LogicalResult RopeOp::verify() {
  int64_t heads = getHeads(), offset = getOffset();
  // (C1)
  if (heads < 1 || columns(getX()) % heads != 0)
    return emitOpError("expects 'heads' to divide ")
           << columns(getX()) << " columns, but it is " << heads;
  // (C2)
  int64_t width = columns(getX()) / heads, rotated = columns(getRotary());
  if (offset < 0 || offset > width - rotated)
    return emitOpError("expects the rotated channels inside a head of ")
           << width << ", but they are " << rotated << " from " << offset
           << " on";
  // (C3)
  if (rotated % 2 != 0)
    return emitOpError("expects an even number of rotated channels, but it is ")
           << rotated;
  // (C4)
  if (rows(getX()) != rows(getRotary()))
    return emitOpError("expects as many rows in 'rotary' as in 'x', but they "
                       "are ")
           << getRotary().getType() << " and " << getX().getType();
  return success();
}

LogicalResult CacheAppendOp::verify() {
  // (C2)
  if (!sameRows(llvm::to_vector(getParts())))
    return emitOpError("expects as many rows in each part, but they are of ")
           << getParts().getTypes();
  return success();
}

LogicalResult AttentionOp::verify() {
  int64_t heads = getHeads(), kvHeads = getKvHeads();
  // (C1)
  if (heads < 1 || columns(getQ()) % heads != 0)
    return emitOpError("expects 'heads' to divide ")
           << columns(getQ()) << " columns, but it is " << heads;
  if (kvHeads < 1 || heads % kvHeads != 0)
    return emitOpError("expects 'kv_heads' to divide ")
           << heads << " heads, but it is " << kvHeads;
  // (C3)
  if (getResult().getType() != getQ().getType())
    return emitOpError("expects a result of type ")
           << getQ().getType() << ", but it is " << getResult().getType();
  // (C4)
  if (!isPositive(getScale()))
    return emitOpError("expects 'scale' to be positive and finite, but it is ")
           << getScaleAttr();
  return success();
}

LogicalResult LatentAttentionOp::verify() {
  int64_t heads = getHeads(), nope = getNope(), rope = getRope(),
          value = getValue();
  // (C5)
  if (heads < 1 || nope < 1 || rope < 1 || value < 1)
    return emitOpError(
               "expects 'heads', 'nope', 'rope' and 'value' of at least "
               "1, but they are ")
           << heads << ", " << nope << ", " << rope << " and " << value;
  if (!isPositive(getScale()))
    return emitOpError("expects 'scale' to be positive and finite, but it is ")
           << getScaleAttr();
  // (C1)
  Exact queries = (Exact(nope) + rope) * heads;
  if (!queries.is(columns(getQ())))
    return emitOpError("expects ")
           << queries << " columns in 'q', but there are " << columns(getQ());
  // (C2)
  Exact values = Exact(heads) * value;
  if (!values.is(columns(getResult())) || rows(getResult()) != rows(getQ()))
    return emitOpError("expects ")
           << values << " columns and the rows of 'q' in its result, but "
           << "it is " << getResult().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Experts
//===----------------------------------------------------------------------===//

LogicalResult RouteOp::verify() {
  int64_t experts = columns(getLogits()), groups = getGroups(),
          topGroups = getTopGroups(), chosen = columns(getIds());
  // (C1)
  if (groups < 1 || experts % groups != 0)
    return emitOpError("expects 'groups' to divide ")
           << experts << " experts, but it is " << groups;
  if (topGroups < 1 || topGroups > groups)
    return emitOpError("expects 'top_groups' from 1 to ")
           << groups << ", but it is " << topGroups;
  // (C2)
  int64_t groupSize = experts / groups;
  if (groups > 1 && groupSize < 2 && !getByBest())
    return emitOpError("expects groups of at least two experts, but they have ")
           << groupSize;
  // (C3)
  if (columns(getWeights()) != chosen || chosen < 1 ||
      chosen > topGroups * groupSize)
    return emitOpError("expects as many weights as ids, from 1 to ")
           << topGroups * groupSize << ", but there are "
           << columns(getWeights()) << " and " << chosen;
  // (C5)
  if (!isPositive(getScale()))
    return emitOpError("expects 'scale' to be positive and finite, but it is ")
           << getScaleAttr();
  // (C6)
  if (!sameRows({getLogits(), getIds(), getWeights()}))
    return emitOpError("expects as many rows of ids and weights as of logits, "
                       "but they are ")
           << getIds().getType() << ", " << getWeights().getType() << " and "
           << getLogits().getType();
  return success();
}

LogicalResult ExpertsOp::verify() {
  // (C2)
  if (columns(getIds()) != columns(getWeights()))
    return emitOpError("expects as many weights as ids, but there are ")
           << columns(getWeights()) << " and " << columns(getIds());
  // (C3)
  if (!sameRows({getX(), getIds(), getWeights()}))
    return emitOpError("expects as many rows of ids and weights as of 'x', but "
                       "they are ")
           << getIds().getType() << ", " << getWeights().getType() << " and "
           << getX().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Tiled form
//===----------------------------------------------------------------------===//

LogicalResult TileDotOp::verify() {
  bool isDot = getTile() == InstructionTile::Dpbf16_512;
  int64_t rows = getTile() == InstructionTile::Fma256 ? 8 : 16;
  auto acc = cast<VectorType>(getAcc().getType());
  auto weights = cast<VectorType>(getWeights().getType());
  StringRef name = stringifyInstructionTile(getTile());
  // (C1)
  if (acc.isScalable() || acc.getDimSize(0) != rows)
    return emitOpError("expects ")
           << rows << " rows in 'acc' for " << name << ", but it is " << acc;
  // (C2)
  Type element = weights.getElementType();
  if (isDot && !element.isBF16())
    return emitOpError("expects weights of bf16 for ")
           << name << ", but they are " << element;
  int64_t depth = element.isBF16() ? 2 : 1;
  if (weights.isScalable() || weights.getDimSize(0) != rows * depth)
    return emitOpError("expects ")
           << rows * depth << " weights of " << element << " for " << name
           << ", but they are " << weights;
  // (C3)
  Builder builder(getContext());
  Type operand = isDot ? builder.getBF16Type() : builder.getF32Type();
  auto expected = VectorType::get({depth}, operand);
  if (getX().getType() != expected)
    return emitOpError("expects 'x' to be ")
           << expected << " for " << name << ", but it is " << getX().getType();
  return success();
}
