//===- StepRunner.h - Runs the compiled step on seeded inputs ---*- C++ -*-===//
//
// What every phase leaves in the arena, captured phase by phase, so that tiled
// code may be compared with the interpreter and with itself. Memory that a
// phase must not read holds NaN: what was never written, what only another
// phase uses, and what nothing reads any more by the uses of values, whatever
// the memory plan thinks.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_STEPRUNNER_H
#define FATHOM_COMPILER_REFERENCE_STEPRUNNER_H

#include "compiler/reference/LiveValues.h"
#include "compiler/reference/SeededWeights.h"
#include "compiler/reference/StepJit.h"
#include "passes/tiling/StepPhases.h"

namespace fathom {

/// Tokens of one step: runs of sequences, one after another.
struct StepTokens {
  std::vector<int32_t> ids, positions, slots;
  std::vector<FathomRun> runs;
  std::vector<int32_t> asking;

  /// Adds a run after those so far; its tokens are rotated as if `shift`
  /// positions later.
  void add(llvm::ArrayRef<int32_t> ids, int32_t slot, int32_t position,
           int32_t shift, int32_t role, llvm::ArrayRef<bool> asks);
  int64_t size() const { return ids.size(); }
};

/// The rows of one value, exactly.
struct Captured {
  mlir::Type element;
  int64_t rows = 0, columns = 0;
  std::vector<char> bytes;

  llvm::StringRef row(int64_t i) const;
  double at(int64_t i, int64_t j) const;
  Matrix toMatrix() const;
};

/// Of a phase in a layer: its results, and the ids of experts that the host is
/// told; or logits and hidden rows.
struct CapturedPhase {
  StepPhase phase;
  std::vector<Captured> values;
};

class StepRunner {
public:
  /// `planned` outlives this object. With `mtp` the step is that of the extra
  /// prediction layer.
  StepRunner(mlir::ModuleOp planned, const StepJit &jit,
             const PackedMemory &weights, llvm::StringRef level, int64_t slots,
             int64_t tokensPerSlot, bool mtp);

  /// Zeros the caches and deals their pages, which `shuffle` permutes.
  void reset(uint64_t shuffle);

  /// Runs one step on `threads` threads, one phase after another, from a
  /// poisoned arena. `hidden` are the rows that the extra prediction layer
  /// enters with.
  std::vector<CapturedPhase> run(const StepTokens &tokens, int64_t threads,
                                 llvm::ArrayRef<float> hidden);
  /// Runs all phases in one call, and gives what the last one leaves.
  std::vector<Captured> runAtOnce(const StepTokens &tokens, int64_t threads,
                                  llvm::ArrayRef<float> hidden);

  /// Whether the level multiplies the module's weights with operands of bf16.
  bool hasBf16Dots() const { return operand.isBF16(); }

private:
  struct Memory;

  void prepare(Memory &memory, const StepTokens &tokens, int64_t threads,
               llvm::ArrayRef<float> hidden) const;
  void enter(const FathomStep &step, uint32_t first, uint32_t end) const;
  std::vector<Captured> captureLast(const Memory &memory) const;
  Captured capture(mlir::Value result, const FathomStep &step) const;
  mlir::Type elementOf(const PlacedValue &placed) const;
  void poisonDead(size_t phase, const FathomStep &step, int64_t bytes) const;

  mlir::ModuleOp planned;
  const StepJit &jit;
  const PackedMemory &weights;
  std::string level;
  int64_t slots, pagesPerSlot;
  FathomStepFunction function;
  std::vector<StepPhase> phases;
  std::vector<std::vector<PlacedValue>> live; ///< Behind each phase.
  mlir::Type operand;
  std::vector<std::vector<char>> cacheBytes;
  std::vector<std::vector<int32_t>> pageTables;
  std::vector<void *> caches;
  std::vector<const int32_t *> tablePointers;
};

/// The rows that a value of a phase has in a step of `tokens` tokens: those of
/// an expert's entries are more.
int64_t rowsOf(mlir::Value result, int64_t tokens);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_STEPRUNNER_H
