//===- Operands.cpp - What stands before a product ------------------------===//
//
// The norm's sum of squares has four accumulators of the level's lanes, added
// up in a fixed order: a row's result is the same whoever computes it.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Operands.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/Math.h"
#include "runtime/abi/step.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

Value loadFirst(KernelBuilder &b, VectorType type, Value pointer, Value count) {
  auto numbers = VectorType::get(type.getShape(), b.i64());
  auto lanes = llvm::to_vector(llvm::seq<int64_t>(type.getNumElements()));
  Value lane = arith::ConstantOp::create(
      b, DenseElementsAttr::get(numbers, ArrayRef<int64_t>(lanes)));
  Value mask =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, lane,
                            vector::BroadcastOp::create(b, numbers, count));
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return LLVM::MaskedLoadOp::create(
      b, type, pointer, mask, zeros,
      llvm::divideCeil(type.getElementTypeBitWidth(), 8));
}

namespace {

/// Writes what becomes of one row.
class RowWriter {
public:
  RowWriter(KernelBuilder &b, const OperandSource &source)
      : x(b.rows(source.x)), b(b), source(source), lanes(lanesOf(b.level)),
        whole(x.columns / lanes * lanes) {
    if (source.norm)
      weights = b.weight(b.packed(source.norm));
    if (source.asking) {
      askingTokens = b.fieldPointer(offsetof(FathomStep, logit_tokens));
      hidden = b.fieldPointer(offsetof(FathomStep, hidden));
    }
  }

  Rows x;

  /// Row `number` of the operands, `stride` values at `to`.
  void write(Value number, Value to, int64_t stride) {
    Value from = b.row(x, rowOfX(number));
    Value inverse = source.norm ? inverseRms(from) : Value();
    eachVector([&](Value column, int64_t count) {
      Value value = b.convertFromF32(normalised(from, column, count, inverse),
                                     source.element);
      b.store(value, b.at(to, column, source.element));
    });
    Value zeros =
        arith::ConstantOp::create(b, b.getZeroAttr(b.lanes(source.element)));
    b.forRange(b.constant(roundUp(x.columns, lanes)), b.constant(stride), lanes,
               [&](Value column) {
                 b.store(zeros, b.at(to, column, source.element));
               });
  }

  /// Row `number` as the host reads it.
  void writeHidden(Value number) {
    Value wanted = arith::CmpIOp::create(
        b, arith::CmpIPredicate::ne, b.fieldU64(offsetof(FathomStep, hidden)),
        b.constant(0));
    b.ifThen(wanted, [&] {
      Value from = b.row(x, rowOfX(number));
      Value inverse = source.norm ? inverseRms(from) : Value();
      Value to = b.at(hidden, b.mul(number, x.columns), b.f32());
      eachVector([&](Value column, int64_t count) {
        Value value = normalised(from, column, count, inverse);
        Value place = b.at(to, column, b.f32());
        if (count == lanes)
          b.store(value, place);
        else
          b.storeFirst(value, place, b.constant(count));
      });
    });
  }

private:
  Value rowOfX(Value number) {
    if (!source.asking)
      return number;
    return b.toI64(b.load(b.i32(), b.at(askingTokens, number, b.i32())));
  }

  /// `count` f32 values from `column` on, zeros after them.
  Value part(Value pointer, Type element, Value column, int64_t count) {
    Value at = b.at(pointer, column, element);
    Value loaded = count == lanes
                       ? b.load(b.lanes(element), at)
                       : loadFirst(b, b.lanes(element), at, b.constant(count));
    return b.convertToF32(loaded);
  }

  void eachVector(llvm::function_ref<void(Value, int64_t)> body) {
    b.forRange(b.constant(0), b.constant(whole), lanes,
               [&](Value column) { body(column, lanes); });
    if (whole < x.columns)
      body(b.constant(whole), x.columns - whole);
  }

  Value normalised(Value from, Value column, int64_t count, Value inverse) {
    Value value = part(from, x.element, column, count);
    if (!inverse)
      return value;
    Value scale = vector::BroadcastOp::create(b, value.getType(), inverse);
    value = arith::MulFOp::create(b, value, scale);
    return arith::MulFOp::create(b, value,
                                 part(weights, b.f32(), column, count));
  }

  Value inverseRms(Value from) {
    constexpr int64_t kSums = 4;
    auto addSquare = [&](Value sum, Value column, int64_t count) -> Value {
      Value value = part(from, x.element, column, count);
      return LLVM::FMAOp::create(b, value.getType(), value, value, sum);
    };
    int64_t run = kSums * lanes, runs = x.columns / run * run;
    SmallVector<Value> sums(kSums, b.splat(b.lanes(b.f32()), 0.0));
    sums = b.forCarry(b.constant(0), b.constant(runs), run, sums,
                      [&](Value column, ValueRange now) {
                        SmallVector<Value> next;
                        for (auto [i, sum] : llvm::enumerate(now))
                          next.push_back(
                              addSquare(sum, b.add(column, i * lanes), lanes));
                        return next;
                      });
    for (int64_t at = runs, i = 0; at < x.columns; at += lanes, ++i)
      sums[i] =
          addSquare(sums[i], b.constant(at), std::min(lanes, x.columns - at));
    auto sum = [&](Value a, Value c) -> Value {
      return arith::AddFOp::create(b, a, c);
    };
    Value total =
        emitSumOfLanes(b, sum(sum(sums[0], sums[1]), sum(sums[2], sums[3])));
    Value mean = arith::DivFOp::create(b, total, b.constantF32(x.columns));
    return emitReciprocalSqrt(b, sum(mean, b.constantF32(source.eps)));
  }

  KernelBuilder &b;
  const OperandSource &source;
  int64_t lanes, whole;
  Value weights, askingTokens, hidden;
};

} // namespace

bool Operands::needsScratch(KernelBuilder &b, const OperandSource &source) {
  return source.norm || source.asking ||
         b.rows(source.x).element != source.element;
}

Rows Operands::prepare(const OperandSource &source) {
  for (const Known &entry : known)
    if (entry.source == source)
      return entry.rows;
  if (!needsScratch(b, source)) {
    known.push_back({source, b.rows(source.x)});
    return known.back().rows;
  }
  // What an earlier product reads from the scratch memory is not overwritten.
  if (scratchUsed)
    b.barrier();
  scratchUsed = true;

  RowWriter writer(b, source);
  int64_t stride = roundUp(writer.x.columns, 64);
  int64_t bytes = source.element.isBF16() ? 2 : 4;
  Value count = source.asking ? b.fieldU32(offsetof(FathomStep, logit_count))
                              : b.tokenCount();
  Value own = b.threadScratch(stride * bytes);
  Value shared = b.sharedScratch();
  Value one = b.equal(count, b.constant(1));
  b.ifThen(
      one,
      [&] {
        writer.write(b.constant(0), own, stride);
        if (source.asking)
          b.ifThen(b.equal(b.thread, b.constant(0)),
                   [&] { writer.writeHidden(b.constant(0)); });
      },
      [&] {
        auto [begin, end] = b.share(count);
        b.forRange(begin, end, 1, [&](Value number) {
          writer.write(number,
                       b.at(shared, b.mul(number, stride), source.element),
                       stride);
          if (source.asking)
            writer.writeHidden(number);
        });
        b.barrier();
      });
  Rows rows{b.select(one, own, shared), stride, source.element,
            writer.x.columns};
  known.push_back({source, rows});
  return rows;
}

} // namespace fathom
