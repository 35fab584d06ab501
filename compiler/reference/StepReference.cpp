//===- StepReference.cpp - What a step's phases should leave --------------===//
//
// See StepReference.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/StepReference.h"

namespace fathom {

using namespace mlir::fathom;

namespace {

/// Carries the residual stream and the rotary factors from function to function
/// and finds the phase that makes each returned value.
class Chain {
public:
  Chain(mlir::ModuleOp module, const WeightSource &weights,
        const StepToInterpret &step)
      : module(module), step(step), phases(step.phases), tokens(step.tokens),
        interpreter(module, weights), stream(step.hidden) {}

  mlir::LogicalResult run() {
    for (size_t first = 0; first < phases.size();) {
      auto planned =
          PhaseOp(phases[first].phase)->getParentOfType<mlir::func::FuncOp>();
      if (mlir::failed(runFunction(planned, first)))
        return mlir::failure();
      first += llvm::range_size(planned.getOps<PhaseOp>());
    }
    return mlir::success();
  }

  PhaseValues values;

private:
  mlir::LogicalResult runFunction(mlir::func::FuncOp planned, size_t first) {
    auto function =
        module.lookupSymbol<mlir::func::FuncOp>(planned.getSymName());
    std::vector<Argument> arguments;
    for (mlir::Type type : function.getArgumentTypes()) {
      if (mlir::isa<TokensType>(type))
        arguments.push_back(tokens);
      else
        arguments.push_back(arguments.size() == 1 ? stream : rotary);
    }
    size_t number = first;
    interpreter.handedOut.reset();
    interpreter.observe([&](mlir::Operation *op, int64_t,
                            llvm::MutableArrayRef<Matrix> computed) {
      if (!mlir::isa<PhaseOp>(op))
        return;
      for (auto [i, matrix] : llvm::enumerate(computed)) {
        values[{number, i}] = matrix;
        auto given = step.given.find({number, i});
        if (given != step.given.end())
          matrix = given->second;
      }
      ++number;
    });
    auto results = interpreter.run(
        function, std::max<int64_t>(phases[first].layer, 0), arguments);
    if (mlir::failed(results))
      return mlir::failure();
    auto kind = planned->getAttrOfType<mlir::StringAttr>("fathom.kind");
    bool head = kind.getValue().ends_with("head");
    if (number != first) {
      // In the planned form, whose phases were all seen.
      if (head && interpreter.handedOut)
        values[{phases.size() - 1, 1}] = *interpreter.handedOut;
    } else if (head) {
      takeLogits(function.getBody().front().getTerminator()->getOperands(),
                 *results);
    } else {
      mlir::Operation *end = planned.getBody().front().getTerminator();
      for (auto [value, matrix] : llvm::zip_equal(end->getOperands(), *results))
        take(planned, first, value, matrix);
    }
    if (head)
      return mlir::success();
    stream = results->front();
    if (results->size() > 1)
      rotary = results->back();
    return mlir::success();
  }

  void take(mlir::func::FuncOp planned, size_t first, mlir::Value value,
            const Matrix &matrix) {
    size_t number = first;
    for (auto phase : planned.getOps<PhaseOp>()) {
      if (value.getDefiningOp() == phase)
        values[{number, mlir::cast<mlir::OpResult>(value).getResultNumber()}] =
            matrix;
      ++number;
    }
  }

  // The head returns logits of the tokens that ask, and normalised rows of all,
  // but hands out those that ask.
  void takeLogits(mlir::ValueRange returned, llvm::ArrayRef<Matrix> results) {
    size_t last = phases.size() - 1;
    for (auto [value, matrix] : llvm::zip_equal(returned, results)) {
      if (value.getDefiningOp<LogitsOp>())
        values[{last, 0}] = matrix;
      else
        values[{last, 1}] = rowsAsking(matrix);
    }
  }

  Matrix rowsAsking(const Matrix &all) {
    Matrix result(0, all.columns);
    for (auto [i, token] : llvm::enumerate(tokens.tokens))
      if (token.asksForLogits) {
        const double *row = all.row(static_cast<int64_t>(i));
        result.values.insert(result.values.end(), row, row + all.columns);
        ++result.rows;
      }
    return result;
  }

  mlir::ModuleOp module;
  const StepToInterpret &step;
  llvm::ArrayRef<StepPhase> phases;
  const StepInput &tokens;
  Interpreter interpreter;
  Matrix stream, rotary;
};

} // namespace

mlir::FailureOr<PhaseValues> referenceStep(mlir::ModuleOp module,
                                           const WeightSource &weights,
                                           const StepToInterpret &step) {
  Chain chain(module, weights, step);
  if (mlir::failed(chain.run()))
    return mlir::failure();
  return std::move(chain.values);
}

} // namespace fathom
