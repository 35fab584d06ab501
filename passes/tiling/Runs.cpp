//===- Runs.cpp - The runs of a step, inside of a kernel ------------------===//
//
// See Runs.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Runs.h"

#include "runtime/abi/step.h"

using namespace mlir;

namespace fathom {

static Run loadRun(KernelBuilder &b, Value index) {
  Value run = b.offset(b.fieldPointer(offsetof(FathomStep, runs)),
                       b.mul(index, sizeof(FathomRun)));
  auto field = [&](int64_t at) {
    return b.toI64(b.load(b.i32(), b.offset(run, at)));
  };
  return {field(offsetof(FathomRun, slot)),
          field(offsetof(FathomRun, first_token)),
          field(offsetof(FathomRun, token_count)),
          field(offsetof(FathomRun, first_position)),
          field(offsetof(FathomRun, role))};
}

static Value runCount(KernelBuilder &b) {
  return b.fieldU32(offsetof(FathomStep, run_count));
}

void forEachRun(KernelBuilder &b, llvm::function_ref<void(const Run &)> body) {
  b.forRange(b.constant(0), runCount(b), 1,
             [&](Value index) { body(loadRun(b, index)); });
}

Value sumOverRuns(KernelBuilder &b,
                  llvm::function_ref<Value(const Run &, Value)> body) {
  Value zero = b.constant(0);
  return b
      .forCarry(zero, runCount(b), 1, zero,
                [&](Value index, ValueRange before) {
                  Value items = body(loadRun(b, index), before.front());
                  return SmallVector<Value>{b.add(before.front(), items)};
                })
      .front();
}

void dealItems(KernelBuilder &b, llvm::function_ref<Value(const Run &)> items,
               llvm::function_ref<void(const Run &, Value)> body) {
  Value threads = b.threadCount();
  Value zero = b.constant(0);
  // Carries the number of items before the run, modulo N.
  b.forCarry(zero, runCount(b), 1, zero, [&](Value index, ValueRange before) {
    Run run = loadRun(b, index);
    Value count = items(run);
    Value first =
        b.rem(b.sub(b.add(b.thread, threads), before.front()), threads);
    Value mine = b.div(b.sub(b.add(count, threads), b.add(first, 1)), threads);
    b.forRange(zero, mine, 1,
               [&](Value n) { body(run, b.add(first, b.mul(n, threads))); });
    return SmallVector<Value>{b.rem(b.add(before.front(), count), threads)};
  });
}

void shareTokens(
    KernelBuilder &b, int64_t items,
    llvm::function_ref<void(const Run &, Value, Value, Value)> body) {
  auto [begin, end] = b.share(b.mul(b.tokenCount(), items));
  forEachRun(b, [&, begin = begin, end = end](const Run &run) {
    Value first = b.mul(run.firstToken, items);
    Value last = b.add(first, b.mul(run.tokenCount, items));
    b.forRange(b.largest(begin, first), b.smallest(end, last), 1,
               [&](Value pair) {
                 Value token = b.div(pair, items);
                 Value position =
                     b.add(run.firstPosition, b.sub(token, run.firstToken));
                 body(run, token, position, b.rem(pair, items));
               });
  });
}

void storeRow(KernelBuilder &b, Type element, Value values, Value target,
              int64_t count) {
  Value rounded = b.convertFromF32(values, element);
  if (count == lanesOf(b.level))
    b.store(rounded, target);
  else
    b.storeFirst(rounded, target, b.constant(count));
}

void zeroPadding(KernelBuilder &b, const Rows &rows) {
  if (rows.stride <= rows.columns)
    return;
  auto [begin, end] = b.share(b.tokenCount());
  Value zero = b.convertFromF32(b.constantF32(0.0), rows.element);
  b.forRange(begin, end, 1, [&](Value token) {
    Value row = b.row(rows, token);
    b.forRange(
        b.constant(rows.columns), b.constant(rows.stride), 1,
        [&](Value column) { b.store(zero, b.at(row, column, rows.element)); });
  });
}

} // namespace fathom
