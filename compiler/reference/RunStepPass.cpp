//===- RunStepPass.cpp - Holds tiled code to its meaning ------------------===//
//
// Compiles a planned module, runs a step of it on seeded weights and tokens,
// and holds every phase's results to what the float64 interpreter makes of what
// the phases before it left, within what the pass that wrote its code
// preserves; the whole to the form that was given, within a tolerance; and all
// to themselves bit for bit: with other numbers of threads, with one token a
// step, with another sequence beside them, with pages in another order. Where
// there is an extra prediction layer, its step likewise, from seeded hidden
// rows.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/RunStepPass.h"

#include "compiler/pipeline/Pipelines.h"
#include "compiler/reference/Numbers.h"
#include "compiler/reference/StepReference.h"
#include "compiler/reference/StepRunner.h"
#include "compiler/reference/TiledPasses.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "passes/fathom/ModuleFacts.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <cmath>

namespace fathom {

using namespace mlir::fathom;

namespace {

struct RunStepPass
    : public mlir::PassWrapper<RunStepPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RunStepPass)
  RunStepPass() = default;
  RunStepPass(const RunStepPass &other) : PassWrapper(other) {}

  Option<std::string> level{*this, "level", llvm::cl::init("avx2"),
                            llvm::cl::desc("avx2, avx512 or avx512-bf16")};
  Option<int64_t> threads{*this, "threads", llvm::cl::init(2),
                          llvm::cl::desc("Threads of the run compared")};
  Option<int64_t> tokens{*this, "tokens", llvm::cl::init(7),
                         llvm::cl::desc("Tokens of the step")};
  Option<int64_t> prompted{
      *this, "prompt", llvm::cl::init(-1),
      llvm::cl::desc(
          "Tokens that are a prompt, the others generated; -1: all")};
  Option<int64_t> position{*this, "position", llvm::cl::init(0),
                           llvm::cl::desc("Added to positions for rotation")};
  Option<int64_t> seed{*this, "seed", llvm::cl::init(1),
                       llvm::cl::desc("Of weights and tokens")};
  Option<double> tolerance{
      *this, "tolerance", llvm::cl::init(1e-5),
      llvm::cl::desc("Largest difference from the form given, over the largest "
                     "value of a result")};
  Option<std::string> spoiled{
      *this, "spoil",
      llvm::cl::desc("Phase whose code is made wrong, as experts.dispatch")};
  Option<bool> verbose{*this, "verbose", llvm::cl::init(false),
                       llvm::cl::desc("Print each result's difference")};

  llvm::StringRef getArgument() const final { return "fathom-run-step"; }
  llvm::StringRef getDescription() const final {
    return "Run the step of a planned module and compare what its phases leave";
  }
  void runOnOperation() final;

private:
  using Step = std::vector<CapturedPhase>;

  int32_t idOf(int64_t token) const;
  bool asks(int64_t token) const { return token % 3 != 1; }
  StepTokens range(int64_t begin, int64_t end, int32_t slot) const;
  std::vector<float> hidden(int64_t begin, int64_t end) const;
  static int64_t rowsOfTable(mlir::ModuleOp module);
  StepToInterpret toInterpret(llvm::ArrayRef<StepPhase> phases) const;
  mlir::LogicalResult compareWithGivenForm(const Step &step,
                                           llvm::ArrayRef<StepPhase> phases,
                                           const SeededWeights &weights);
  mlir::LogicalResult comparePhases(const Step &step, mlir::ModuleOp planned,
                                    llvm::ArrayRef<StepPhase> phases,
                                    const SeededWeights &weights);
  mlir::LogicalResult checkExperts(const CapturedPhase &captured);
  mlir::LogicalResult compare(const CapturedPhase &captured, unsigned number,
                              const Matrix &matrix, double allowed,
                              llvm::StringRef pass);
  mlir::LogicalResult expectEqual(const Step &whole, const Step &part,
                                  int64_t firstToken, int64_t count,
                                  const llvm::Twine &when);
  mlir::LogicalResult checkInvariance(StepRunner &runner, const Step &whole);
  mlir::LogicalResult checkStep(StepRunner &runner, mlir::ModuleOp planned,
                                const SeededWeights &weights);
  mlir::InFlightDiagnostic fault(const StepPhase &phase);

  int64_t vocabulary = 1;
  bool hasBf16Dots = false;
  /// Of the hidden rows that the step under test enters with; 0: none.
  int64_t hiddenColumns = 0;
};

} // namespace

