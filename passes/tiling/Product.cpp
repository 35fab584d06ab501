//===- Product.cpp - The one loop nest of all matrix products -------------===//
//
// A panel of 64 rows stays in the second-level cache while all tokens pass by
// it; a register tile is 6 tokens x 64 rows with 32 registers, 6 x 16 with 16.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Product.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

/// The most bytes of a panel that one slice may have: half of a second-level
/// cache of 512 KiB.
static constexpr int64_t kSliceBytes = 256 << 10;

SmallVector<Value> addTile(KernelBuilder &b, const Dots &dots, int64_t rows,
                           Value panel, ValueRange operands, Value beginStep,
                           Value endStep, ValueRange sums) {
  int64_t vectors = rows / dots.lanes;
  auto weightsType = VectorType::get({dots.lanes * dots.depth}, dots.storage);
  auto operandType = VectorType::get({dots.depth}, dots.operand);
  auto sumType = VectorType::get({dots.lanes}, b.f32());
  int64_t stepBytes = kPanelRows * dots.depth * dots.storageBytes;
  int64_t vectorBytes = dots.lanes * dots.depth * dots.storageBytes;

  return b.forCarry(beginStep, endStep, 1, sums, [&](Value k, ValueRange now) {
    SmallVector<Value> weights, next;
    Value at = b.offset(panel, b.mul(k, stepBytes));
    for (int64_t n = 0; n < vectors; ++n)
      weights.push_back(b.load(weightsType, b.offset(at, n * vectorBytes)));
    Value column = b.mul(k, dots.depth);
    for (auto [m, operand] : llvm::enumerate(operands)) {
      // A pair of f32 is two loads that broadcast; as one load it would be
      // taken apart by shuffles.
      SmallVector<Value> pair;
      for (int64_t i = 0; dots.operand.isF32() && i < dots.depth; ++i)
        pair.push_back(
            b.load(b.f32(), b.at(operand, b.add(column, i), dots.operand)));
      Value x = pair.empty()
                    ? b.load(operandType, b.at(operand, column, dots.operand))
                    : vector::FromElementsOp::create(b, operandType, pair);
      for (int64_t n = 0; n < vectors; ++n)
        next.push_back(TileDotOp::create(b, sumType, now[m * vectors + n],
                                         weights[n], x, dots.tile));
    }
    return next;
  });
}

/// Tokens of a register tile. Pairs of bf16 that FMA multiplies are taken apart
/// first: with 16 registers, 6 tokens would leave one accumulator no place.
static int64_t tileTokensOf(const Dots &dots) {
  return dots.lanes == 8 && dots.depth == 2 ? 5 : kTileTokens;
}

namespace {

/// Writes the nest of one product.
class Nest {
public:
  Nest(KernelBuilder &b, const Product &product)
      : b(b), p(product), dots(product.dots), tileTokens(tileTokensOf(dots)),
        vectors(dots.tileRows / dots.lanes),
        stepBytes(kPanelRows * dots.depth * dots.storageBytes) {
    steps = roundUp(p.columns, dots.depth) / dots.depth;
    int64_t slices = std::max<int64_t>(
        p.slices, llvm::divideCeil(steps * stepBytes, kSliceBytes));
    slices = std::min(slices, steps);
    sliceSteps = llvm::divideCeil(steps, slices);
    sliceCount = llvm::divideCeil(steps, sliceSteps);
  }

  void emit() {
    Value one = b.equal(p.tokens, b.constant(1));
    b.ifThen(one, [&] { emitOneToken(); }, [&] { emitManyTokens(); });
  }

private:
  Value zero() { return b.splat(VectorType::get({dots.lanes}, b.f32()), 0.0); }
  Value panelAt(Value number) {
    return b.offset(p.panels, b.mul(number, steps * stepBytes));
  }
  Value sliceEnd(Value slice) {
    return b.smallest(b.mul(b.add(slice, 1), sliceSteps), b.constant(steps));
  }
  /// Sums of a slice, from zero.
  SmallVector<Value> slice(Value panel, int64_t rows, ValueRange operands,
                           Value number) {
    SmallVector<Value> sums(operands.size() * (rows / dots.lanes), zero());
    return addTile(b, dots, rows, panel, operands, b.mul(number, sliceSteps),
                   sliceEnd(number), sums);
  }
  SmallVector<Value> addAll(ValueRange a, ValueRange b2) {
    SmallVector<Value> result;
    for (auto [x, y] : llvm::zip_equal(a, b2))
      result.push_back(arith::AddFOp::create(b, x, y));
    return result;
  }

