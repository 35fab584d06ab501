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
#include <set>

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

/// The worth of each group: the sum of its two best, or its best.
static std::vector<double> worthOfGroups(const std::vector<double> &choice,
                                         const Routing &routing) {
  int64_t groups = routing.groups, size = choice.size() / groups;
  std::vector<double> worth;
  for (int64_t g = 0; g < groups; ++g) {
    std::vector<double> members(choice.begin() + g * size,
                                choice.begin() + (g + 1) * size);
    std::sort(members.rbegin(), members.rend());
    worth.push_back(routing.byBest ? members[0] : members[0] + members[1]);
  }
  return worth;
}

/// Makes the choices outside the best groups -infinity.
static void keepGroups(std::vector<double> &choice, const Routing &routing) {
  if (routing.groups == routing.topGroups)
    return;
  int64_t size = choice.size() / routing.groups;
  std::vector<int64_t> kept =
      largest(worthOfGroups(choice, routing), routing.topGroups);
  for (int64_t e = 0; e < static_cast<int64_t>(choice.size()); ++e)
    if (!std::binary_search(kept.begin(), kept.end(), e / size))
      choice[e] = -std::numeric_limits<double>::infinity();
}

/// How far the best that `isTaken` says no to is above the worst that it says
/// yes to; 0 where it is not.
static double marginOf(const std::vector<double> &values,
                       llvm::function_ref<bool(int64_t)> isTaken) {
  double worst = std::numeric_limits<double>::infinity(), best = -worst;
  for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i)
    if (isTaken(i))
      worst = std::min(worst, values[i]);
    else
      best = std::max(best, values[i]);
  return std::max(best - worst, 0.0);
}

/// By how much `choice` would have to be other for `given` to be chosen: of
/// groups or of experts, whichever is more.
static double marginOf(const std::vector<double> &choice,
                       llvm::ArrayRef<int64_t> given, const Routing &routing) {
  int64_t size = choice.size() / routing.groups;
  double groupsMargin = 0;
  std::vector<int64_t> kept(routing.groups);
  std::iota(kept.begin(), kept.end(), 0);
  if (routing.groups != routing.topGroups) {
    // The groups of what is given, and the best of the others.
    std::vector<double> worth = worthOfGroups(choice, routing);
    std::vector<double> wanted = worth;
    for (int64_t expert : given)
      wanted[expert / size] = std::numeric_limits<double>::infinity();
    kept = largest(wanted, routing.topGroups);
    groupsMargin = marginOf(
        worth, [&](int64_t group) { return llvm::is_contained(kept, group); });
  }
  std::vector<double> possible = choice;
  for (size_t e = 0; e < possible.size(); ++e)
    if (!llvm::is_contained(kept, static_cast<int64_t>(e) / size))
      possible[e] = -std::numeric_limits<double>::infinity();
  return std::max(groupsMargin, marginOf(possible, [&](int64_t expert) {
                    return llvm::is_contained(given, expert);
                  }));
}

std::pair<Matrix, Matrix> route(const Matrix &logits, const Matrix &bias,
                                Routing routing, const Matrix *given,
                                std::vector<double> *margins) {
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
    std::vector<int64_t> chosen;
    if (given) {
      chosen.assign(given->row(t), given->row(t) + k);
      margins->push_back(marginOf(choice, chosen, routing));
    } else {
      keepGroups(choice, routing);
      chosen = largest(choice, k);
    }
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

/// Whether `given` is a choice of `k` experts a row of `logits`.
static mlir::LogicalResult checkGiven(RouteOp op, const Matrix &given,
                                      const Matrix &logits, int64_t k) {
  if (given.rows != logits.rows || given.columns != k)
    return op.emitError("found a given choice of ")
           << given.rows << "x" << given.columns << " experts, expected "
           << logits.rows << "x" << k;
  for (double expert : given.values)
    if (!(expert >= 0 && expert < logits.columns))
      return op.emitError("found the given expert ")
             << expert << ", expected one below " << logits.columns;
  for (int64_t t = 0; t < given.rows; ++t)
    if (std::set<double>(given.row(t), given.row(t) + k).size() != size_t(k))
      return op.emitError("found one expert twice in the given choice of row ")
             << t << ", expected " << k << " experts";
  return mlir::success();
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
  Interpreter &run = frame.interpreter;
  std::optional<Matrix> given;
  if (!run.givenExperts.empty()) {
    given = std::move(run.givenExperts.front());
    run.givenExperts.pop_front();
    run.choiceMargins.emplace_back();
    if (mlir::failed(checkGiven(op, *given, logits, k)))
      return mlir::failure();
  }
  auto [ids, weights] = route(
      logits, bias,
      {op.getScoring(), static_cast<int64_t>(op.getGroups()),
       static_cast<int64_t>(op.getTopGroups()), k, op.getByBest(),
       op.getScale().convertToDouble(), op.getNormalize()},
      given ? &*given : nullptr, given ? &run.choiceMargins.back() : nullptr);
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
