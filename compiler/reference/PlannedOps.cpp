//===- PlannedOps.cpp - Phases and products over packed weights -----------===//
//
// The formulas of FathomPlannedOps.td, in float64. A packed weight is put
// together from its pieces as the artifact writer will do it.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Experts.h"
#include "compiler/reference/Frame.h"
#include "compiler/reference/Numbers.h"

#include <algorithm>

namespace fathom {

using namespace mlir::fathom;

/// Rows of the same half that follow one another where gate and up alternate.
static constexpr int64_t kInterleave = 8;

mlir::FailureOr<Matrix> Frame::packed(mlir::Operation *op, PackedOp packed,
                                      int64_t expert) const {
  Matrix result(packed.getRows(), packed.getColumns());
  llvm::DenseMap<mlir::Attribute, Matrix> sources;
  for (auto piece : packed.getPieces().getAsRange<PieceAttr>()) {
    auto known = sources.find(piece.getSource());
    if (known == sources.end()) {
      auto read = weight(op, piece.getSource(), expert);
      if (mlir::failed(read))
        return mlir::failure();
      known = sources.try_emplace(piece.getSource(), std::move(*read)).first;
    }
    for (int64_t i = 0; i < piece.getRows(); ++i) {
      double *row = result.row(piece.getFirst() +
                               i / piece.getGroup() * piece.getEvery() +
                               i % piece.getGroup());
      for (int64_t j = 0; j < result.columns; ++j)
        row[j] = roundTo(
            packed.getStorage(),
            known->second.values[piece.getOffset() + i * piece.getRowStride() +
                                 j * piece.getColumnStride()]);
    }
  }
  // A vector is one row, as elsewhere.
  if (packed.getLayout() == Layout::Vector)
    std::swap(result.rows, result.columns);
  return result;
}

/// The gated values of a product whose columns alternate.
static Matrix gate(const Matrix &product, int64_t columns) {
  Matrix result(product.rows, columns);
  for (int64_t t = 0; t < product.rows; ++t)
    for (int64_t i = 0; i < columns; ++i) {
      const double *both =
          product.row(t) + i / kInterleave * 2 * kInterleave + i % kInterleave;
      result.row(t)[i] = swiglu(both[0], both[kInterleave]);
    }
  return result;
}

static Matrix rowsThatAsk(const Matrix &x, const std::vector<Token> &tokens) {
  Matrix asking(0, x.columns);
  for (int64_t t = 0; t < x.rows; ++t)
    if (tokens[t].asksForLogits) {
      asking.values.insert(asking.values.end(), x.row(t), x.row(t) + x.columns);
      ++asking.rows;
    }
  return asking;
}

mlir::LogicalResult evaluate(ProjectOp op, Frame &frame) {
  auto weight = frame.weight(op, op.getWeightAttr());
  if (mlir::failed(weight))
    return mlir::failure();
  Matrix x = frame.matrix(op.getX());
  if (op.getNormAttr()) {
    auto normed = frame.normalize(op, x, op.getNormAttr(), *op.getEps());
    if (mlir::failed(normed))
      return mlir::failure();
    x = std::move(*normed);
  }
  if (op.getAsking()) {
    const std::vector<Token> &tokens = frame.tokens(op.getAsking());
    if (x.rows != static_cast<int64_t>(tokens.size()))
      return op.emitError("found ")
             << x.rows << " rows, expected one for each of " << tokens.size()
             << " tokens";
    x = rowsThatAsk(x, tokens);
    frame.interpreter.handedOut = x;
  }
  if (weight->columns != x.columns)
    return op.emitError("found a weight of ")
           << weight->columns << " columns, expected " << x.columns;
  Matrix result = multiply(x, *weight);
  if (op.getBiasAttr()) {
    auto bias = frame.weight(op, op.getBiasAttr());
    if (mlir::failed(bias))
      return mlir::failure();
    for (int64_t t = 0; t < result.rows; ++t)
      for (int64_t n = 0; n < result.columns; ++n)
        result.row(t)[n] += bias->values[n];
  }
  if (op.getSwiglu())
    result = gate(
        result, mlir::cast<mlir::RankedTensorType>(op.getType()).getDimSize(1));
  for (mlir::Value plus : op.getPlus()) {
    const Matrix &other = frame.matrix(plus);
    if (other.values.size() != result.values.size())
      return op.emitError("found an addend of ")
             << other.rows << "x" << other.columns << ", expected "
             << result.rows << "x" << result.columns;
    for (size_t i = 0; i < result.values.size(); ++i)
      result.values[i] += other.values[i];
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(DispatchOp op, Frame &frame) {
  const Matrix &logits = frame.matrix(op.getLogits());
  Matrix bias(1, logits.columns);
  if (op.getBiasAttr()) {
    auto given = frame.weight(op, op.getBiasAttr());
    if (mlir::failed(given))
      return mlir::failure();
    bias = *given;
  }
  int64_t k =
      mlir::cast<mlir::RankedTensorType>(op.getIds().getType()).getDimSize(1);
  auto [ids, weights] =
      route(logits, bias,
            {op.getScoring(), static_cast<int64_t>(op.getGroups()),
             static_cast<int64_t>(op.getTopGroups()), k, op.getByBest(),
             op.getScale().convertToDouble(), op.getNormalize()});
  int64_t experts = logits.columns;
  Matrix lists(experts + 1 + ids.rows * k, 1);
  int64_t entries = 0;
  for (int64_t e = 0; e < experts; ++e) {
    lists.values[e] = entries;
    for (int64_t t = 0; t < ids.rows; ++t)
      for (int64_t j = 0; j < k; ++j)
        if (ids.row(t)[j] == e)
          lists.values[experts + 1 + entries++] = t * k + j;
  }
  lists.values[experts] = entries;
  frame.set(op.getIds(), std::move(ids));
  frame.set(op.getWeights(), std::move(weights));
  frame.set(op.getLists(), std::move(lists));
  return mlir::success();
}

namespace {
/// The lists that fathom.dispatch makes, taken apart.
struct Lists {
  int64_t experts;
  const Matrix &all;

  int64_t first(int64_t expert) const { return all.values[expert]; }
  /// Which choice of which token stands in place `p`.
  int64_t entry(int64_t p) const { return all.values[experts + 1 + p]; }

  /// That they are lists of so many choices, as `fathom.dispatch` makes them.
  mlir::LogicalResult check(mlir::Operation *op, int64_t choices) const;
};
} // namespace

mlir::LogicalResult Lists::check(mlir::Operation *op, int64_t choices) const {
  if (all.rows != experts + 1 + choices)
    return op->emitError("found ")
           << all.rows << " numbers in the lists, expected " << experts + 1
           << " and " << choices << " choices";
  auto isIn = [&](double value, double least, double most) {
    return value >= least && value <= most;
  };
  bool good = all.values[0] == 0;
  for (int64_t e = 0; good && e < experts; ++e)
    good = isIn(all.values[e + 1], all.values[e], choices);
  for (int64_t p = 0; good && p < choices; ++p)
    good = isIn(all.values[experts + 1 + p], 0, choices - 1);
  if (good)
    return mlir::success();
  return op->emitError("found lists that name no choices, expected ascending "
                       "places and choices below ")
         << choices;
}

/// Copies row `from` of `x`.
static Matrix rowOf(const Matrix &x, int64_t from) {
  Matrix row(1, x.columns);
  std::copy_n(x.row(from), x.columns, row.row(0));
  return row;
}

static int64_t expertsOf(mlir::Operation *op, mlir::FlatSymbolRefAttr name) {
  auto packed = mlir::SymbolTable::lookupNearestSymbolFrom<PackedOp>(op, name);
  return packed ? packed.getExperts().value_or(0) : 0;
}

mlir::LogicalResult evaluate(ExpertGateUpOp op, Frame &frame) {
  auto x = frame.normalize(op, frame.matrix(op.getX()), op.getNormAttr(),
                           op.getEps());
  if (mlir::failed(x))
    return mlir::failure();
  Lists lists{expertsOf(op, op.getWeightAttr()), frame.matrix(op.getLists())};
  int64_t entries = lists.all.rows - lists.experts - 1;
  if (x->rows == 0 || entries < 0 || entries % x->rows != 0)
    return op.emitError("found ")
           << lists.all.rows << " numbers in the lists, expected "
           << lists.experts + 1 << " and as many choices for each of "
           << x->rows << " rows";
  if (mlir::failed(lists.check(op, entries)))
    return mlir::failure();
  int64_t k = entries / x->rows;
  int64_t columns =
      mlir::cast<mlir::RankedTensorType>(op.getType()).getDimSize(1);
  Matrix result(entries, columns);
  for (int64_t e = 0; e < lists.experts; ++e) {
    if (lists.first(e) == lists.first(e + 1))
      continue;
    auto weight = frame.weight(op, op.getWeightAttr(), e);
    if (mlir::failed(weight))
      return mlir::failure();
    for (int64_t p = lists.first(e); p < lists.first(e + 1); ++p) {
      Matrix gated =
          gate(multiply(rowOf(*x, lists.entry(p) / k), *weight), columns);
      std::copy_n(gated.row(0), columns, result.row(p));
    }
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(ExpertDownOp op, Frame &frame) {
  const Matrix &h = frame.matrix(op.getH());
  const Matrix &weights = frame.matrix(op.getWeights());
  Lists lists{expertsOf(op, op.getWeightAttr()), frame.matrix(op.getLists())};
  int64_t choices = weights.rows * weights.columns;
  if (h.rows < choices)
    return op.emitError("found ")
           << h.rows << " rows, expected one for each of " << choices
           << " choices";
  if (mlir::failed(lists.check(op, choices)))
    return mlir::failure();
  Matrix result(weights.rows,
                mlir::cast<mlir::RankedTensorType>(op.getType()).getDimSize(1));
  // Experts in ascending order, so each row's sum is too.
  for (int64_t e = 0; e < lists.experts; ++e) {
    if (lists.first(e) == lists.first(e + 1))
      continue;
    auto weight = frame.weight(op, op.getWeightAttr(), e);
    if (mlir::failed(weight))
      return mlir::failure();
    for (int64_t p = lists.first(e); p < lists.first(e + 1); ++p) {
      Matrix output = multiply(rowOf(h, p), *weight);
      int64_t token = lists.entry(p) / weights.columns;
      for (int64_t i = 0; i < result.columns; ++i)
        result.row(token)[i] +=
            weights.values[lists.entry(p)] * output.values[i];
    }
  }
  if (op.getPlus()) {
    const Matrix &plus = frame.matrix(op.getPlus());
    if (plus.values.size() != result.values.size())
      return op.emitError("found an addend of ")
             << plus.rows << "x" << plus.columns << ", expected " << result.rows
             << "x" << result.columns;
    for (size_t i = 0; i < result.values.size(); ++i)
      result.values[i] += plus.values[i];
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(PhaseOp op, Frame &frame) {
  mlir::Block &body = op.getBody().front();
  if (mlir::failed(frame.run(body)))
    return mlir::failure();
  for (auto [result, value] :
       llvm::zip_equal(op.getResults(), body.getTerminator()->getOperands()))
    frame.set(result, Matrix(frame.matrix(value)));
  return mlir::success();
}

} // namespace fathom
