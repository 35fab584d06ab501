//===- CheckPasses.cpp - Holds passes to their word -----------------------===//
//
// Two steps of two sequences run through each function: a prompt, then one
// token more of each, which sees what the first step left in the caches.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/CheckPasses.h"

#include "compiler/reference/Interpreter.h"
#include "compiler/reference/ModelRun.h"
#include "compiler/reference/Numbers.h"
#include "compiler/reference/SeededWeights.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/xxhash.h"

#include <cmath>
#include <map>

namespace fathom {

using namespace mlir::fathom;

/// What passes preserve, as the Preserves line of each says (a tidy test holds
/// this list to them): the largest difference, relative to the largest value.
/// Passes that are not listed are not checked.
static const struct {
  llvm::StringLiteral pass;
  double tolerance;
} kPreserved[] = {
    {"cse", 0},
    {"fathom-absorb-latent", 0},
    {"fathom-assign-slots", 0},
    {"fathom-check-form", 0},
    {"fathom-form-phases", 0},
    {"fathom-fuse-attention", 0},
    {"fathom-fuse-experts", 0},
    {"fathom-fuse-norms", 0},
    {"fathom-fuse-projections", 0},
    {"fathom-fuse-residuals", 0},
    {"fathom-fuse-swiglu", 0},
    {"fathom-keep-score-operands", 0},
    {"fathom-pack-weights", 0},
    {"fathom-plan-memory", 0},
    {"fathom-slice-contractions", 0},
    {"fathom-split-concats", 1e-12},
    {"fathom-test-wrong-pass", 0},
};

/// Weights do not depend on what passes make of them.
static constexpr uint64_t kSeed = 20260;

namespace {

/// What one run of one function computed.
struct Run {
  std::vector<Matrix> results;
  std::optional<Matrix> handedOut;
  std::vector<bool> asking; // One a token; empty without tokens.
};

/// By function, layer and step.
using Runs = std::map<std::tuple<std::string, int64_t, int>, Run>;

class PassChecker final : public mlir::PassInstrumentation {
public:
  explicit PassChecker(std::atomic<bool> &failed) : failed(failed) {}

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;

private:
  std::optional<Runs> interpret(mlir::ModuleOp module, mlir::Pass *pass,
                                llvm::StringRef when);
  void compare(mlir::ModuleOp module, mlir::Pass *pass, const Runs &before,
               const Runs &after, double tolerance);

