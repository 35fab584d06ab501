//===- PanelPacking.cpp - Row-major rows become weight panels -------------===//
//
// A step of a panel holds one word a row: one value, or a pair of bf16. So
// tokens become rows by a transpose of words, done for squares in registers:
// each line of the panel is written once and whole.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/PanelPacking.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace fathom {

/// The transpose of a square of n vectors of n words, n a power of two: log n
/// rounds, each of which interleaves the upper half with the lower one.
static SmallVector<Value> transpose(KernelBuilder &b, SmallVector<Value> rows) {
  int64_t n = rows.size();
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < n; ++i) {
    low.push_back(i / 2 + i % 2 * n);
    high.push_back(n / 2 + i / 2 + i % 2 * n);
  }
  for (int64_t round = 1; round < n; round *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < n / 2; ++i)
      for (ArrayRef<int64_t> half : {ArrayRef(low), ArrayRef(high)})
        next.push_back(
            vector::ShuffleOp::create(b, rows[i], rows[n / 2 + i], half));
    rows = std::move(next);
  }
  return rows;
}

void packTokensAsRows(KernelBuilder &b, const Dots &dots, PageRows rows,
                      int64_t columns, Value panel) {
  int64_t wordBytes = dots.depth * dots.storageBytes;
  Type word = b.getIntegerType(8 * wordBytes);
  auto vector = VectorType::get({dots.lanes}, word);
  auto from = [&](Value token, Value step) {
    Value column = b.add(b.mul(token, rows.stride), b.mul(step, dots.depth));
    return b.at(rows.base, column, dots.storage);
  };
  auto to = [&](Value token, Value step) {
    return b.at(panel, b.add(b.mul(step, kPanelRows), token), word);
  };
  int64_t steps = columns / dots.depth;
  int64_t squares = steps / dots.lanes * dots.lanes;
  Value zero = b.constant(0), tokens = b.constant(kPageTokens);
  b.forRange(zero, b.constant(squares), dots.lanes, [&](Value step) {
    b.forRange(zero, tokens, dots.lanes, [&](Value token) {
      SmallVector<Value> square;
      for (int64_t i = 0; i < dots.lanes; ++i)
        square.push_back(b.load(vector, from(b.add(token, i), step)));
      for (auto [i, line] : llvm::enumerate(transpose(b, square)))
        b.store(line, to(token, b.add(step, i)));
    });
  });
  b.forRange(b.constant(squares), b.constant(steps), 1, [&](Value step) {
    b.forRange(zero, tokens, 1, [&](Value token) {
      b.store(b.load(word, from(token, step)), to(token, step));
    });
  });
  if (columns % dots.depth == 0)
    return;
  Value step = b.constant(steps);
  Value pad = b.convertFromF32(b.constantF32(0.0), dots.storage);
  b.forRange(zero, tokens, 1, [&](Value token) {
    Value target = to(token, step);
    b.store(b.load(dots.storage, from(token, step)), target);
    b.store(pad, b.offset(target, dots.storageBytes));
  });
}

void packTokensAsColumns(KernelBuilder &b, const Dots &dots, PageRows rows,
                         int64_t columns, Value panels) {
  Type value = b.getIntegerType(8 * dots.storageBytes);
  auto vector = VectorType::get({dots.lanes}, value);
  SmallVector<int64_t> interleave;
  for (int64_t i = 0; i < dots.lanes * dots.depth; ++i)
    interleave.push_back(i / dots.depth + i % dots.depth * dots.lanes);
  auto from = [&](Value token, Value column) {
    return b.at(rows.base, b.add(b.mul(token, rows.stride), column),
                dots.storage);
  };
  auto to = [&](Value step, Value column) {
    Value panel = b.mul(b.div(column, kPanelRows), kPageTokens / dots.depth);
    Value line = b.mul(b.add(panel, step), kPanelRows);
    Value word = b.add(line, b.rem(column, kPanelRows));
    return b.at(panels, b.mul(word, dots.depth), dots.storage);
  };
  int64_t whole = columns / dots.lanes * dots.lanes;
  b.forRange(
      b.constant(0), b.constant(kPageTokens / dots.depth), 1, [&](Value step) {
        Value token = b.mul(step, dots.depth);
        b.forRange(
            b.constant(0), b.constant(whole), dots.lanes, [&](Value column) {
              Value line = b.load(vector, from(token, column));
              if (dots.depth == 2)
                line = vector::ShuffleOp::create(
                    b, line, b.load(vector, from(b.add(token, 1), column)),
                    interleave);
              b.store(line, to(step, column));
            });
        b.forRange(
            b.constant(whole), b.constant(columns), 1, [&](Value column) {
              for (int64_t i = 0; i < dots.depth; ++i)
                b.store(b.load(value, from(b.add(token, i), column)),
                        b.offset(to(step, column), i * dots.storageBytes));
            });
      });
}

} // namespace fathom
