//===- TileDispatch.cpp - The router's choice, and lists of tokens --------===//
//
// Tokens are shared out for the choice; after a barrier one thread sorts the
// choices by expert. Whatever the logits are (NaN included), the k ids of a
// token are distinct: no list is longer than there are tokens.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/Math.h"
#include "passes/tiling/Operands.h"
#include "passes/tiling/Passes.h"
#include "runtime/abi/step.h"

#include <limits>

namespace fathom {
#define GEN_PASS_DEF_TILEDISPATCHPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::KernelBuilder;
using ::fathom::Level;
using ::fathom::roundUp;
using ::fathom::Rows;

namespace {

constexpr double kLowest = -std::numeric_limits<double>::infinity();

/// Writes the work of one dispatch.
class Dispatch {
public:
  Dispatch(KernelBuilder &b, DispatchOp op)
      : b(b), op(op), logits(b.rows(op.getLogits())), ids(b.rows(op.getIds())),
        weights(b.rows(op.getWeights())), lists(b.rows(op.getLists())),
        experts(logits.columns), choices(ids.columns), groups(op.getGroups()) {
    int64_t bytes = roundUp(experts, 64) * 4;
    scores = b.threadScratch(bytes);
    choice = b.threadScratch(bytes);
    taken = b.threadScratch(bytes);
    worth = b.threadScratch(roundUp(groups, 64) * 4);
    next = b.threadScratch(bytes);
    if (op.getBias())
      bias = b.weight(b.packed(op.getBiasAttr()));
  }

  void emit() {
    auto [begin, end] = b.share(b.tokenCount());
    b.forRange(begin, end, 1, [&](Value token) { choose(token); });
    b.barrier();
    b.ifThen(b.equal(b.thread, b.constant(0)), [&] { sort(); });
  }

private:
  Value load(Value array, Value index) {
    return b.load(b.f32(), b.at(array, index, b.f32()));
  }
  Value loadInt(Value array, Value index) {
    return b.toI64(b.load(b.i32(), b.at(array, index, b.i32())));
  }
  void storeInt(Value value, Value array, Value index) {
    b.store(b.toI32(value), b.at(array, index, b.i32()));
  }
  Value greater(Value a, Value than) {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, a, than);
  }
  void eachVector(llvm::function_ref<void(Value, int64_t)> body) {
    int64_t lanes = ::fathom::lanesOf(b.level), whole = experts / lanes * lanes;
    b.forRange(b.constant(0), b.constant(whole), lanes,
               [&](Value at) { body(at, lanes); });
    if (whole < experts)
      body(b.constant(whole), experts - whole);
  }
  /// `count` values from `at` on, `rest` after them.
  Value part(Value array, Value at, int64_t count, double rest) {
    VectorType type = b.lanes(b.f32());
    Value from = b.at(array, at, b.f32());
    if (count == type.getNumElements())
      return b.load(type, from);
    Value first = ::fathom::loadFirst(b, type, from, b.constant(count));
    if (rest == 0.0)
      return first;
    SmallVector<bool> inside;
    for (int64_t i = 0; i < type.getNumElements(); ++i)
      inside.push_back(i < count);
    auto mask = VectorType::get(type.getShape(), b.getI1Type());
    Value isInside = arith::ConstantOp::create(
        b, DenseElementsAttr::get(mask, ArrayRef<bool>(inside)));
    return arith::SelectOp::create(b, isInside, first, b.splat(type, rest));
  }

  void choose(Value token) {
    Value row = b.row(logits, token);
    if (op.getScoring() == Scoring::Sigmoid)
      scoreBySigmoid(row);
    else
      scoreBySoftmax(row);
    eachVector([&](Value at, int64_t count) {
      Value score = b.load(b.lanes(b.f32()), b.at(scores, at, b.f32()));
      if (bias)
        score = arith::AddFOp::create(b, score, part(bias, at, count, 0.0));
      b.store(score, b.at(choice, at, b.f32()));
    });
    b.forRange(b.constant(0), b.constant(experts), 1,
               [&](Value expert) { storeInt(b.constant(0), taken, expert); });
    if (groups > 1)
      dropGroups();
    b.forRange(b.constant(0), b.constant(choices), 1, [&](Value) {
      Value best = largest(choice, taken, b.constant(0), b.constant(experts));
      storeInt(b.constant(1), taken, best);
    });
    storeChoices(token);
  }

  void scoreBySigmoid(Value row) {
    eachVector([&](Value at, int64_t count) {
      Value score = ::fathom::emitSigmoid(b, part(row, at, count, 0.0));
      b.store(score, b.at(scores, at, b.f32()));
    });
  }

