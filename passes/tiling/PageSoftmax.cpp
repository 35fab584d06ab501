//===- PageSoftmax.cpp - Softmax over pages, one after another ------------===//
//
// See PageSoftmax.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/PageSoftmax.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/Math.h"

#include <limits>

using namespace mlir;

namespace fathom {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

PageSoftmax::PageSoftmax(KernelBuilder &b, const Dots &dots, double scale)
    : b(b), dots(dots), scale(scale),
      scoreRows(b.threadScratch(kTileTokens * kPageTokens * 4)),
      probabilityRows(
          b.threadScratch(kTileTokens * kPageTokens * dots.operandBytes)),
      factors(b.threadScratch(kTileTokens * kStateBytes)) {}

Value PageSoftmax::scoresAt(Value row) {
  return b.offset(scoreRows, b.mul(row, kPageTokens * 4));
}

Value PageSoftmax::probabilitiesAt(Value row) {
  return b.offset(probabilityRows, b.mul(row, kPageTokens * dots.operandBytes));
}

void PageSoftmax::beginState(Value state) {
  b.store(b.constantF32(-kInfinity), state);
  b.store(b.constantF32(0.0), b.offset(state, 4));
}

void PageSoftmax::emitPage(int64_t rows,
                           llvm::function_ref<Value(Value)> visible,
                           llvm::function_ref<Value(Value)> state) {
  b.forRange(b.constant(0), b.constant(rows), 1,
             [&](Value row) { emitRow(row, visible(row), state(row)); });
}

void PageSoftmax::emitRow(Value row, Value visible, Value state) {
  VectorType type = b.lanes(b.f32());
  VectorType words = b.lanes(b.i32());
  int64_t lanes = dots.lanes, count = kPageTokens / lanes;
  Value low = b.splat(type, -kInfinity);
  Value limit = vector::BroadcastOp::create(b, words, b.toI32(visible));
  Value scores = scoresAt(row), target = probabilitiesAt(row);

  SmallVector<Value> s;
  for (int64_t i = 0; i < count; ++i) {
    auto tokens =
        llvm::to_vector(llvm::seq<int32_t>(i * lanes, (i + 1) * lanes));
    Value token = arith::ConstantOp::create(
        b, DenseElementsAttr::get(words, ArrayRef<int32_t>(tokens)));
    Value seen =
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, token, limit);
    Value raw = b.load(type, b.offset(scores, i * lanes * 4));
    Value scaled = arith::MulFOp::create(b, raw, b.splat(type, scale));
    s.push_back(arith::SelectOp::create(b, seen, scaled, low));
  }
  Value most = s.front();
  for (Value next : ArrayRef<Value>(s).drop_front())
    most = emitLarger(b, most, next);
  most = emitLargestLane(b, most);

  // Without a visible token the maximum is -inf, and -inf - -inf is a NaN.
  Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, most,
                                     b.constantF32(-kInfinity));
  Value shift = b.select(none, b.constantF32(0.0), most);
  Value shifts = vector::BroadcastOp::create(b, type, shift);
  Value sum;
  for (int64_t i = 0; i < count; ++i) {
    Value p = emitExp(b, arith::SubFOp::create(b, s[i], shifts));
    b.store(b.convertFromF32(p, dots.operand),
            b.offset(target, i * lanes * dots.operandBytes));
    sum = i == 0 ? p : arith::AddFOp::create(b, sum, p).getResult();
  }
  sum = emitSumOfLanes(b, sum);

  // The larger maximum's factor is 1 exactly, the other's below.
  Value before = b.load(b.f32(), state);
  Value grows =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, most, before);
  Value top = b.select(grows, most, before);
  Value bottom = b.select(grows, before, most);
  Value one = b.constantF32(1.0);
  Value less = emitExp(b, arith::SubFOp::create(b, bottom, top));
  Value keep = b.select(grows, less, one);
  Value take = b.select(grows, one, less);
  Value factor = b.offset(factors, b.mul(row, kStateBytes));
  b.store(keep, factor);
  b.store(take, b.offset(factor, 4));
  Value total = b.load(b.f32(), b.offset(state, 4));
  total = arith::AddFOp::create(b, arith::MulFOp::create(b, total, keep),
                                arith::MulFOp::create(b, sum, take));
  b.store(top, state);
  b.store(total, b.offset(state, 4));
}

void PageSoftmax::merge(int64_t row, Value running, Value values) {
  VectorType type = b.lanes(b.f32());
  auto factor = [&](int64_t at) -> Value {
    Value loaded = b.load(b.f32(), b.offset(factors, row * kStateBytes + at));
    return vector::BroadcastOp::create(b, type, loaded);
  };
  Value old = arith::MulFOp::create(b, b.load(type, running), factor(0));
  b.store(vector::FMAOp::create(b, values, factor(4), old), running);
}

Value PageSoftmax::finished(Value state, Value running) {
  VectorType type = b.lanes(b.f32());
  Value total =
      vector::BroadcastOp::create(b, type, b.load(b.f32(), b.offset(state, 4)));
  Value quotient = arith::DivFOp::create(b, b.load(type, running), total);
  // A page that a row does not see may turn -0 into +0: let all zeros be +0.
  return arith::AddFOp::create(b, quotient, b.splat(type, 0.0));
}

} // namespace fathom
