//===- InterpretPass.cpp - Interprets a module for a test -----------------===//
//
// Runs every function in order on the literals that its arguments' attributes
// `fathom.values` hold, and prints the results. Weights carry an attribute
// `values`. Caches live from one function to the next. Tokens are rows of
// [id, slot, position, cache index, asks for logits].
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/InterpretPass.h"

#include "compiler/reference/Interpreter.h"
#include "compiler/reference/Numbers.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/Format.h"

namespace fathom {

/// What one token is written as.
static constexpr int64_t kTokenColumns = 5;

static std::vector<double> numbers(mlir::DenseElementsAttr literal) {
  std::vector<double> result;
  if (mlir::isa<mlir::FloatType>(literal.getElementType()))
    for (const llvm::APFloat &value : literal.getValues<llvm::APFloat>())
      result.push_back(value.convertToDouble());
  else
    for (const llvm::APInt &value : literal.getValues<llvm::APInt>())
      result.push_back(value.getSExtValue());
  return result;
}

/// A weight's literal, of which an expert's part is one of equal pieces.
static std::optional<std::vector<double>>
literalWeight(mlir::fathom::WeightOp weight, int64_t, int64_t expert) {
  auto literal = weight->getAttrOfType<mlir::DenseElementsAttr>("values");
  if (!literal)
    return std::nullopt;
  std::vector<double> all = numbers(literal);
  int64_t size = all.size() / weight.getExperts().value_or(1);
  auto type = mlir::cast<mlir::RankedTensorType>(weight.getType());
  std::vector<double> result;
  for (int64_t i = 0; i < size; ++i)
    result.push_back(roundTo(type.getElementType(), all[expert * size + i]));
  return result;
}

static mlir::FailureOr<Argument> literalArgument(mlir::func::FuncOp function,
                                                 unsigned number) {
  auto literal = function.getArgAttrOfType<mlir::DenseElementsAttr>(
      number, "fathom.values");
  if (!literal || literal.getType().getRank() != 2)
    return function.emitError("found no matrix in fathom.values of argument ")
           << number;
  Matrix matrix(literal.getType().getDimSize(0),
                literal.getType().getDimSize(1));
  matrix.values = numbers(literal);
  if (!mlir::isa<mlir::fathom::TokensType>(function.getArgumentTypes()[number]))
    return Argument(std::move(matrix));
  if (matrix.columns != kTokenColumns)
    return function.emitError("found ")
           << matrix.columns << " numbers a token, expected " << kTokenColumns;
  StepInput step;
  for (int64_t t = 0; t < matrix.rows; ++t) {
    const double *row = matrix.row(t);
    Token token;
    token.id = row[0];
    token.slot = row[1];
    token.position = row[2];
    token.cacheIndex = row[3];
    token.asksForLogits = row[4] != 0;
    step.tokens.push_back(token);
  }
  return Argument(std::move(step));
}

static void print(const Matrix &matrix) {
  llvm::outs() << "  " << matrix.rows << "x" << matrix.columns << "\n";
  for (int64_t t = 0; t < matrix.rows; ++t) {
    llvm::outs() << "   ";
    for (int64_t i = 0; i < matrix.columns; ++i)
      llvm::outs() << llvm::format(" %.7g", matrix.row(t)[i]);
    llvm::outs() << "\n";
  }
}

namespace {
struct InterpretPass
    : public mlir::PassWrapper<InterpretPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(InterpretPass)

  llvm::StringRef getArgument() const final { return "fathom-interpret"; }
  llvm::StringRef getDescription() const final {
    return "Run functions of the model form on literals and print the results";
  }
  void runOnOperation() final {
    Interpreter interpreter(getOperation(), literalWeight);
    for (auto function : getOperation().getOps<mlir::func::FuncOp>()) {
      std::vector<Argument> arguments;
      for (unsigned i = 0; i < function.getNumArguments(); ++i) {
        auto argument = literalArgument(function, i);
        if (mlir::failed(argument))
          return signalPassFailure();
        arguments.push_back(std::move(*argument));
      }
      auto layer = function->getAttrOfType<mlir::IntegerAttr>("fathom.layer");
      auto results =
          interpreter.run(function, layer ? layer.getInt() : 0, arguments);
      if (mlir::failed(results))
        return signalPassFailure();
      llvm::outs() << "@" << function.getSymName() << "\n";
      for (const Matrix &result : *results)
        print(result);
    }
  }
};
} // namespace

void registerInterpretPass() { mlir::PassRegistration<InterpretPass>(); }

} // namespace fathom
