//===- Math.cpp - Functions of real numbers, as instructions --------------===//
//
// Range reduction and polynomials. Everything is written with fused steps of a
// fixed order and without fast-math flags, so LLVM may not change a bit of it.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <functional>

using namespace mlir;

namespace fathom {

/// `type` with another element.
static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return VectorType::get(vector.getShape(), element);
  return element;
}

static Value constantOf(ImplicitLocOpBuilder &b, Type type, double value) {
  TypedAttr attr = b.getFloatAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(b, attr);
}

static Value integerOf(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  TypedAttr attr = b.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(b, attr);
}

static Value fma(ImplicitLocOpBuilder &b, Value x, Value y, Value z) {
  return LLVM::FMAOp::create(b, x.getType(), x, y, z);
}

/// c[0] + c[1] x + c[2] x^2 + ..., by Horner.
static Value polynomial(ImplicitLocOpBuilder &b, Value x,
                        ArrayRef<double> coefficients) {
  Value sum = constantOf(b, x.getType(), coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = fma(b, sum, x, constantOf(b, x.getType(), coefficient));
  return sum;
}

Value emitLarger(ImplicitLocOpBuilder &b, Value a, Value other) {
  Value larger = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, a, other);
  return arith::SelectOp::create(b, larger, a, other);
}

Value emitExp(ImplicitLocOpBuilder &b, Value x) {
  // e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2) / 2.
  constexpr double kSmallest = -87.33, kLargest = 88.37;
  constexpr double kLog2E = 1.4426950408889634;
  // ln 2 in two parts; n times the first is exact.
  constexpr double kLn2High = 0.693359375, kLn2Low = -2.12194440e-4;
  // Added to a number below 2^22, it leaves the nearest integer in the low
  // bits of the sum.
  constexpr double kRounder = 12582912.0; // 1.5 * 2^23

  Type type = x.getType();
  Type bits = withElement(type, b.getI32Type());
  Value smallest = constantOf(b, type, kSmallest);
  Value largest = constantOf(b, type, kLargest);
  Value vanishes =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, smallest);
  Value tooLarge =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, largest);
  Value inside = arith::SelectOp::create(b, tooLarge, largest, x);
  inside = arith::SelectOp::create(b, vanishes, smallest, inside);

  Value rounder = constantOf(b, type, kRounder);
  Value shifted = fma(b, inside, constantOf(b, type, kLog2E), rounder);
  Value n = arith::SubFOp::create(b, shifted, rounder);
  Value r = fma(b, n, constantOf(b, type, -kLn2High), inside);
  r = fma(b, n, constantOf(b, type, -kLn2Low), r);
  Value power = polynomial(
      b, r,
      {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040});

  // Times 2^n, by adding n to the exponent; the rounder's own bits fall out.
  Value exponent = arith::ShLIOp::create(
      b, arith::BitcastOp::create(b, bits, shifted), integerOf(b, bits, 23));
  Value scaled = arith::BitcastOp::create(
      b, type,
      arith::AddIOp::create(b, arith::BitcastOp::create(b, bits, power),
                            exponent));
  return arith::SelectOp::create(b, vanishes, constantOf(b, type, 0.0), scaled);
}

/// 1 + e^-x
static Value onePlusExp(ImplicitLocOpBuilder &b, Value x) {
  return arith::AddFOp::create(b, constantOf(b, x.getType(), 1.0),
                               emitExp(b, arith::NegFOp::create(b, x)));
}

Value emitSigmoid(ImplicitLocOpBuilder &b, Value x) {
  return arith::DivFOp::create(b, constantOf(b, x.getType(), 1.0),
                               onePlusExp(b, x));
}

Value emitSilu(ImplicitLocOpBuilder &b, Value x) {
  return arith::DivFOp::create(b, x, onePlusExp(b, x));
}