  // All 64 rows of a panel at once, so that its bytes are read once, in order.
  void emitOneToken() {
    Value operand = p.operand(b.constant(0));
    int64_t wide = kPanelRows / dots.lanes;
    b.forRange(p.firstPanel, p.endPanel, 1, [&](Value panel) {
      Value address = panelAt(panel);
      SmallVector<Value> sums =
          slice(address, kPanelRows, operand, b.constant(0));
      if (sliceCount > 1)
        sums = b.forCarry(
            b.constant(1), b.constant(sliceCount), 1, sums,
            [&](Value number, ValueRange total) {
              return addAll(total, slice(address, kPanelRows, operand, number));
            });
      for (int64_t n = 0; n < wide; n += vectors)
        p.finished(b.constant(0),
                   b.add(b.mul(panel, kPanelRows), n * dots.lanes),
                   ValueRange(sums).slice(n, vectors));
    });
  }

  // Where the sums so far of a tile are kept between slices.
  Value kept(Value tile, Value part, int64_t vector) {
    int64_t vectorBytes = dots.lanes * 4;
    int64_t tileVectors = tileTokens * kPanelRows / dots.lanes;
    Value first =
        b.add(b.mul(tile, tileVectors), b.mul(part, tileTokens * vectors));
    return b.offset(scratch, b.mul(b.add(first, vector), vectorBytes));
  }

  void emitManyTokens() {
    if (sliceCount > 1)
      scratch =
          b.threadScratch(roundUp(rowsMax(), tileTokens) * kPanelRows * 4);
    b.forRange(p.firstPanel, p.endPanel, 1, [&](Value panel) {
      Value address = panelAt(panel);
      if (sliceCount == 1) {
        emitSlice(panel, address, b.constant(0), /*first=*/true, /*last=*/true);
        return;
      }
      emitSlice(panel, address, b.constant(0), true, false);
      b.forRange(b.constant(1), b.constant(sliceCount - 1), 1,
                 [&](Value number) {
                   emitSlice(panel, address, number, false, false);
                 });
      emitSlice(panel, address, b.constant(sliceCount - 1), false, true);
    });
  }

  void emitSlice(Value panel, Value address, Value number, bool first,
                 bool last) {
    Value tiles = b.ceilDiv(p.tokens, tileTokens);
    b.forRange(b.constant(0), tiles, 1, [&](Value tile) {
      Value token = b.mul(tile, tileTokens);
      SmallVector<Value> operands;
      // Rows after the last token repeat it; their sums are dropped.
      Value lastToken = b.sub(p.tokens, b.constant(1));
      for (int64_t m = 0; m < tileTokens; ++m)
        operands.push_back(p.operand(b.smallest(b.add(token, m), lastToken)));
      int64_t parts = kPanelRows / dots.tileRows;
      if (parts == 1) {
        emitPart(panel, address, number, tile, b.constant(0), operands, first,
                 last);
        return;
      }
      b.forRange(b.constant(0), b.constant(parts), 1, [&](Value part) {
        emitPart(panel, address, number, tile, part, operands, first, last);
      });
    });
  }

  void emitPart(Value panel, Value address, Value number, Value tile,
                Value part, ValueRange operands, bool first, bool last) {
    auto type = VectorType::get({dots.lanes}, b.f32());
    Value row = b.mul(part, dots.tileRows);
    Value at = b.offset(address, b.mul(row, dots.depth * dots.storageBytes));
    SmallVector<Value> sums = slice(at, dots.tileRows, operands, number);
    if (!first)
      for (auto [i, sum] : llvm::enumerate(sums))
        sum = arith::AddFOp::create(b, b.load(type, kept(tile, part, i)), sum);
    if (!last) {
      for (auto [i, sum] : llvm::enumerate(sums))
        b.store(sum, kept(tile, part, i));
      return;
    }
    Value packedRow = b.add(b.mul(panel, kPanelRows), row);
    for (int64_t m = 0; m < tileTokens; ++m) {
      Value token = b.add(b.mul(tile, tileTokens), m);
      b.ifThen(b.less(token, p.tokens), [&] {
        p.finished(token, packedRow,
                   ValueRange(sums).slice(m * vectors, vectors));
      });
    }
  }

  /// The most operand rows that a step may have.
  int64_t rowsMax() {
    auto module = b.phase->getParentOfType<ModuleOp>();
    auto tokens = module->getAttrOfType<IntegerAttr>("fathom.step_tokens_max");
    return tokens ? tokens.getInt() : 512;
  }

  KernelBuilder &b;
  const Product &p;
  const Dots &dots;
  int64_t tileTokens;
  int64_t vectors;   ///< of a token in a register tile
  int64_t stepBytes; ///< from one K step of a panel to the next
  int64_t steps, sliceSteps, sliceCount;
  Value scratch;
};

} // namespace

void emitProduct(KernelBuilder &b, const Product &product) {
  Nest(b, product).emit();
}

} // namespace fathom