int32_t RunStepPass::idOf(int64_t token) const {
  return static_cast<int32_t>((token * 7 + 3 * seed + 1) % vocabulary);
}

/// Tokens [begin, end) of the sequence in `slot`: a prompt, then what was
/// generated.
StepTokens RunStepPass::range(int64_t begin, int64_t end, int32_t slot) const {
  int64_t prompt = prompted < 0 ? int64_t(tokens) : int64_t(prompted);
  int64_t split = std::clamp<int64_t>(prompt, begin, end);
  StepTokens step;
  auto add = [&](int64_t first, int64_t last, int32_t role) {
    std::vector<int32_t> ids;
    llvm::SmallVector<bool> asking;
    for (int64_t token = first; token < last; ++token) {
      ids.push_back(idOf(token));
      asking.push_back(asks(token));
    }
    if (!ids.empty())
      step.add(ids, slot, static_cast<int32_t>(first),
               static_cast<int32_t>(position), role, asking);
  };
  add(begin, split, FATHOM_ROLE_PROMPT);
  add(split, end, FATHOM_ROLE_GENERATED);
  return step;
}

/// Hidden rows of tokens [begin, end), between -1 and 1.
std::vector<float> RunStepPass::hidden(int64_t begin, int64_t end) const {
  std::vector<float> values;
  for (int64_t i = begin * hiddenColumns; i < end * hiddenColumns; ++i) {
    uint64_t bits = (i + seed + 1) * 0x9e3779b97f4a7c15 >> 48;
    values.push_back(std::ldexp(static_cast<float>(bits), -15) - 1.0f);
  }
  return values;
}

/// How many ids the embedding knows.
int64_t RunStepPass::rowsOfTable(mlir::ModuleOp module) {
  int64_t rows = 1;
  module.walk([&](EmbeddingOp op) {
    if (auto packed = mlir::SymbolTable::lookupNearestSymbolFrom<PackedOp>(
            op, op.getTableAttr()))
      rows = packed.getRows();
  });
  return rows;
}

/// The width of the rows that the extra prediction layer enters with.
static int64_t hiddenColumnsOf(mlir::ModuleOp planned) {
  PhaseOp first = stepPhases(planned, /*mtp=*/true).front().phase;
  auto entry = first->getParentOfType<mlir::func::FuncOp>();
  for (mlir::Type type : entry.getArgumentTypes())
    if (auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type))
      return tensor.getDimSize(1);
  return 0;
}

mlir::InFlightDiagnostic RunStepPass::fault(const StepPhase &phase) {
  PhaseOp op = phase.phase;
  return op.emitError("in phase ")
         << phase.name << " of layer " << phase.layer << ": ";
}

StepToInterpret
RunStepPass::toInterpret(llvm::ArrayRef<StepPhase> phases) const {
  StepToInterpret input;
  input.phases = phases;
  for (int64_t token = 0; token < tokens; ++token) {
    Token one;
    one.id = idOf(token);
    one.position = position + token;
    one.cacheIndex = token;
    one.asksForLogits = asks(token);
    input.tokens.tokens.push_back(one);
  }
  input.hidden = Matrix(hiddenColumns ? int64_t(tokens) : 0, hiddenColumns);
  llvm::copy(hidden(0, input.hidden.rows), input.hidden.values.begin());
  return input;
}

/// Every function's results as the form that was given says, within the
/// tolerance that was given.
mlir::LogicalResult
RunStepPass::compareWithGivenForm(const Step &step,
                                  llvm::ArrayRef<StepPhase> phases,
                                  const SeededWeights &weights) {
  auto expected =
      referenceStep(getOperation(), weights.source(), toInterpret(phases));
  if (mlir::failed(expected))
    return mlir::failure();
  for (auto &[key, matrix] : *expected)
    if (mlir::failed(
            compare(step[key.first], key.second, matrix, tolerance, "")))
      return mlir::failure();
  return mlir::success();
}

