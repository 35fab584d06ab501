//===- Numbers.h - Arithmetic that several operations share -----*- C++ -*-===//
//
// Rounding, dot products, softmax and the gated activation, in double.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_NUMBERS_H
#define FATHOM_COMPILER_REFERENCE_NUMBERS_H

#include "compiler/reference/Interpreter.h"

namespace fathom {

/// The value of the float type `type` nearest to `value`, ties to even.
double roundTo(mlir::Type type, double value);

/// The dot product of two rows of `size` values.
double dot(const double *a, const double *b, int64_t size);

/// The product of `weight` [N, K] and each row of `x` [T, K], as [T, N].
Matrix multiply(const Matrix &x, const Matrix &weight);

/// Makes `values`, of which there is at least one, their softmax.
void softmax(std::vector<double> &values);

/// 1 / (1 + exp(-x))
double sigmoid(double x);

/// gate / (1 + exp(-gate)) * up
double swiglu(double gate, double up);

/// How far apart values are at most. A NaN on either side is infinitely far.
struct Apart {
  double difference = 0;
  double largest = 0; // Of what was expected.

  void add(double got, double expected);
  /// The difference relative to the largest; as it is where all are zero.
  double relative() const {
    return largest > 0 ? difference / largest : difference;
  }
};

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_NUMBERS_H
