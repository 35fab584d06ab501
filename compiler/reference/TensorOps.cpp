//===- TensorOps.cpp - Upstream's operations in the model form ------------===//
//
// Residual additions, slices and concatenations. Indices are 1 x 1 matrices.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Frame.h"

namespace fathom {

static Matrix index(int64_t value) {
  Matrix result(1, 1);
  result.values[0] = value;
  return result;
}

mlir::LogicalResult evaluate(mlir::arith::AddFOp op, Frame &frame) {
  if (!mlir::isa<mlir::RankedTensorType>(op.getType()))
    return op.emitError("found an addition of ")
           << op.getType() << ", expected one of tensors";
  Matrix result = frame.matrix(op.getLhs());
  const Matrix &rhs = frame.matrix(op.getRhs());
  if (result.rows != rhs.rows || result.columns != rhs.columns)
    return op.emitError("found ")
           << rhs.rows << "x" << rhs.columns << " on the right, expected "
           << result.rows << "x" << result.columns << " as on the left";
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] += rhs.values[i];
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(mlir::arith::ConstantOp op, Frame &frame) {
  auto value = mlir::dyn_cast<mlir::IntegerAttr>(op.getValue());
  if (!value)
    return op.emitError("found a constant of ")
           << op.getType() << ", expected an index";
  frame.set(op.getResult(), index(value.getValue().getSExtValue()));
  return mlir::success();
}

mlir::LogicalResult evaluate(mlir::tensor::CastOp op, Frame &frame) {
  frame.set(op.getDest(), Matrix(frame.matrix(op.getSource())));
  return mlir::success();
}

mlir::LogicalResult evaluate(mlir::tensor::DimOp op, Frame &frame) {
  const Matrix &x = frame.matrix(op.getSource());
  double which = frame.matrix(op.getIndex()).values[0];
  if (which != 0 && which != 1)
    return op.emitError("found dimension ") << which << ", expected 0 or 1";
  frame.set(op.getResult(), index(which == 0 ? x.rows : x.columns));
  return mlir::success();
}

mlir::LogicalResult evaluate(mlir::tensor::ExtractSliceOp op, Frame &frame) {
  auto known = [&](mlir::OpFoldResult value) -> int64_t {
    if (auto constant = mlir::getConstantIntValue(value))
      return *constant;
    return frame.matrix(mlir::cast<mlir::Value>(value)).values[0];
  };
  const Matrix &x = frame.matrix(op.getSource());
  auto offsets = op.getMixedOffsets(), sizes = op.getMixedSizes();
  int64_t row = known(offsets[0]), column = known(offsets[1]);
  int64_t rows = known(sizes[0]), columns = known(sizes[1]);
  if (!op.hasUnitStride() || row < 0 || column < 0 || rows < 0 || columns < 0 ||
      row + rows > x.rows || column + columns > x.columns)
    return op.emitError("found a slice that strides or leaves its source of ")
           << x.rows << "x" << x.columns;
  Matrix result(rows, columns);
  for (int64_t t = 0; t < rows; ++t)
    std::copy_n(x.row(row + t) + column, columns, result.row(t));
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(mlir::tensor::ConcatOp op, Frame &frame) {
  if (op.getDim() != 1)
    return op.emitError("found a concatenation along dimension ")
           << op.getDim() << ", expected 1";
  int64_t rows = frame.matrix(op.getInputs()[0]).rows, columns = 0;
  for (mlir::Value input : op.getInputs()) {
    if (frame.matrix(input).rows != rows)
      return op.emitError("found ")
             << frame.matrix(input).rows << " rows, expected " << rows;
    columns += frame.matrix(input).columns;
  }
  Matrix result(rows, columns);
  for (int64_t t = 0; t < rows; ++t) {
    double *out = result.row(t);
    for (mlir::Value input : op.getInputs()) {
      const Matrix &x = frame.matrix(input);
      out = std::copy_n(x.row(t), x.columns, out);
    }
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

} // namespace fathom
