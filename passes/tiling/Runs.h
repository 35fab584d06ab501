//===- Runs.h - The runs of a step, inside of a kernel ----------*- C++ -*-===//
//
// A run's tokens lie together in the step and in their sequence, so attention
// goes from run to run. The place of a token in its sequence is its run's first
// position and the number of tokens before it in the run.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_RUNS_H
#define FATHOM_PASSES_TILING_RUNS_H

#include "passes/tiling/KernelBuilder.h"

namespace fathom {

/// A FathomRun of runtime/abi/step.h, loaded; all i64.
struct Run {
  mlir::Value slot, firstToken, tokenCount, firstPosition, role;
};

/// Calls `body` once, in a loop over the step's runs.
void forEachRun(KernelBuilder &b, llvm::function_ref<void(const Run &)> body);

/// The sum of what `body` returns for each run; `before` is that of the runs
/// before it.
mlir::Value sumOverRuns(
    KernelBuilder &b,
    llvm::function_ref<mlir::Value(const Run &, mlir::Value before)> body);

/// Deals items out to threads like cards: item i of all runs goes to thread
/// i mod N. Neighbouring items cost alike, so each thread gets its share of the
/// expensive ones. `items` says how many a run has, `body` gets one of them.
void dealItems(KernelBuilder &b,
               llvm::function_ref<mlir::Value(const Run &)> items,
               llvm::function_ref<void(const Run &, mlir::Value item)> body);

/// Loops over this thread's share of (token, item) pairs, `items` a token,
/// in the order of the step; `position` is the token's place in its sequence.
void shareTokens(
    KernelBuilder &b, int64_t items,
    llvm::function_ref<void(const Run &, mlir::Value token,
                            mlir::Value position, mlir::Value item)>
        body);

/// Fills the columns of `rows` after the last one with zeros, where there are
/// any: dot instructions of a depth above 1 read them.
void zeroPadding(KernelBuilder &b, const Rows &rows);

/// Stores the first `count` of f32 `values`, rounded to `element`.
void storeRow(KernelBuilder &b, mlir::Type element, mlir::Value values,
              mlir::Value target, int64_t count);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_RUNS_H
