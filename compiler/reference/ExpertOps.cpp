//===- ExpertOps.cpp - Mixture of experts, in float64 ---------------------===//
//
// The formulas of FathomExpertOps.td.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Experts.h"
#include "compiler/reference/Frame.h"
#include "compiler/reference/Numbers.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fathom {

using namespace mlir::fathom;

/// The indices of the `count` largest values, ascending; the lower index wins
/// where values are equal.
static std::vector<int64_t> largest(const std::vector<double> &values,
                                    int64_t count) {
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return values[a] != values[b] ? values[a] > values[b] : a < b;
  });
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

/// Makes the choices outside the best `keep` of `groups` groups -infinity.
static void keepGroups(std::vector<double> &choice, int64_t groups,
                       int64_t keep) {
  if (groups == keep)
    return;
  int64_t size = choice.size() / groups;
  std::vector<double> worth;
  for (int64_t g = 0; g < groups; ++g) {
    std::vector<double> members(choice.begin() + g * size,
                                choice.begin() + (g + 1) * size);
    std::sort(members.rbegin(), members.rend());
    worth.push_back(members[0] + members[1]);
  }
  std::vector<int64_t> kept = largest(worth, keep);
  for (int64_t e = 0; e < static_cast<int64_t>(choice.size()); ++e)
    if (!std::binary_search(kept.begin(), kept.end(), e / size))
      choice[e] = -std::numeric_limits<double>::infinity();
}

std::pair<Matrix, Matrix> route(const Matrix &logits, const Matrix &bias,
                                Routing routing) {
  int64_t k = routing.choices;
  Matrix ids(logits.rows, k), weights(logits.rows, k);
  for (int64_t t = 0; t < logits.rows; ++t) {
    std::vector<double> score(logits.row(t), logits.row(t) + logits.columns);
    if (routing.scoring == Scoring::Softmax)
      softmax(score);
    else
      llvm::transform(score, score.begin(), sigmoid);
    std::vector<double> choice = score;
    for (int64_t e = 0; e < logits.columns; ++e)
      choice[e] += bias.values[e];
    keepGroups(choice, routing.groups, routing.topGroups);
    std::vector<int64_t> chosen = largest(choice, k);
    double sum = 0;
    for (int64_t e : chosen)
      sum += score[e];
    for (int64_t j = 0; j < k; ++j) {
      double weight = score[chosen[j]];
      if (routing.normalize)
        weight /= sum + 1e-20;
      ids.row(t)[j] = chosen[j];
      weights.row(t)[j] = weight * routing.scale;
    }
  }
  return {std::move(ids), std::move(weights)};
}

mlir::LogicalResult evaluate(RouteOp op, Frame &frame) {
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
             static_cast<int64_t>(op.getTopGroups()), k,
             op.getScale().convertToDouble(), op.getNormalize()});
  frame.set(op.getIds(), std::move(ids));
  frame.set(op.getWeights(), std::move(weights));
  return mlir::success();
}

/// The expert `expert` of `op`, of one row.
static mlir::FailureOr<Matrix> runExpert(ExpertsOp op, const Matrix &x,
                                         int64_t expert, const Frame &frame) {
  auto gate = frame.weight(op, op.getGateAttr(), expert);
  auto up = frame.weight(op, op.getUpAttr(), expert);
  auto down = frame.weight(op, op.getDownAttr(), expert);
  if (mlir::failed(gate) || mlir::failed(up) || mlir::failed(down))
    return mlir::failure();
  Matrix gated = multiply(x, *gate), upper = multiply(x, *up);
  for (size_t i = 0; i < gated.values.size(); ++i)
    gated.values[i] = swiglu(gated.values[i], upper.values[i]);
  return multiply(gated, *down);
}

mlir::LogicalResult evaluate(ExpertsOp op, Frame &frame) {
  const Matrix &x = frame.matrix(op.getX());
  const Matrix &ids = frame.matrix(op.getIds());
  const Matrix &weights = frame.matrix(op.getWeights());
  if (ids.rows != x.rows || weights.rows != x.rows)
    return op.emitError("found ")
           << ids.rows << " rows of ids and " << weights.rows
           << " of weights, expected " << x.rows << " as of x";
  auto gate = mlir::SymbolTable::lookupNearestSymbolFrom<WeightOp>(
      op, op.getGateAttr());
  int64_t experts = gate.getExperts().value_or(0);
  Matrix result(x.rows, x.columns);
  for (int64_t t = 0; t < x.rows; ++t) {
    Matrix row(1, x.columns);
    std::copy_n(x.row(t), x.columns, row.row(0));
    std::vector<std::pair<int64_t, double>> chosen;
    for (int64_t j = 0; j < ids.columns; ++j)
      chosen.emplace_back(ids.row(t)[j], weights.row(t)[j]);
    std::sort(chosen.begin(), chosen.end());
    for (auto [expert, weight] : chosen) {
      if (expert < 0 || expert >= experts)
        return op.emitError("found expert ")
               << expert << ", expected one below " << experts;
      auto output = runExpert(op, row, expert, frame);
      if (mlir::failed(output))
        return mlir::failure();
      for (int64_t i = 0; i < x.columns; ++i)
        result.row(t)[i] += weight * output->values[i];
    }
  }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

} // namespace fathom