  std::atomic<bool> &failed;
  std::map<mlir::Operation *, std::optional<Runs>> before;
  /// What the last pass left, while nothing else has run since.
  std::map<mlir::Operation *, Runs> known;
};

} // namespace

static std::optional<double> preservedBy(mlir::Pass *pass) {
  for (const auto &entry : kPreserved)
    if (entry.pass == pass->getArgument())
      return entry.tolerance;
  return std::nullopt;
}

/// The tokens of step `step`: three and two of two sequences, then one of each.
/// Ids stay below `ids`; some ask for logits.
static StepInput tokensOf(int step, int64_t ids) {
  StepInput input;
  const int64_t prompts[] = {3, 2};
  for (int64_t slot = 0; slot < 2; ++slot) {
    int64_t first = step == 0 ? 0 : prompts[slot];
    int64_t end = step == 0 ? prompts[slot] : prompts[slot] + 1;
    for (int64_t i = first; i < end; ++i)
      input.tokens.push_back(
          {(7 * i + 3 * slot + 1) % ids, slot, i, i, i != 1});
  }
  return input;
}

/// The fewest rows of a table that tokens are looked up in.
static int64_t idLimit(mlir::ModuleOp module) {
  int64_t limit = 16;
  module.walk([&](EmbeddingOp op) {
    mlir::Operation *table =
        mlir::SymbolTable::lookupSymbolIn(module, op.getTableAttr());
    if (auto packed = mlir::dyn_cast_or_null<PackedOp>(table))
      limit = std::min<int64_t>(limit, packed.getRows());
    else if (auto weight = mlir::dyn_cast_or_null<WeightOp>(table))
      limit = std::min(
          limit,
          mlir::cast<mlir::RankedTensorType>(weight.getType()).getDimSize(0));
  });
  return limit;
}

/// Seeded values of a tensor argument with a row a token: numbers between -1
/// and 1, or the first numbers of each row where they are whole.
static Matrix tensorOf(mlir::RankedTensorType type, llvm::StringRef function,
                       unsigned number, int step, int64_t tokens) {
  Matrix result(type.isDynamicDim(0) ? tokens : type.getDimSize(0),
                type.getDimSize(1));
  std::string name =
      (function + "." + llvm::Twine(number) + "." + llvm::Twine(step)).str();
  for (size_t i = 0; i < result.values.size(); ++i) {
    if (type.getElementType().isInteger()) {
      result.values[i] = i % result.columns;
      continue;
    }
    uint64_t hash = llvm::xxh3_64bits(name + "." + std::to_string(i));
    result.values[i] = std::ldexp(static_cast<double>(hash >> 11), -52) - 1.0;
  }
  return result;
}

std::optional<Runs> PassChecker::interpret(mlir::ModuleOp module,
                                           mlir::Pass *pass,
                                           llvm::StringRef when) {
  // Of an empty module: what a pass packs must not change what it is held to.
  mlir::OwningOpRef<mlir::ModuleOp> empty =
      mlir::ModuleOp::create(module.getLoc());
  SeededWeights weights(*empty, kSeed);
  Interpreter interpreter(module, keepWeights(weights.source()));
  Runs runs;
  for (int step = 0; step < 2; ++step)
    for (auto function : module.getOps<mlir::func::FuncOp>()) {
      StepInput tokens = tokensOf(step, idLimit(module));
      std::vector<Argument> arguments;
      bool takesTokens = false;
      for (auto [number, type] : llvm::enumerate(function.getArgumentTypes())) {
        if (auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type)) {
          arguments.push_back(tensorOf(tensor, function.getSymName(), number,
                                       step, tokens.tokens.size()));
          continue;
        }
        takesTokens = true;
        arguments.push_back(tokens);
      }
      llvm::SmallVector<int64_t> layers{0};
      if (auto given =
              function->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers"))
        layers = llvm::to_vector(given.asArrayRef().take_front(2));
      for (int64_t layer : layers) {
        interpreter.handedOut.reset();
        auto results = interpreter.run(function, layer, arguments);
        if (mlir::failed(results)) {
          function.emitError("cannot be interpreted ")
              << when << " the pass '" << pass->getArgument()
              << "', which is therefore not checked";
          failed = true;
          return std::nullopt;
        }
        Run &run = runs[{function.getSymName().str(), layer, step}];
        run.results = std::move(*results);
        run.handedOut = interpreter.handedOut;
        for (const Token &token : tokens.tokens)
          if (takesTokens)
            run.asking.push_back(token.asksForLogits);
      }
    }
  return runs;
}

/// The rows of tokens that ask.
static Matrix rowsThatAsk(const Matrix &x, const std::vector<bool> &asking) {
  Matrix result(0, x.columns);
  for (int64_t t = 0; t < x.rows; ++t)
    if (t < static_cast<int64_t>(asking.size()) && asking[t]) {
      result.values.insert(result.values.end(), x.row(t), x.row(t) + x.columns);
      ++result.rows;
    }
  return result;
}

/// What a function computed, in comparable shape: a pass may drop the last
/// result where a product hands out its asking rows instead.
static std::vector<Matrix> comparable(const Run &run, const Run &other) {
  std::vector<Matrix> results = run.results;
  if (results.size() + 1 == other.results.size() && run.handedOut)
    results.push_back(*run.handedOut);
  else if (results.size() == other.results.size() + 1 && other.handedOut)
    results.back() = rowsThatAsk(results.back(), run.asking);
  return results;
}

void PassChecker::compare(mlir::ModuleOp module, mlir::Pass *pass,
                          const Runs &before, const Runs &after,
                          double tolerance) {
  for (const auto &[key, run] : before) {
    const auto &[name, layer, step] = key;
    auto report = [&](const llvm::Twine &what) {
      mlir::Operation *at = module.lookupSymbol(name);
      (at ? at : module.getOperation())->emitError("found that the pass '")
          << pass->getArgument() << "' " << what << " of @" << name
          << " in layer " << layer;
      failed = true;
    };
    auto found = after.find(key);
    if (found == after.end())
      return report("took away the results");
    std::vector<Matrix> expected = comparable(run, found->second);
    std::vector<Matrix> got = comparable(found->second, run);
    if (got.size() != expected.size())
      return report("changed the number of results from " +
                    llvm::Twine(expected.size()) + " to " +
                    llvm::Twine(got.size()));
    for (size_t i = 0; i < got.size(); ++i) {
      if (got[i].rows != expected[i].rows ||
          got[i].columns != expected[i].columns)
        return report("changed the shape of result " + llvm::Twine(i));
      Apart apart;
      for (size_t j = 0; j < got[i].values.size(); ++j)
        apart.add(got[i].values[j], expected[i].values[j]);
      if (apart.relative() <= tolerance)
        continue;
      std::string text;
      llvm::raw_string_ostream(text)
          << "changed result " << i << " by "
          << llvm::format("%.2e", apart.relative())
          << " of its largest value, expected at most "
          << llvm::format("%.0e", tolerance) << ", in step " << step;
      return report(text);
    }
  }
}

void PassChecker::runBeforePass(mlir::Pass *pass, mlir::Operation *op) {
  auto module = mlir::dyn_cast<mlir::ModuleOp>(op);
  // Pipelines run as passes without a name.
  if (!pass->getArgument().empty() && (!module || !preservedBy(pass)))
    known.clear();
  if (!module || !preservedBy(pass) || failed)
    return;
  auto left = known.find(op);
  before[op] = left != known.end() ? std::optional(std::move(left->second))
                                   : interpret(module, pass, "before");
  known.erase(op);
}

void PassChecker::runAfterPass(mlir::Pass *pass, mlir::Operation *op) {
  auto found = before.find(op);
  if (found == before.end())
    return;
  std::optional<Runs> expected = std::move(found->second);
  before.erase(found);
  auto module = mlir::cast<mlir::ModuleOp>(op);
  if (!expected)
    return;
  std::optional<Runs> got = interpret(module, pass, "after");
  if (!got)
    return;
  compare(module, pass, *expected, *got, *preservedBy(pass));
  known[op] = std::move(*got);
}

std::unique_ptr<mlir::PassInstrumentation>
makePassChecker(std::atomic<bool> &failed) {
  return std::make_unique<PassChecker>(failed);
}

namespace {
/// Swaps the sides of every gate, which keeps every shape and type.
struct TestWrongPass
    : public mlir::PassWrapper<TestWrongPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestWrongPass)

  llvm::StringRef getArgument() const final { return "fathom-test-wrong-pass"; }
  llvm::StringRef getDescription() const final {
    return "Break every gate, to test that --fathom-check-passes notices";
  }
  void runOnOperation() final {
    getOperation().walk([](SwigluOp op) {
      mlir::Value gate = op.getGate();
      op.getGateMutable().assign(op.getUp());
      op.getUpMutable().assign(gate);
    });
  }
};
} // namespace

void registerTestWrongPass() { mlir::PassRegistration<TestWrongPass>(); }

} // namespace fathom
