//===- TileExperts.cpp - The chosen experts as products -------------------===//
//
// First half: the panels of all experts that have tokens are shared out by
// their cost, in the order of the experts. Second half: a thread owns columns
// of the result and adds up the experts in ascending order, beginning with
// `plus`, which may lie where the result does.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/Columns.h"
#include "passes/tiling/Passes.h"
#include "passes/tiling/Product.h"
#include "passes/tiling/TileProject.h"

namespace fathom {
#define GEN_PASS_DEF_TILEEXPERTSPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::KernelBuilder;
using ::fathom::kPanelRows;
using ::fathom::kTileTokens;
using ::fathom::Level;
using ::fathom::Operands;
using ::fathom::Product;
using ::fathom::Rows;

namespace {

/// The dispatch that made `lists`.
DispatchOp dispatchOf(Value lists) {
  if (auto phase = lists.getDefiningOp<PhaseOp>())
    lists = phase.getBody().front().getTerminator()->getOperand(
        cast<OpResult>(lists).getResultNumber());
  return lists.getDefiningOp<DispatchOp>();
}

/// The entries of each expert, read where the dispatch has written them.
class Lists {
public:
  Lists(KernelBuilder &b, Value value, int64_t experts)
      : b(b), base(b.rows(value).base), experts(experts) {
    DispatchOp dispatch = dispatchOf(value);
    choices = cast<RankedTensorType>(dispatch.getIds().getType()).getDimSize(1);
  }
  /// The place of the expert's first entry.
  Value first(Value expert) { return at(expert); }
  Value count(Value expert) { return b.sub(at(b.add(expert, 1)), at(expert)); }
  Value entry(Value place) { return at(b.add(place, experts + 1)); }
  Value tokenOf(Value entry) { return b.div(entry, choices); }
  Value choiceOf(Value entry) { return b.rem(entry, choices); }

private:
  Value at(Value index) {
    return b.toI64(b.load(b.i32(), b.at(base, index, b.i32())));
  }
  KernelBuilder &b;
  Value base;
  int64_t experts, choices;
};

Product productOf(KernelBuilder &b, PackedOp weight, Value expert) {
  Product product;
  product.dots = b.dotsOf(weight);
  product.panels = b.weight(weight, expert);
  product.columns = weight.getColumns();
  return product;
}

void emitGateUp(KernelBuilder &b, ExpertGateUpOp op, Operands &operands) {
  PackedOp weight = b.packed(op.getWeightAttr());
  int64_t experts = weight.getExperts().value_or(1);
  int64_t panels = llvm::divideCeil<int64_t>(weight.getRows(), kPanelRows);
  Rows x = operands.prepare({op.getX(), op.getNormAttr(),
                             op.getEps().convertToDouble(),
                             b.dotsOf(weight).operand});
  Rows result = b.rows(op.getResult());
  Lists lists(b, op.getLists(), experts);

  // A panel costs as many units as its expert has tiles of tokens.
  auto tiles = [&](Value expert) {
    return b.ceilDiv(lists.count(expert), kTileTokens);
  };
  Value all = b.forCarry(b.constant(0), b.constant(experts), 1, b.constant(0),
                         [&](Value expert, ValueRange now) {
                           return SmallVector<Value>{
                               b.add(now[0], b.mul(tiles(expert), panels))};
                         })[0];
  auto [begin, end] = b.share(all);
  b.forCarry(
      b.constant(0), b.constant(experts), 1, b.constant(0),
      [&](Value expert, ValueRange now) -> SmallVector<Value> {
        Value unit = tiles(expert);
        Value cost = b.largest(unit, b.constant(1));
        // The first panel that begins at `bound` or after.
        auto panelAt = [&](Value bound) {
          Value from = b.largest(b.sub(bound, now[0]), b.constant(0));
          Value number = b.div(b.sub(b.add(from, cost), b.constant(1)), cost);
          return b.smallest(number, b.constant(panels));
        };
        Value firstPanel = panelAt(begin), endPanel = panelAt(end);
        Value works = arith::AndIOp::create(b, b.less(b.constant(0), unit),
                                            b.less(firstPanel, endPanel));
        b.ifThen(works, [&] {
          Product product = productOf(b, weight, expert);
          product.firstPanel = firstPanel;
          product.endPanel = endPanel;
          product.tokens = lists.count(expert);
          Value first = lists.first(expert);
          product.operand = [&](Value number) {
            Value entry = lists.entry(b.add(first, number));
            return b.row(x, lists.tokenOf(entry));
          };
          product.finished = [&](Value number, Value row, ValueRange sums) {
            SmallVector<Value> values =
                ::fathom::gatedRows(b, product.dots.lanes, sums);
            Value to = b.row(result, b.add(first, number));
            ::fathom::storeColumns(b, values, to, b.div(row, 2), result,
                                   panels * kPanelRows / 2);
          };
          emitProduct(b, product);
        });
        return {b.add(now[0], b.mul(unit, panels))};
      });
}

void emitDown(KernelBuilder &b, ExpertDownOp op) {
  PackedOp weight = b.packed(op.getWeightAttr());
  int64_t experts = weight.getExperts().value_or(1);
  int64_t panels = llvm::divideCeil<int64_t>(weight.getRows(), kPanelRows);
  Rows h = b.rows(op.getH()), result = b.rows(op.getResult());
  Rows weights = b.rows(op.getWeights());
  Lists lists(b, op.getLists(), experts);
  auto [firstPanel, endPanel] = b.share(panels);

  VectorType type = b.lanes(b.f32());
  int64_t lanes = type.getNumElements();
  std::optional<Rows> plus;
  if (op.getPlus())
    plus = b.rows(op.getPlus());
  // Zeros where the panels go beyond the columns.
  auto initial = [&](Value token, Value column) -> Value {
    if (!plus)
      return b.splat(type, 0.0);
    Value at = b.at(b.row(*plus, token), column, plus->element);
    VectorType stored = b.lanes(plus->element);
    int64_t columns = weight.getRows();
    return b.convertToF32(
        columns % kPanelRows == 0
            ? b.load(stored, at)
            : ::fathom::loadFirst(b, stored, at,
                                  b.sub(b.constant(columns), column)));
  };
  b.forRange(b.constant(0), b.tokenCount(), 1, [&](Value token) {
    Value row = b.row(result, token);
    b.forRange(b.mul(firstPanel, kPanelRows), b.mul(endPanel, kPanelRows),
               lanes, [&](Value column) {
                 b.store(initial(token, column), b.at(row, column, b.f32()));
               });
  });
  b.forRange(b.constant(0), b.constant(experts), 1, [&](Value expert) {
    Value count = lists.count(expert);
    b.ifThen(b.less(b.constant(0), count), [&] {
      Product product = productOf(b, weight, expert);
      product.slices = op.getSlices().value_or(1);
      product.firstPanel = firstPanel;
      product.endPanel = endPanel;
      product.tokens = count;
      Value first = lists.first(expert);
      product.operand = [&](Value number) {
        return b.row(h, b.add(first, number));
      };
      product.finished = [&](Value number, Value row, ValueRange sums) {
        Value entry = lists.entry(b.add(first, number));
        Value token = lists.tokenOf(entry);
        Value weightAt =
            b.at(b.row(weights, token), lists.choiceOf(entry), b.f32());
        Value share =
            vector::BroadcastOp::create(b, type, b.load(b.f32(), weightAt));
        Value to = b.row(result, token);
        for (auto [i, sum] : llvm::enumerate(sums)) {
          Value place = b.at(to, b.add(row, i * lanes), b.f32());
          Value part = arith::MulFOp::create(b, share, sum);
          b.store(arith::AddFOp::create(b, b.load(type, place), part), place);
        }
      };
      emitProduct(b, product);
    });
  });
}

struct TileExperts final
    : public ::fathom::impl::TileExpertsPassBase<TileExperts> {
  using TileExpertsPassBase::TileExpertsPassBase;

  void runOnOperation() override {
    std::optional<Level> parsed = ::fathom::parseLevel(level);
    if (!parsed) {
      getOperation().emitError("expects a level of avx2, avx512 or "
                               "avx512-bf16, but it is \"")
          << level << '"';
      return signalPassFailure();
    }
    SmallVector<PhaseOp> phases;
    getOperation()->walk([&](PhaseOp phase) {
      Block &body = phase.getBody().front();
      if (!phase.getCode() &&
          llvm::any_of(body, llvm::IsaPred<ExpertGateUpOp, ExpertDownOp>))
        phases.push_back(phase);
    });
    for (PhaseOp phase : phases)
      tile(phase, *parsed);
  }

private:
  void tile(PhaseOp phase, Level level) {
    KernelBuilder b(phase, level);
    Operands operands(b);
    Block &body = phase.getBody().front();
    for (Operation &op : body.without_terminator()) {
      // What another operation of the phase has written, by any thread.
      if (llvm::any_of(op.getOperands(), [&](Value operand) {
            return operand.getParentBlock() == &body;
          }))
        b.barrier();
      if (auto gateUp = dyn_cast<ExpertGateUpOp>(op))
        emitGateUp(b, gateUp, operands);
      else if (auto down = dyn_cast<ExpertDownOp>(op))
        emitDown(b, down);
      else if (auto project = dyn_cast<ProjectOp>(op))
        ::fathom::emitProject(b, project, operands);
      else {
        op.emitOpError("expects only experts and projects beside experts");
        return signalPassFailure();
      }
    }
    b.finish();
  }
};

} // namespace
