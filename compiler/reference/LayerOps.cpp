//===- LayerOps.cpp - What every layer has, in float64 --------------------===//
//
// The formulas of FathomLayerOps.td.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Frame.h"
#include "compiler/reference/Numbers.h"

#include <cmath>

namespace fathom {

using namespace mlir::fathom;

mlir::LogicalResult evaluate(EmbeddingOp op, Frame &frame) {
  auto table = frame.weight(op, op.getTableAttr());
  if (mlir::failed(table))
    return mlir::failure();
  const std::vector<Token> &tokens = frame.tokens(op.getTokens());
  Matrix result(tokens.size(), table->columns);
  for (size_t t = 0; t < tokens.size(); ++t) {
    int64_t id = tokens[t].id;
    if (id < 0 || id >= table->rows)
      return op.emitError("found token id ")
             << id << ", expected one below " << table->rows;
    std::copy_n(table->row(id), table->columns, result.row(t));
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::FailureOr<Matrix> Frame::normalize(mlir::Operation *op, const Matrix &x,
                                         mlir::FlatSymbolRefAttr name,
                                         llvm::APFloat eps) const {
  auto norm = weight(op, name);
  if (mlir::failed(norm))
    return mlir::failure();
  if (static_cast<int64_t>(norm->values.size()) != x.columns)
    return op->emitError("found a norm of ")
           << norm->values.size() << " values, expected " << x.columns;
  Matrix result(x.rows, x.columns);
  for (int64_t t = 0; t < x.rows; ++t) {
    double mean = dot(x.row(t), x.row(t), x.columns) / x.columns;
    for (int64_t i = 0; i < x.columns; ++i)
      result.row(t)[i] = x.row(t)[i] / std::sqrt(mean + eps.convertToDouble()) *
                         norm->values[i];
  }
  return result;
}

mlir::LogicalResult evaluate(RmsNormOp op, Frame &frame) {
  return frame.set(op.getResult(),
                   frame.normalize(op, frame.matrix(op.getX()),
                                   op.getWeightAttr(), op.getEps()));
}

mlir::LogicalResult evaluate(LinearOp op, Frame &frame) {
  auto weight = frame.weight(op, op.getWeightAttr());
  if (mlir::failed(weight))
    return mlir::failure();
  Matrix result = multiply(frame.matrix(op.getX()), *weight);
  if (op.getBiasAttr()) {
    auto bias = frame.weight(op, op.getBiasAttr());
    if (mlir::failed(bias))
      return mlir::failure();
    for (int64_t t = 0; t < result.rows; ++t)
      for (int64_t n = 0; n < result.columns; ++n)
        result.row(t)[n] += bias->values[n];
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(SwigluOp op, Frame &frame) {
  const Matrix &gate = frame.matrix(op.getGate());
  const Matrix &up = frame.matrix(op.getUp());
  if (gate.rows != up.rows)
    return op.emitError("found ")
           << up.rows << " rows of up, expected " << gate.rows << " as of gate";
  Matrix result(gate.rows, gate.columns);
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = swiglu(gate.values[i], up.values[i]);
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(LogitsOp op, Frame &frame) {
  auto weight = frame.weight(op, op.getWeightAttr());
  if (mlir::failed(weight))
    return mlir::failure();
  const Matrix &x = frame.matrix(op.getX());
  const std::vector<Token> &tokens = frame.tokens(op.getTokens());
  if (x.rows != static_cast<int64_t>(tokens.size()))
    return op.emitError("found ")
           << x.rows << " rows, expected one for each of " << tokens.size()
           << " tokens";
  Matrix asking(0, x.columns);
  for (int64_t t = 0; t < x.rows; ++t) {
    if (!tokens[t].asksForLogits)
      continue;
    asking.values.insert(asking.values.end(), x.row(t), x.row(t) + x.columns);
    ++asking.rows;
  }
  frame.set(op.getResult(), multiply(asking, *weight));
  return mlir::success();
}

} // namespace fathom
