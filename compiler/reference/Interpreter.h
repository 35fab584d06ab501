//===- Interpreter.h - What a program means, in float64 ---------*- C++ -*-===//
//
// Runs functions of the model form or the planned form one operation at a time,
// each as its formula in dialects/Fathom/IR is written. Slow and obvious on
// purpose: everything faster is compared with it.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_INTERPRETER_H
#define FATHOM_COMPILER_REFERENCE_INTERPRETER_H

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace fathom {

/// A tensor of rank 2, row-major. Integers are held as doubles, exactly.
struct Matrix {
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(int64_t rows, int64_t columns)
      : rows(rows), columns(columns), values(rows * columns) {}
  double *row(int64_t i) { return values.data() + i * columns; }
  const double *row(int64_t i) const { return values.data() + i * columns; }
};

/// One token of a step.
struct Token {
  int64_t id = 0;
  int64_t slot = 0;
  /// What the rotary angle is computed from.
  int64_t position = 0;
  /// Where the caches keep the token; attention sees what is not later.
  int64_t cacheIndex = 0;
  bool asksForLogits = false;
};

/// The tokens of one step, in order.
struct StepInput {
  std::vector<Token> tokens;
};

/// What a function takes: the tokens, or a tensor.
using Argument = std::variant<StepInput, Matrix>;

/// Says the values of a weight, row-major and already rounded to the weight's
/// element type; nothing where it has none. `expert` is 0 for other weights.
using WeightSource = std::function<std::optional<std::vector<double>>(
    mlir::fathom::WeightOp weight, int64_t layer, int64_t expert)>;

/// Sees what an operation of a layer has computed, and may put something else
/// of the same shape in its place.
using Observer = std::function<void(mlir::Operation *op, int64_t layer,
                                    llvm::MutableArrayRef<Matrix> results)>;

/// One token's row of each part of a cache.
using CacheRow = std::vector<std::vector<double>>;
/// A sequence's rows by cache index.
using CacheRows = std::map<int64_t, CacheRow>;

/// Holds the caches between steps. Faults are reported as diagnostics.
class Interpreter {
public:
  Interpreter(mlir::ModuleOp module, WeightSource weights)
      : module(module), weights(std::move(weights)) {}

  /// Runs `function` as layer `layer`; caches change as it says.
  mlir::FailureOr<std::vector<Matrix>> run(mlir::func::FuncOp function,
                                           int64_t layer,
                                           llvm::ArrayRef<Argument> arguments);

  /// Tells `observer` of each operation from now on that computes tensors.
  void observe(Observer observer) { this->observer = std::move(observer); }
  bool isObserved() const { return static_cast<bool>(observer); }
  void notify(mlir::Operation *op, int64_t layer,
              llvm::MutableArrayRef<Matrix> results) const {
    observer(op, layer, results);
  }

  /// Forgets what the caches hold of `slot` from `length` on.
  void truncate(int64_t slot, int64_t length);

  /// The normalised rows of the tokens that asked, as the last function that
  /// scored them in the planned form handed them out.
  std::optional<Matrix> handedOut;

  /// What the next fathom.route operations choose instead of their own, one
  /// matrix each, a row a token; those after the last choose for themselves.
  std::deque<Matrix> givenExperts;
  /// A row an operation that was given its choice, a number a token: by how
  /// much scores would have to be others to make that the choice.
  std::vector<std::vector<double>> choiceMargins;

  /// The rows that `cache` holds for a layer's slot.
  CacheRows &cacheRows(llvm::StringRef cache, int64_t layer, int64_t slot) {
    return caches[{cache.str(), layer, slot}];
  }

private:
  mlir::ModuleOp module;
  WeightSource weights;
  Observer observer;
  std::map<std::tuple<std::string, int64_t, int64_t>, CacheRows> caches;
};

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_INTERPRETER_H