/// Every phase's results as the planned form says, from what the phases before
/// it left: within what the pass that wrote its code preserves.
mlir::LogicalResult RunStepPass::comparePhases(const Step &step,
                                               mlir::ModuleOp planned,
                                               llvm::ArrayRef<StepPhase> phases,
                                               const SeededWeights &weights) {
  StepToInterpret input = toInterpret(phases);
  for (auto [number, captured] : llvm::enumerate(step))
    for (unsigned i = 0; i < PhaseOp(captured.phase.phase).getNumResults(); ++i)
      input.given[{number, i}] = captured.values[i].toMatrix();
  auto expected = referenceStep(planned, weights.source(), input);
  if (mlir::failed(expected))
    return mlir::failure();
  for (auto &[key, matrix] : *expected) {
    const CapturedPhase &captured = step[key.first];
    PhaseOp op = captured.phase.phase;
    const TiledPass &pass = tiledBy(op);
    // Hidden rows are no result, but handed out before they are rounded.
    double allowed = key.second < op.getNumResults()
                         ? pass.preserves(op, key.second, hasBf16Dots)
                         : pass.result;
    if (mlir::failed(compare(captured, key.second, matrix, allowed, pass.name)))
      return mlir::failure();
  }
  return mlir::success();
}

/// The host is told the ids that the step goes on with.
mlir::LogicalResult RunStepPass::checkExperts(const CapturedPhase &captured) {
  PhaseOp op = captured.phase.phase;
  for (auto [number, result] : llvm::enumerate(op.getResults())) {
    auto dispatch = insideOf(result).getDefiningOp<DispatchOp>();
    if (dispatch && insideOf(result) == dispatch.getIds() &&
        captured.values[number].bytes != captured.values.back().bytes)
      return fault(captured.phase)
             << "the host is told of other experts than those chosen";
  }
  return mlir::success();
}

mlir::LogicalResult RunStepPass::compare(const CapturedPhase &captured,
                                         unsigned number, const Matrix &matrix,
                                         double allowed, llvm::StringRef pass) {
  const Captured &found = captured.values[number];
  if (found.rows != matrix.rows || found.columns != matrix.columns)
    return fault(captured.phase)
           << "found " << found.rows << "x" << found.columns << ", expected "
           << matrix.rows << "x" << matrix.columns;
  Apart apart;
  for (int64_t i = 0; i < matrix.rows; ++i)
    for (int64_t j = 0; j < matrix.columns; ++j)
      apart.add(found.at(i, j), matrix.values[i * matrix.columns + j]);
  if (found.element.isInteger(32))
    allowed = 0;
  double relative = apart.relative();
  if (verbose)
    llvm::outs() << captured.phase.name << " of layer " << captured.phase.layer
                 << ", result " << number << ": " << matrix.rows << "x"
                 << matrix.columns << llvm::format(" within %.2e", relative)
                 << (pass.empty() ? "" : " by ") << pass << "\n";
  if (relative <= allowed)
    return mlir::success();
  auto report = fault(captured.phase);
  if (!pass.empty())
    report << "the pass '" << pass << "' changed ";
  return report << "result " << number
                << (pass.empty() ? " differs by " : " by ") << relative
                << " of the largest value, expected at most " << allowed;
}

/// Whether a result has one row a token, in order.
static bool hasRowsOfTokens(mlir::Value result) {
  return rowsOf(result, 1) == 1 && rowsOf(result, 2) == 2 &&
         !insideOf(result).getDefiningOp<ExpertGateUpOp>();
}

/// Compares `part`, a step of `count` tokens, with the rows from `firstToken`
/// on of `whole`.
mlir::LogicalResult RunStepPass::expectEqual(const Step &whole,
                                             const Step &part,
                                             int64_t firstToken, int64_t count,
                                             const llvm::Twine &when) {
  bool same = whole.front().values.front().rows == count;
  for (auto [a, b] : llvm::zip_equal(whole, part))
    for (auto [number, values] :
         llvm::enumerate(llvm::zip_equal(a.values, b.values))) {
      auto &[wanted, is] = values;
      PhaseOp op = a.phase.phase;
      bool logits = !op.getPlaces();
      int64_t first = firstToken;
      if (logits) {
        first = 0;
        for (int64_t token = 0; token < firstToken; ++token)
          first += asks(token);
      } else if (!same && number < op.getNumResults() &&
                 !hasRowsOfTokens(op.getResult(number))) {
        continue;
      }
      for (int64_t i = 0; i < is.rows && i + first < wanted.rows; ++i)
        if (wanted.row(first + i) != is.row(i))
          return fault(a.phase) << "result " << number << " of token "
                                << firstToken + i << " is another " << when;
    }
  return mlir::success();
}

