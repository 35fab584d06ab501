//===- Math.h - Functions of real numbers, as instructions ------*- C++ -*-===//
//
// Generated code calls no libm: what it needs is expanded here. Values are
// scalars or vectors; each lane is computed alike, so that a result does not
// depend on the vector it was computed in.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_MATH_H
#define FATHOM_PASSES_TILING_MATH_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <utility>

namespace fathom {

/// e^x of f32, within 2e-7 of the value. Below -87.33, where the result would
/// be denormal, it is 0, above 88.37 that of 88.37; a NaN stays one.
mlir::Value emitExp(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// 1 / (1 + e^-x) of f32.
mlir::Value emitSigmoid(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// x / (1 + e^-x) of f32.
mlir::Value emitSilu(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// Sine and cosine of f32 angles as f64, within 1e-9 for angles below 2^25.
std::pair<mlir::Value, mlir::Value> emitSinCos(mlir::ImplicitLocOpBuilder &b,
                                               mlir::Value angle);

/// 1 / sqrt(x), each step rounded once.
mlir::Value emitReciprocalSqrt(mlir::ImplicitLocOpBuilder &b, mlir::Value x);

/// The sum of a vector's lanes (a power of two): the upper half is added to the
/// lower one until one lane is left.
mlir::Value emitSumOfLanes(mlir::ImplicitLocOpBuilder &b, mlir::Value vector);

/// The largest of a vector's lanes.
mlir::Value emitLargestLane(mlir::ImplicitLocOpBuilder &b, mlir::Value vector);

/// a where a is larger, else b; one instruction.
mlir::Value emitLarger(mlir::ImplicitLocOpBuilder &b, mlir::Value a,
                       mlir::Value other);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_MATH_H