  void scoreBySoftmax(Value row) {
    int64_t lanes = ::fathom::lanesOf(b.level), last = experts / lanes * lanes;
    VectorType type = b.lanes(b.f32());
    auto overAll = [&](double initial, auto combine) {
      Value all =
          b.forCarry(b.constant(0), b.constant(last), lanes,
                     b.splat(type, initial), [&](Value at, ValueRange now) {
                       return SmallVector<Value>{combine(now[0], at, lanes)};
                     })[0];
      return last < experts ? combine(all, b.constant(last), experts - last)
                            : all;
    };
    Value peak = ::fathom::emitLargestLane(
        b, overAll(kLowest, [&](Value now, Value at, int64_t count) -> Value {
          return ::fathom::emitLarger(b, part(row, at, count, kLowest), now);
        }));
    Value peaks = vector::BroadcastOp::create(b, type, peak);
    Value sum = ::fathom::emitSumOfLanes(
        b, overAll(0.0, [&](Value now, Value at, int64_t count) -> Value {
          Value power = ::fathom::emitExp(
              b,
              arith::SubFOp::create(b, part(row, at, count, kLowest), peaks));
          b.store(power, b.at(scores, at, b.f32()));
          return arith::AddFOp::create(b, now, power);
        }));
    Value sums = vector::BroadcastOp::create(b, type, sum);
    eachVector([&](Value at, int64_t) {
      Value place = b.at(scores, at, b.f32());
      b.store(arith::DivFOp::create(b, b.load(type, place), sums), place);
    });
  }

  /// The index in [begin, end) of the largest of `values` that is not marked in
  /// `marks`; the first of equal ones, the first of all where none compares.
  Value largest(Value values, Value marks, Value begin, Value end) {
    SmallVector<Value> found = b.forCarry(
        begin, end, 1, {b.constant(-1), b.constantF32(0.0)},
        [&](Value index, ValueRange now) -> SmallVector<Value> {
          Value value = load(values, index);
          Value free = b.equal(loadInt(marks, index), b.constant(0));
          Value better = arith::OrIOp::create(
              b, b.equal(now[0], b.constant(-1)), greater(value, now[1]));
          Value takes = arith::AndIOp::create(b, free, better);
          return {b.select(takes, index, now[0]),
                  b.select(takes, value, now[1])};
        });
    return found[0];
  }

  /// Marks the experts of all but the best groups as taken.
  void dropGroups() {
    int64_t size = experts / groups;
    Value kept = next; // free until the lists are made
    b.forRange(b.constant(0), b.constant(groups), 1, [&](Value group) {
      SmallVector<Value> best = b.forCarry(
          b.constant(0), b.constant(size), 1,
          {b.constantF32(kLowest), b.constantF32(kLowest)},
          [&](Value index, ValueRange now) -> SmallVector<Value> {
            Value value = load(choice, b.add(b.mul(group, size), index));
            Value first = greater(value, now[0]);
            Value second = b.select(greater(value, now[1]), value, now[1]);
            return {b.select(first, value, now[0]),
                    b.select(first, now[0], second)};
          });
      Value sum = op.getByBest()
                      ? best[0]
                      : arith::AddFOp::create(b, best[0], best[1]).getResult();
      b.store(sum, b.at(worth, group, b.f32()));
      storeInt(b.constant(0), kept, group);
    });
    b.forRange(b.constant(0), b.constant(op.getTopGroups()), 1, [&](Value) {
      Value best = largest(worth, kept, b.constant(0), b.constant(groups));
      storeInt(b.constant(1), kept, best);
    });
    b.forRange(b.constant(0), b.constant(experts), 1, [&](Value expert) {
      Value isKept = loadInt(kept, b.div(expert, size));
      // Neither free nor chosen.
      storeInt(b.mul(b.sub(b.constant(1), isKept), 2), taken, expert);
    });
  }