std::pair<Value, Value> emitSinCos(ImplicitLocOpBuilder &b, Value angle) {
  // angle = n pi/2 + r with |r| <= pi/4, in f64: n below 2^25 times the first
  // part is rounded once by the fused step, and the second part corrects what
  // pi/2 itself was rounded by.
  constexpr double kTwoOverPi = 0.6366197723675814;
  constexpr double kHalfPiHigh = 1.5707963267948966;
  constexpr double kHalfPiLow = 6.123233995736766e-17;
  constexpr double kRounder = 6755399441055744.0; // 1.5 * 2^52

  Type type = withElement(angle.getType(), b.getF64Type());
  Type bits = withElement(type, b.getI64Type());
  Value x = arith::ExtFOp::create(b, type, angle);
  Value rounder = constantOf(b, type, kRounder);
  Value shifted = fma(b, x, constantOf(b, type, kTwoOverPi), rounder);
  Value n = arith::SubFOp::create(b, shifted, rounder);
  Value r = fma(b, n, constantOf(b, type, -kHalfPiHigh), x);
  r = fma(b, n, constantOf(b, type, -kHalfPiLow), r);

  Value square = arith::MulFOp::create(b, r, r);
  Value sine = polynomial(
      b, square,
      {1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800});
  sine = arith::MulFOp::create(b, sine, r);
  Value cosine = polynomial(b, square,
                            {1.0, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320,
                             -1.0 / 3628800, 1.0 / 479001600});

  // The quadrant is the low two bits of n: odd ones swap the two, the upper bit
  // (of n for the sine, of n + 1 for the cosine) is the sign.
  Value quadrant = arith::BitcastOp::create(b, bits, shifted);
  Value one = integerOf(b, bits, 1), two = integerOf(b, bits, 2);
  Value swaps = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                      arith::AndIOp::create(b, quadrant, one),
                                      integerOf(b, bits, 0));
  auto withSign = [&](Value magnitude, Value quarter) -> Value {
    Value sign = arith::ShLIOp::create(
        b, arith::AndIOp::create(b, quarter, two), integerOf(b, bits, 62));
    Value flipped = arith::XOrIOp::create(
        b, arith::BitcastOp::create(b, bits, magnitude), sign);
    return arith::BitcastOp::create(b, type, flipped);
  };
  Value s = withSign(arith::SelectOp::create(b, swaps, cosine, sine), quadrant);
  Value c = withSign(arith::SelectOp::create(b, swaps, sine, cosine),
                     arith::AddIOp::create(b, quadrant, one));
  return {s, c};
}

Value emitReciprocalSqrt(ImplicitLocOpBuilder &b, Value x) {
  Value root = LLVM::SqrtOp::create(b, x.getType(), x);
  return arith::DivFOp::create(b, constantOf(b, x.getType(), 1.0), root);
}

/// Combines the upper half with the lower one until one lane is left.
static Value
combineLanes(ImplicitLocOpBuilder &b, Value vector,
             llvm::function_ref<Value(Value lower, Value upper)> combine) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  for (; lanes > 1; lanes /= 2) {
    SmallVector<int64_t> lower, upper;
    for (int64_t i = 0; i < lanes / 2; ++i) {
      lower.push_back(i);
      upper.push_back(lanes / 2 + i);
    }
    vector = combine(vector::ShuffleOp::create(b, vector, vector, lower),
                     vector::ShuffleOp::create(b, vector, vector, upper));
  }
  return vector::ExtractOp::create(b, vector, int64_t{0});
}

Value emitSumOfLanes(ImplicitLocOpBuilder &b, Value vector) {
  return combineLanes(b, vector, [&](Value lower, Value upper) -> Value {
    return arith::AddFOp::create(b, lower, upper);
  });
}

Value emitLargestLane(ImplicitLocOpBuilder &b, Value vector) {
  return combineLanes(b, vector, [&](Value lower, Value upper) -> Value {
    return emitLarger(b, lower, upper);
  });
}

} // namespace fathom
