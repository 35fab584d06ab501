//===- KernelWords.cpp - Arithmetic, memory and loops of a kernel ---------===//
//
// The short words of KernelBuilder.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/KernelBuilder.h"

using namespace mlir;

namespace fathom {

Value KernelBuilder::constant(int64_t value) {
  return arith::ConstantOp::create(*this, getI64IntegerAttr(value));
}

Value KernelBuilder::constantI32(int64_t value) {
  return arith::ConstantOp::create(*this, getI32IntegerAttr(value));
}

Value KernelBuilder::constantF32(double value) {
  return arith::ConstantOp::create(*this, getF32FloatAttr(value));
}

Value KernelBuilder::splat(Type type, double value) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        *this, DenseElementsAttr::get(
                   vector, FloatAttr::get(vector.getElementType(), value)));
  return arith::ConstantOp::create(*this, FloatAttr::get(type, value));
}

Value KernelBuilder::add(Value a, Value b) {
  return arith::AddIOp::create(*this, a, b);
}
Value KernelBuilder::sub(Value a, Value b) {
  return arith::SubIOp::create(*this, a, b);
}
Value KernelBuilder::mul(Value a, Value b) {
  return arith::MulIOp::create(*this, a, b);
}
Value KernelBuilder::div(Value a, Value b) {
  return arith::DivUIOp::create(*this, a, b);
}
Value KernelBuilder::rem(Value a, Value b) {
  return arith::RemUIOp::create(*this, a, b);
}
Value KernelBuilder::ceilDiv(Value a, int64_t b) {
  return div(add(a, b - 1), b);
}
Value KernelBuilder::smallest(Value a, Value b) {
  return arith::MinSIOp::create(*this, a, b);
}
Value KernelBuilder::largest(Value a, Value b) {
  return arith::MaxSIOp::create(*this, a, b);
}
Value KernelBuilder::less(Value a, Value b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, a, b);
}
Value KernelBuilder::equal(Value a, Value b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, a, b);
}
Value KernelBuilder::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(*this, condition, a, b);
}
Value KernelBuilder::toI64(Value value) {
  return arith::ExtSIOp::create(*this, i64(), value);
}
Value KernelBuilder::toI32(Value value) {
  return arith::TruncIOp::create(*this, i32(), value);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value KernelBuilder::offset(Value pointer, Value bytes) {
  return LLVM::GEPOp::create(*this, ptrType, getI8Type(), pointer,
                             ArrayRef<LLVM::GEPArg>{bytes});
}

Value KernelBuilder::at(Value pointer, Value index, Type element) {
  return LLVM::GEPOp::create(*this, ptrType, element, pointer,
                             ArrayRef<LLVM::GEPArg>{index});
}

/// Bytes of a scalar, or of a vector's element.
static unsigned elementAlignment(Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    type = vector.getElementType();
  if (isa<LLVM::LLVMPointerType>(type))
    return 8;
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

Value KernelBuilder::load(Type type, Value pointer) {
  return LLVM::LoadOp::create(*this, type, pointer, elementAlignment(type));
}

void KernelBuilder::store(Value value, Value pointer) {
  LLVM::StoreOp::create(*this, value, pointer,
                        elementAlignment(value.getType()));
}

void KernelBuilder::storeFirst(Value vector, Value pointer, Value count) {
  auto type = cast<VectorType>(vector.getType());
  auto indices = VectorType::get(type.getShape(), i64());
  auto numbers = llvm::to_vector(llvm::seq<int64_t>(0, type.getNumElements()));
  Value lane = arith::ConstantOp::create(
      *this, DenseElementsAttr::get(indices, ArrayRef<int64_t>(numbers)));
  Value limit = vector::BroadcastOp::create(*this, indices, count);
  Value mask =
      arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, lane, limit);
  LLVM::MaskedStoreOp::create(*this, vector, pointer, mask,
                              getI32IntegerAttr(elementAlignment(type)));
}

/// `like` with another element type.
static Type withElement(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return VectorType::get(vector.getShape(), element);
  return element;
}

/// A constant of an integer type or a vector of one.
static Value integerConstant(OpBuilder &b, Location at, Type type,
                             int64_t value) {
  auto element = IntegerAttr::get(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        b, at, DenseElementsAttr::get(vector, Attribute(element)));
  return arith::ConstantOp::create(b, at, element);
}

/// Rounds to bf16, to nearest even, in integer arithmetic: what lacks the
/// instruction would call a library. NaN stays NaN.
static Value roundToBf16(KernelBuilder &b, Value value) {
  Location at = b.getLoc();
  Type words = withElement(value.getType(), b.i32());
  auto number = [&](int64_t n) { return integerConstant(b, at, words, n); };
  Value bits = arith::BitcastOp::create(b, words, value);
  Value high = arith::ShRUIOp::create(b, bits, number(16));
  Value odd = arith::AndIOp::create(b, high, number(1));
  Value biased = arith::AddIOp::create(
      b, bits, arith::AddIOp::create(b, odd, number(0x7fff)));
  Value rounded = arith::ShRUIOp::create(b, biased, number(16));
  Value isNan =
      arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  Value quiet = arith::OrIOp::create(b, high, number(0x40));
  Value chosen = arith::SelectOp::create(b, isNan, quiet, rounded);
  Value half = arith::TruncIOp::create(
      b, withElement(value.getType(), b.getIntegerType(16)), chosen);
  return arith::BitcastOp::create(
      b, withElement(value.getType(), b.getBF16Type()), half);
}

Value KernelBuilder::convertFromF32(Value value, Type element) {
  if (element.isF32())
    return value;
  if (element.isBF16() && level != Level::Avx512Bf16)
    return roundToBf16(*this, value);
  return arith::TruncFOp::create(*this, withElement(value.getType(), element),
                                 value);
}

Value KernelBuilder::convertToF32(Value value) {
  Type element = getElementTypeOrSelf(value.getType());
  if (element.isF32())
    return value;
  Type wide = withElement(value.getType(), f32());
  if (!element.isBF16())
    return arith::ExtFOp::create(*this, wide, value);
  // The upper half of an f32.
  Type words = withElement(value.getType(), i32());
  Value half = arith::BitcastOp::create(
      *this, withElement(value.getType(), getIntegerType(16)), value);
  Value bits =
      arith::ShLIOp::create(*this, arith::ExtUIOp::create(*this, words, half),
                            integerConstant(*this, getLoc(), words, 16));
  return arith::BitcastOp::create(*this, wide, bits);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

void KernelBuilder::forRange(Value begin, Value end, int64_t stepBy,
                             llvm::function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(*this, begin, end, constant(stepBy));
  InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> KernelBuilder::forCarry(
    Value begin, Value end, int64_t stepBy, ValueRange initial,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(*this, begin, end, constant(stepBy), initial);
  InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(*this, next);
  return SmallVector<Value>(loop.getResults());
}

void KernelBuilder::ifThen(Value condition, llvm::function_ref<void()> then,
                           llvm::function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(*this, condition,
                                  /*withElseRegion=*/bool(otherwise));
  InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  then();
  if (!otherwise)
    return;
  setInsertionPointToStart(branch.elseBlock());
  otherwise();
}

} // namespace fathom