mlir::LogicalResult RunStepPass::checkInvariance(StepRunner &runner,
                                                 const Step &whole) {
  for (int64_t other : {1, 2, 3}) {
    runner.reset(0);
    Step step = runner.run(range(0, tokens, 0), other, hidden(0, tokens));
    if (mlir::failed(expectEqual(whole, step, 0, tokens,
                                 "on " + llvm::Twine(other) + " threads")))
      return mlir::failure();
  }
  runner.reset(0);
  auto last = runner.runAtOnce(range(0, tokens, 0), threads, hidden(0, tokens));
  for (auto [number, value] : llvm::enumerate(last))
    if (value.bytes != whole.back().values[number].bytes)
      return fault(whole.back().phase)
             << "the pass '" << assembleStep().name << "' changed result "
             << number << ", which is another where phases run one by one";
  for (int64_t chunk : {int64_t(1), int64_t(3)}) {
    runner.reset(chunk);
    for (int64_t token = 0; token < tokens; token += chunk) {
      int64_t end = std::min<int64_t>(tokens, token + chunk);
      Step step = runner.run(range(token, end, 1), 2, hidden(token, end));
      if (mlir::failed(expectEqual(whole, step, token, end - token,
                                   "in steps of " + llvm::Twine(chunk))))
        return mlir::failure();
    }
  }
  // Behind it, another sequence with tokens of its own.
  runner.reset(7);
  StepTokens both = range(0, tokens, 0);
  llvm::SmallVector<int32_t> ids{idOf(5), idOf(1)};
  both.add(ids, 1, 0, 0, FATHOM_ROLE_PROMPT, {false, false});
  Step step = runner.run(both, threads, hidden(0, tokens + 2));
  return expectEqual(whole, step, 0, tokens + 2, "beside another sequence");
}

mlir::LogicalResult RunStepPass::checkStep(StepRunner &runner,
                                           mlir::ModuleOp planned,
                                           const SeededWeights &weights) {
  hasBf16Dots = runner.hasBf16Dots();
  Step whole = runner.run(range(0, tokens, 0), threads, hidden(0, tokens));
  for (const CapturedPhase &captured : whole)
    if (mlir::failed(checkExperts(captured)))
      return mlir::failure();
  std::vector<StepPhase> phases;
  for (const CapturedPhase &captured : whole)
    phases.push_back(captured.phase);
  if (mlir::failed(comparePhases(whole, planned, phases, weights)) ||
      mlir::failed(compareWithGivenForm(whole, phases, weights)))
    return mlir::failure();
  if (mlir::failed(checkInvariance(runner, whole)))
    return mlir::failure();
  llvm::outs() << level << ": " << whole.size() << " phases"
               << (hiddenColumns ? " of the extra layer" : "")
               << " as the interpreter, and the same bits with other threads, "
                  "chunks and neighbours\n";
  return mlir::success();
}

void RunStepPass::runOnOperation() {
  mlir::ModuleOp module = getOperation();
  const CpuLevel *cpu = findCpuLevel(level);
  if (!cpu) {
    module.emitError("expects the level avx2, avx512 or avx512-bf16, but it "
                     "is \"")
        << level << "\"";
    return signalPassFailure();
  }
  if (llvm::StringRef missing = Jit::missingFeature(*cpu); !missing.empty()) {
    llvm::outs() << level << ": skipped, this CPU has no " << missing << "\n";
    return;
  }
  for (auto function : module.getOps<mlir::func::FuncOp>())
    if (function->hasAttr("fathom.kind") &&
        mlir::failed(checkOneBlock(function)))
      return signalPassFailure();
  mlir::OwningOpRef<mlir::ModuleOp> planned = module.clone();
  bool hasPhases =
      module.walk([](PhaseOp) { return mlir::WalkResult::interrupt(); })
          .wasInterrupted();
  if (!hasPhases) {
    PlannedOptions options;
    options.stepTokens = tokens + 2;
    mlir::PassManager pm(&getContext());
    buildPlannedPipeline(pm, options);
    if (mlir::failed(pm.run(*planned)))
      return signalPassFailure();
  }
  vocabulary = rowsOfTable(*planned);
  auto jit = StepJit::create(*planned, *cpu, spoiled);
  if (mlir::failed(jit))
    return signalPassFailure();
  SeededWeights weights(*planned, seed);
  PackedMemory packed(*planned, weights);
  for (bool mtp : {false, true}) {
    if (mtp && !jit->mtpStep)
      break;
    hiddenColumns = mtp ? hiddenColumnsOf(*planned) : 0;
    StepRunner runner(*planned, *jit, packed, level, /*slots=*/2, tokens + 2,
                      mtp);
    if (mlir::failed(checkStep(runner, *planned, weights)))
      return signalPassFailure();
  }
}

void registerRunStepPass() { mlir::PassRegistration<RunStepPass>(); }

} // namespace fathom