  /// The experts marked 1, in ascending order.
  void storeChoices(Value token) {
    Value idRow = b.row(ids, token), weightRow = b.row(weights, token);
    SmallVector<Value> all = b.forCarry(
        b.constant(0), b.constant(experts), 1,
        {b.constant(0), b.constantF32(0.0)},
        [&](Value expert, ValueRange now) -> SmallVector<Value> {
          Value chosen = b.equal(loadInt(taken, expert), b.constant(1));
          b.ifThen(chosen, [&] {
            storeInt(expert, idRow, now[0]);
            b.store(load(scores, expert), b.at(weightRow, now[0], b.f32()));
          });
          Value sum = arith::AddFOp::create(b, now[1], load(scores, expert));
          return {b.select(chosen, b.add(now[0], 1), now[0]),
                  b.select(chosen, sum, now[1])};
        });
    Value divisor = arith::AddFOp::create(b, all[1], b.constantF32(1e-20));
    Value scale = b.constantF32(op.getScale().convertToDouble());
    Value outside = b.fieldPointer(offsetof(FathomStep, experts));
    Value wanted = arith::CmpIOp::create(
        b, arith::CmpIPredicate::ne, b.fieldU64(offsetof(FathomStep, experts)),
        b.constant(0));
    Value outsideRow = b.add(b.mul(expertLayer(), b.tokenCount()), token);
    b.forRange(b.constant(0), b.constant(choices), 1, [&](Value j) {
      Value place = b.at(weightRow, j, b.f32());
      Value weight = b.load(b.f32(), place);
      if (op.getNormalize())
        weight = arith::DivFOp::create(b, weight, divisor);
      b.store(arith::MulFOp::create(b, weight, scale), place);
      b.ifThen(wanted, [&] {
        storeInt(loadInt(idRow, j), outside,
                 b.add(b.mul(outsideRow, choices), j));
      });
    });
  }

  /// The number of this layer among those with experts.
  Value expertLayer() {
    auto function = op->getParentOfType<func::FuncOp>();
    auto attribute =
        function->getAttrOfType<DenseI64ArrayAttr>("fathom.layers");
    ArrayRef<int64_t> layers;
    if (attribute)
      layers = attribute.asArrayRef();
    if (layers.empty())
      return b.layer;
    int64_t first = *llvm::min_element(layers);
    if (*llvm::max_element(layers) - first + 1 ==
        static_cast<int64_t>(layers.size()))
      return b.sub(b.layer, b.constant(first));
    // Dense layers lie between them: count those before this one.
    Value count = b.constant(0);
    for (int64_t layer : layers)
      count = b.add(count, b.select(b.less(b.constant(layer), b.layer),
                                    b.constant(1), b.constant(0)));
    return count;
  }

  // Counts, sums of counts, then each entry to its place.
  void sort() {
    Value tokens = b.tokenCount();
    Value entries = b.at(lists.base, b.constant(experts + 1), b.i32());
    b.forRange(b.constant(0), b.constant(experts + 1), 1,
               [&](Value i) { storeInt(b.constant(0), lists.base, i); });
    auto eachEntry = [&](llvm::function_ref<void(Value, Value)> body) {
      b.forRange(b.constant(0), tokens, 1, [&](Value token) {
        Value row = b.row(ids, token);
        b.forRange(b.constant(0), b.constant(choices), 1, [&](Value j) {
          body(b.add(b.mul(token, choices), j), loadInt(row, j));
        });
      });
    };
    eachEntry([&](Value, Value expert) {
      Value behind = b.add(expert, 1);
      storeInt(b.add(loadInt(lists.base, behind), 1), lists.base, behind);
    });
    b.forRange(b.constant(0), b.constant(experts), 1, [&](Value expert) {
      Value first = loadInt(lists.base, expert);
      storeInt(first, next, expert);
      Value behind = b.add(expert, 1);
      storeInt(b.add(loadInt(lists.base, behind), first), lists.base, behind);
    });
    eachEntry([&](Value entry, Value expert) {
      Value place = loadInt(next, expert);
      storeInt(entry, entries, place);
      storeInt(b.add(place, 1), next, expert);
    });
  }

  KernelBuilder &b;
  DispatchOp op;
  Rows logits, ids, weights, lists;
  int64_t experts, choices, groups;
  /// This thread's arrays: scores and choices of f32; marks, groups' worth, and
  /// places of the next entry of an expert.
  Value scores, choice, taken, worth, next;
  Value bias;
};

struct TileDispatch final
    : public ::fathom::impl::TileDispatchPassBase<TileDispatch> {
  using TileDispatchPassBase::TileDispatchPassBase;

  void runOnOperation() override {
    std::optional<Level> parsed = ::fathom::parseLevel(level);
    if (!parsed) {
      getOperation().emitError("expects a level of avx2, avx512 or "
                               "avx512-bf16, but it is \"")
          << level << '"';
      return signalPassFailure();
    }
    SmallVector<DispatchOp> found;
    getOperation()->walk([&](DispatchOp op) { found.push_back(op); });
    for (DispatchOp op : found) {
      auto phase = op->getParentOfType<PhaseOp>();
      if (!phase || phase.getCode())
        continue;
      KernelBuilder b(phase, *parsed);
      Dispatch(b, op).emit();
      b.finish();
    }
  }
};

} // namespace
