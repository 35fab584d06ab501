//===- Numbers.cpp - Arithmetic that several operations share -------------===//
//
// Rounding, dot products, softmax and the gated activation, in double.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Numbers.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"

#include <algorithm>
#include <cmath>

namespace fathom {

static constexpr int kDoublePrecision = 53, kDoubleBias = 1023;
static constexpr uint64_t kDoubleExponentMask = 0x7ff;

/// As APFloat rounds: right everywhere, and slow.
static double roundSlowly(const llvm::fltSemantics &semantics, double value) {
  llvm::APFloat rounded(value);
  bool losesInfo = false;
  rounded.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return rounded.convertToDouble();
}

double roundTo(mlir::Type type, double value) {
  const llvm::fltSemantics &semantics =
      mlir::cast<mlir::FloatType>(type).getFloatSemantics();
  int precision = llvm::APFloat::semanticsPrecision(semantics);
  int exponent = static_cast<int>(llvm::bit_cast<uint64_t>(value) >> 52 &
                                  kDoubleExponentMask) -
                 kDoubleBias;
  // What may overflow, or is no number, or gains digits, is not for here.
  if (exponent >= llvm::APFloat::semanticsMaxExponent(semantics) ||
      precision > kDoublePrecision / 2)
    return roundSlowly(semantics, value);
  exponent =
      std::max<int>(exponent, llvm::APFloat::semanticsMinExponent(semantics));
  // The last digit of this has the weight of the last digit of the result.
  double large =
      1.5 * llvm::bit_cast<double>(
                static_cast<uint64_t>(exponent - (precision - 1) +
                                      (kDoublePrecision - 1) + kDoubleBias)
                << 52);
  return std::copysign((value + large) - large, value);
}

double dot(const double *a, const double *b, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i < size; ++i)
    sum += a[i] * b[i];
  return sum;
}

Matrix multiply(const Matrix &x, const Matrix &weight) {
  Matrix result(x.rows, weight.rows);
  for (int64_t t = 0; t < x.rows; ++t)
    for (int64_t n = 0; n < weight.rows; ++n)
      result.row(t)[n] = dot(x.row(t), weight.row(n), x.columns);
  return result;
}

void softmax(std::vector<double> &values) {
  double largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double &value : values)
    sum += value = std::exp(value - largest);
  for (double &value : values)
    value /= sum;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double swiglu(double gate, double up) { return gate * sigmoid(gate) * up; }

void Apart::add(double got, double expected) {
  // What is equal is 0 apart, infinities too.
  double off = got == expected ? 0 : std::abs(got - expected);
  difference = std::isnan(off) ? INFINITY : std::max(difference, off);
  largest = std::max(largest, std::abs(expected));
}

} // namespace fathom
