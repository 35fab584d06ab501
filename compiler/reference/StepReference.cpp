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
  Chain(mlir::ModuleOp module, llvm::ArrayRef<StepPhase> phases,
        const WeightSource &weights, const StepInput &tokens, Matrix hidden)
      : module(module), phases(phases), tokens(tokens),
        interpreter(module, weights), stream(std::move(hidden)) {}

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
    interpreter.observe([&](mlir::Operation *op, int64_t,
                            llvm::ArrayRef<Matrix> computed) {
      if (!mlir::isa<PhaseOp>(op))
        return;
      for (auto [i, matrix] : llvm::enumerate(computed))
        values[{number, i}] = matrix;
      ++number;
    });
    auto results = interpreter.run(
        function, std::max<int64_t>(phases[first].layer, 0), arguments);
    if (mlir::failed(results))
      return mlir::failure();
    auto kind = planned->getAttrOfType<mlir::StringAttr>("fathom.kind");
    mlir::Operation *end = planned.getBody().front().getTerminator();
    auto returned = function.getBody().front().getTerminator()->getOperands();
    if (kind.getValue().ends_with("head"))
      return takeLogits(returned, *results);
    stream = results->front();
    if (results->size() > 1)
      rotary = results->back();
    for (auto [value, matrix] : llvm::zip_equal(end->getOperands(), *results))
      take(planned, first, value, matrix);
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

  // The head hands out logits and normalised rows, of the tokens that ask; in
  // the model form it returns both, of all tokens.
  mlir::LogicalResult takeLogits(mlir::ValueRange returned,
                                 llvm::ArrayRef<Matrix> results) {
    size_t last = phases.size() - 1;
    for (auto [value, matrix] : llvm::zip_equal(returned, results)) {
      if (mlir::isa_and_nonnull<LogitsOp, PhaseOp>(value.getDefiningOp()))
        values[{last, 0}] = matrix;
      else
        values[{last, 1}] = rowsAsking(matrix);
    }
    return mlir::success();
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
  llvm::ArrayRef<StepPhase> phases;
  const StepInput &tokens;
  Interpreter interpreter;
  Matrix stream, rotary;
};

} // namespace

mlir::FailureOr<PhaseValues> referenceStep(mlir::ModuleOp module,
                                           llvm::ArrayRef<StepPhase> phases,
                                           const WeightSource &weights,
                                           const StepInput &tokens,
                                           Matrix hidden) {
  Chain chain(module, phases, weights, tokens, std::move(hidden));
  if (mlir::failed(chain.run()))
    return mlir::failure();
  return std::move(chain.values);
}

} // namespace fathom
