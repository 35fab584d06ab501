//===- PlannedAttention.cpp - Fused attention, in float64 -----------------===//
//
// The formulas of fathom.attend and fathom.attend_latent.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Attention.h"
#include "compiler/reference/Numbers.h"

#include <algorithm>
#include <cmath>

namespace fathom {

using namespace mlir::fathom;

/// How far the two forms of latent attention may be apart, of the largest
/// value.
static constexpr double kFormsTolerance = 1e-9;

/// The columns [first, first + columns) of `x`.
static Matrix columnsOf(const Matrix &x, int64_t first, int64_t columns) {
  Matrix result(x.rows, columns);
  for (int64_t t = 0; t < x.rows; ++t)
    std::copy_n(x.row(t) + first, columns, result.row(t));
  return result;
}

mlir::LogicalResult evaluate(AttendOp op, Frame &frame) {
  const Matrix &qkv = frame.matrix(op.getQkv());
  const Matrix &rotary = frame.matrix(op.getRotary());
  const std::vector<Token> &tokens = frame.tokens(op.getTokens());
  int64_t heads = op.getHeads(), kvHeads = op.getKvHeads();
  int64_t width = qkv.columns / (heads + 2 * kvHeads);
  if (width * (heads + 2 * kvHeads) != qkv.columns)
    return op.emitError("found ")
           << qkv.columns << " columns, expected a multiple of "
           << heads + 2 * kvHeads << " heads";
  auto q = rotate(op, columnsOf(qkv, 0, heads * width), rotary, heads, 0,
                  op.getPairing());
  auto k = rotate(op, columnsOf(qkv, heads * width, kvHeads * width), rotary,
                  kvHeads, 0, op.getPairing());
  Matrix v = columnsOf(qkv, (heads + kvHeads) * width, kvHeads * width);
  if (mlir::failed(q) || mlir::failed(k) ||
      mlir::failed(append(op, op.getCacheAttr(), tokens, {&*k, &v}, frame)))
    return mlir::failure();
  return frame.set(op.getResult(),
                   attend(op, op.getCache(), tokens, *q, heads, kvHeads,
                          op.getScale().convertToDouble(), frame));
}

/// The first `rows` rows of each head of `packed`, whose heads are padded to
/// whole panels.
static mlir::FailureOr<Matrix> headsOf(AttendLatentOp op,
                                       mlir::FlatSymbolRefAttr name,
                                       int64_t rows, int64_t columns,
                                       Frame &frame) {
  auto packed = frame.weight(op, name);
  if (mlir::failed(packed))
    return mlir::failure();
  int64_t heads = op.getHeads(), padded = (rows + 63) / 64 * 64;
  if (packed->rows != heads * padded || packed->columns != columns)
    return op.emitError("found ")
           << name << " of " << packed->rows << "x" << packed->columns
           << ", expected " << heads * padded << "x" << columns;
  Matrix result(heads * rows, columns);
  for (int64_t h = 0; h < heads; ++h)
    std::copy_n(packed->row(h * padded), rows * columns, result.row(h * rows));
  return result;
}

/// Reports results of the two forms that are further apart than rounding.
static mlir::LogicalResult sameForms(AttendLatentOp op, const Matrix &expanded,
                                     const Matrix &absorbed) {
  double largest = 0, apart = 0;
  for (size_t i = 0; i < expanded.values.size(); ++i) {
    largest = std::max(largest, std::abs(expanded.values[i]));
    apart = std::max(apart, std::abs(expanded.values[i] - absorbed.values[i]));
  }
  if (apart <= kFormsTolerance * largest)
    return mlir::success();
  return op.emitError("found an absorbed form that is ")
         << apart << " from the expanded one, expected at most "
         << kFormsTolerance * largest;
}

mlir::LogicalResult evaluate(AttendLatentOp op, Frame &frame) {
  const Matrix &row = frame.matrix(op.getLatent());
  const Matrix &rotary = frame.matrix(op.getRotary());
  const std::vector<Token> &tokens = frame.tokens(op.getTokens());
  LatentShape shape{
      static_cast<int64_t>(op.getHeads()), static_cast<int64_t>(op.getNope()),
      static_cast<int64_t>(op.getRope()), static_cast<int64_t>(op.getValue()),
      row.columns - static_cast<int64_t>(op.getRope())};
  auto normed = frame.normalize(op, columnsOf(row, 0, shape.latent),
                                op.getNormAttr(), op.getEps());
  auto key = rotate(op, columnsOf(row, shape.latent, shape.rope), rotary, 1, 0,
                    op.getPairing());
  auto q = rotate(op, frame.matrix(op.getQ()), rotary, shape.heads, shape.nope,
                  op.getPairing());
  auto transposed =
      headsOf(op, op.getAbsorbedAttr(), shape.latent, shape.nope, frame);
  auto keys =
      headsOf(op, op.getExpandedAttr(), shape.nope, shape.latent, frame);
  auto values =
      headsOf(op, op.getValuesAttr(), shape.value, shape.latent, frame);
  if (mlir::failed(normed) || mlir::failed(key) || mlir::failed(q) ||
      mlir::failed(transposed) || mlir::failed(keys) || mlir::failed(values))
    return mlir::failure();
  Matrix stored(row.rows, row.columns);
  for (int64_t t = 0; t < row.rows; ++t)
    std::copy_n(key->row(t), shape.rope,
                std::copy_n(normed->row(t), shape.latent, stored.row(t)));
  if (mlir::failed(append(op, op.getCacheAttr(), tokens, {&stored}, frame)))
    return mlir::failure();
  double scale = op.getScale().convertToDouble();
  auto expanded = attendExpanded(op, op.getCache(), tokens, *q, *keys, *values,
                                 shape, scale, frame);
  auto absorbed = attendAbsorbed(op, op.getCache(), tokens, *q, *transposed,
                                 *values, shape, scale, frame);
  if (mlir::failed(expanded) || mlir::failed(absorbed) ||
      mlir::failed(sameForms(op, *expanded, *absorbed)))
    return mlir::failure();
  return frame.set(op.getResult(), std::move(expanded));
}

} // namespace fathom
