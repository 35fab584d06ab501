//===- PageAttention.cpp - A tile of query rows meets one page ------------===//
//
// See PageAttention.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/PageAttention.h"

#include "passes/tiling/Product.h"

using namespace mlir;

namespace fathom {

SmallVector<Value> PageAttention::zeros(int64_t count) {
  return SmallVector<Value>(count, b.splat(b.lanes(b.f32()), 0.0));
}

void PageAttention::begin(Value state, Value running, int64_t channels) {
  softmax.beginState(state);
  Value zero = zeros(1).front();
  b.forRange(b.constant(0), b.constant(roundUp(channels, dots.lanes)),
             dots.lanes,
             [&](Value i) { b.store(zero, b.at(running, i, b.f32())); });
}

void PageAttention::emit(const QueryRows &rows, const PagePanels &page) {
  emitScores(rows.operands, page);
  softmax.emitPage(rows.operands.size(), rows.visible, rows.state);
  emitValues(rows, page);
}

void PageAttention::emitScores(ValueRange operands, const PagePanels &page) {
  int64_t vectors = dots.tileRows / dots.lanes;
  auto part = [&](Value first) {
    Value panel =
        b.offset(page.keys, b.mul(first, dots.depth * dots.storageBytes));
    SmallVector<Value> sums =
        addTile(b, dots, dots.tileRows, panel, operands, b.constant(0),
                b.constant(page.keySteps), zeros(operands.size() * vectors));
    for (auto [i, sum] : llvm::enumerate(sums)) {
      Value column = b.add(first, i % vectors * dots.lanes);
      b.store(sum, b.at(softmax.scores(i / vectors), column, b.f32()));
    }
  };
  if (dots.tileRows == kPageTokens)
    return part(b.constant(0));
  b.forRange(b.constant(0), b.constant(kPageTokens), dots.tileRows, part);
}

void PageAttention::emitValues(const QueryRows &rows, const PagePanels &page) {
  int64_t count = rows.operands.size();
  SmallVector<Value> operands;
  for (int64_t row = 0; row < count; ++row)
    operands.push_back(softmax.probabilities(row));
  auto part = [&](Value channel, int64_t channels) {
    int64_t vectors = channels / dots.lanes;
    Value panel = b.offset(page.values, b.mul(b.div(channel, kPanelRows),
                                              dots.panelBytes(kPageTokens)));
    Value inside =
        b.mul(b.rem(channel, kPanelRows), dots.depth * dots.storageBytes);
    SmallVector<Value> sums = addTile(
        b, dots, channels, b.offset(panel, inside), operands, b.constant(0),
        b.constant(kPageTokens / dots.depth), zeros(count * vectors));
    for (auto [i, sum] : llvm::enumerate(sums)) {
      Value column = b.add(channel, i % vectors * dots.lanes);
      softmax.merge(i / vectors,
                    b.at(rows.running(i / vectors), column, b.f32()), sum);
    }
  };
  int64_t whole = page.channels / dots.tileRows * dots.tileRows;
  b.forRange(b.constant(0), b.constant(whole), dots.tileRows,
             [&](Value channel) { part(channel, dots.tileRows); });
  if (whole < page.channels)
    part(b.constant(whole), roundUp(page.channels - whole, dots.lanes));
}

void PageAttention::finish(
    Value state, Value running, int64_t channels,
    llvm::function_ref<void(Value, Value, int64_t)> store) {
  auto values = [&](Value channel) {
    return softmax.finished(state, b.at(running, channel, b.f32()));
  };
  int64_t whole = channels / dots.lanes * dots.lanes;
  b.forRange(b.constant(0), b.constant(whole), dots.lanes, [&](Value channel) {
    store(channel, values(channel), dots.lanes);
  });
  if (whole < channels)
    store(b.constant(whole), values(b.constant(whole)), channels - whole);
}

} // namespace fathom
