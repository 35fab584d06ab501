//===- TileEmbed.cpp - The entry of a step --------------------------------===//
//
// Rows of the embedding's table, and cosines and sines of positions. Tokens are
// shared out over the threads.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/KernelBuilder.h"
#include "passes/tiling/Math.h"
#include "passes/tiling/Operands.h"
#include "passes/tiling/Passes.h"
#include "runtime/abi/step.h"

namespace fathom {
#define GEN_PASS_DEF_TILEEMBEDPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::KernelBuilder;
using ::fathom::Rows;

static int64_t bytesOf(Type element) {
  return element.getIntOrFloatBitWidth() / 8;
}

static void emitEmbedding(KernelBuilder &b, EmbeddingOp op) {
  PackedOp table = b.packed(op.getTableAttr());
  Rows result = b.rows(op.getResult());
  int64_t lanes = ::fathom::lanesOf(b.level), columns = table.getColumns();
  int64_t whole = columns / lanes * lanes;
  Type storage = table.getStorage();
  Value base = b.weight(table);
  Value ids = b.fieldPointer(offsetof(FathomStep, token_ids));
  auto [begin, end] = b.share(b.tokenCount());
  b.forRange(begin, end, 1, [&](Value token) {
    Value id = b.toI64(b.load(b.i32(), b.at(ids, token, b.i32())));
    Value from = b.offset(base, b.mul(id, columns * bytesOf(storage)));
    Value to = b.row(result, token);
    auto copy = [&](Value column, Type type) {
      Value value = b.convertToF32(b.load(type, b.at(from, column, storage)));
      b.store(b.convertFromF32(value, result.element),
              b.at(to, column, result.element));
    };
    b.forRange(b.constant(0), b.constant(whole), lanes,
               [&](Value column) { copy(column, b.lanes(storage)); });
    b.forRange(b.constant(whole), b.constant(columns), 1,
               [&](Value column) { copy(column, storage); });
    Value zero = b.convertFromF32(b.constantF32(0.0), result.element);
    b.forRange(
        b.constant(columns), b.constant(result.stride), 1,
        [&](Value column) { b.store(zero, b.at(to, column, result.element)); });
  });
}

/// The vector of frequencies from `first` on, zeros after the last.
static Value frequencies(KernelBuilder &b, ArrayRef<float> all, int64_t first) {
  int64_t lanes = ::fathom::lanesOf(b.level);
  SmallVector<float> values(lanes, 0.0f);
  for (int64_t i = 0; i < lanes && first + i < int64_t(all.size()); ++i)
    values[i] = all[first + i];
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(b.lanes(b.f32()), ArrayRef<float>(values)));
}

static void emitRotary(KernelBuilder &b, RotaryOp op) {
  Rows result = b.rows(op.getResult());
  ArrayRef<float> all = op.getFrequencies();
  int64_t lanes = ::fathom::lanesOf(b.level), half = all.size();
  VectorType single = b.lanes(b.f32()), twofold = b.lanes(b.getF64Type());
  Value positions = b.fieldPointer(offsetof(FathomStep, positions));
  Value scale = b.splat(twofold, op.getScale().convertToDouble());
  auto [begin, end] = b.share(b.tokenCount());
  b.forRange(begin, end, 1, [&](Value token) {
    Value position = b.load(b.i32(), b.at(positions, token, b.i32()));
    Value spread = vector::BroadcastOp::create(
        b, single, arith::SIToFPOp::create(b, b.f32(), position));
    Value to = b.row(result, token);
    auto store = [&](Value value, int64_t column, int64_t count) {
      value = arith::TruncFOp::create(b, single,
                                      arith::MulFOp::create(b, value, scale));
      value = b.convertFromF32(value, result.element);
      Value place = b.at(to, b.constant(column), result.element);
      if (count == lanes)
        b.store(value, place);
      else
        b.storeFirst(value, place, b.constant(count));
    };
    for (int64_t first = 0; first < half; first += lanes) {
      Value angle =
          arith::MulFOp::create(b, spread, frequencies(b, all, first));
      auto [sine, cosine] = ::fathom::emitSinCos(b, angle);
      int64_t count = std::min(lanes, half - first);
      store(cosine, first, count);
      store(sine, half + first, count);
    }
  });
}

namespace {

struct TileEmbed final : public ::fathom::impl::TileEmbedPassBase<TileEmbed> {
  using TileEmbedPassBase::TileEmbedPassBase;

  void runOnOperation() override {
    auto parsed = ::fathom::parseLevel(level);
    if (!parsed) {
      getOperation().emitError("expects the level avx2, avx512 or avx512-bf16, "
                               "but it is \"")
          << level << "\"";
      return signalPassFailure();
    }
    SmallVector<PhaseOp> phases;
    getOperation()->walk([&](PhaseOp phase) {
      if (!phase.getCode() && holdsEntry(phase))
        phases.push_back(phase);
    });
    for (PhaseOp phase : phases)
      tile(phase, *parsed);
  }

private:
  static bool holdsEntry(PhaseOp phase) {
    Block &body = phase.getBody().front();
    return body.getOperations().size() > 1 &&
           llvm::all_of(body.without_terminator(), [](Operation &op) {
             return isa<EmbeddingOp, RotaryOp>(op);
           });
  }

  void tile(PhaseOp phase, ::fathom::Level level) {
    KernelBuilder b(phase, level);
    for (Operation &op : phase.getBody().front().without_terminator()) {
      if (auto embedding = dyn_cast<EmbeddingOp>(op))
        emitEmbedding(b, embedding);
      else
        emitRotary(b, cast<RotaryOp>(op));
    }
    b.finish();
  }
};

} // namespace
