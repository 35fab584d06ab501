//===- FormPhases.cpp - Work between two barriers -------------------------===//
//
// Names the phase of each operation, brings those of one phase together, and
// wraps them. Slices stay outside: they are columns of a place, not work.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/ModuleFacts.h"
#include "passes/fathom/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace fathom {
#define GEN_PASS_DEF_FORMPHASESPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

// The operation whose columns `value` is.
Operation *maker(Value value) {
  return ::fathom::viewOf(value).base.getDefiningOp();
}

// Whether `op` reads `value` or columns of it, as anything but an addend.
bool reads(Operation *op, Value value) {
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    auto project = dyn_cast<ProjectOp>(op);
    return ::fathom::viewOf(operand).base == value &&
           !(project && llvm::is_contained(project.getPlus(), operand));
  });
}

template <typename Op> bool isReadBy(ProjectOp op) {
  return llvm::any_of(*op->getBlock(), [&](Operation &other) {
    return isa<Op>(other) && reads(&other, op.getResult());
  });
}

// What a product is for says its name.
StringRef projectPhase(ProjectOp op, bool experts) {
  Operation *input = maker(op.getX());
  if (isReadBy<DispatchOp>(op))
    return "router";
  if (op.getSwiglu())
    return experts ? "experts_gate_up" : "gate_up";
  if (auto gated = dyn_cast_or_null<ProjectOp>(input);
      gated && gated.getSwiglu())
    return experts ? "experts_down" : "down";
  if (isa_and_nonnull<AttendOp, AttendLatentOp>(input))
    return "o";
  if (isReadBy<ProjectOp>(op))
    return "q_a";
  if (auto compressed = dyn_cast_or_null<ProjectOp>(input);
      compressed && isReadBy<AttendLatentOp>(op))
    return "q_b";
  if (isReadBy<AttendOp>(op) || isReadBy<AttendLatentOp>(op))
    return "qkv";
  return "project";
}

// The phase of `op`, or nothing for what is no work.
StringRef phaseOf(Operation &op, StringRef kind, bool experts) {
  if (!isa_and_nonnull<FathomDialect>(op.getDialect()))
    return "";
  if (isa<EmbeddingOp, RotaryOp>(op))
    return "embed";
  if (kind.ends_with("head"))
    return "head";
  return llvm::TypeSwitch<Operation *, StringRef>(&op)
      .Case([&](ProjectOp project) { return projectPhase(project, experts); })
      .Case<AttendOp, AttendLatentOp>([](auto) { return "attend"; })
      .Case([](DispatchOp) { return "dispatch"; })
      .Case([](ExpertGateUpOp) { return "experts_gate_up"; })
      .Case([](ExpertDownOp) { return "experts_down"; })
      .Default([](Operation *) { return ""; });
}

// Operations that move together: those of one phase, or one that has none.
struct Unit {
  StringRef phase;
  SmallVector<Operation *> ops;
};

class Block {
public:
  Block(func::FuncOp function, StringRef kind) : function(function) {
    mlir::Block &block = function.getBody().front();
    bool experts = !block.getOps<ExpertDownOp>().empty();
    llvm::StringMap<size_t> known;
    for (Operation &op : block.without_terminator()) {
      StringRef phase = phaseOf(op, kind, experts);
      size_t next = units.size();
      size_t unit =
          phase.empty() ? next : known.try_emplace(phase, next).first->second;
      if (unit == next)
        units.push_back({phase, {}});
      units[unit].ops.push_back(&op);
      unitOf[&op] = unit;
    }
  }

  // Orders the units by what they need, first come first otherwise; false where
  // two need each other.
  bool order() {
    SmallVector<DenseSet<size_t>> needs(units.size());
    size_t lastEffect = units.size();
    for (auto [number, unit] : llvm::enumerate(units))
      for (Operation *op : unit.ops) {
        for (Value operand : op->getOperands())
          if (Operation *def = operand.getDefiningOp())
            needs[number].insert(unitOf[def]);
        if (isa<AttendOp, AttendLatentOp>(op)) {
          if (lastEffect != units.size())
            needs[number].insert(lastEffect);
          lastEffect = number;
        }
      }
    SmallVector<bool> done(units.size(), false);
    Operation *end = function.getBody().front().getTerminator();
    for (size_t placed = 0; placed < units.size(); ++placed) {
      size_t next = 0;
      auto ready = [&](size_t unit) {
        return !done[unit] && llvm::all_of(needs[unit], [&](size_t other) {
          return other == unit || done[other];
        });
      };
      while (next < units.size() && !ready(next))
        ++next;
      if (next == units.size())
        return false;
      done[next] = true;
      for (Operation *op : units[next].ops)
        op->moveBefore(end);
    }
    return true;
  }

  void wrap() {
    for (Unit &unit : units)
      if (!unit.phase.empty())
        wrap(unit);
  }

private:
  static void wrap(Unit &unit) {
    SmallVector<Value> results;
    for (Operation *op : unit.ops)
      llvm::append_range(results, op->getResults());
    OpBuilder builder(unit.ops.front());
    Location loc = unit.ops.front()->getLoc();
    auto phase =
        PhaseOp::create(builder, loc, ValueRange(results).getTypes(),
                        builder.getStringAttr(unit.phase), ArrayAttr(),
                        IntegerAttr(), IntegerAttr(), FlatSymbolRefAttr());
    mlir::Block *body = builder.createBlock(&phase.getBody());
    for (Operation *op : unit.ops)
      op->moveBefore(body, body->end());
    builder.setInsertionPointToEnd(body);
    YieldOp::create(builder, loc, results);
    for (auto [inner, outer] : llvm::zip_equal(results, phase.getResults()))
      inner.replaceUsesWithIf(outer, [&](OpOperand &use) {
        return use.getOwner()->getBlock() != body;
      });
  }

  func::FuncOp function;
  SmallVector<Unit> units;
  DenseMap<Operation *, size_t> unitOf;
};

struct FormPhases final
    : public ::fathom::impl::FormPhasesPassBase<FormPhases> {
  using FormPhasesPassBase::FormPhasesPassBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto kind = function->getAttrOfType<StringAttr>("fathom.kind");
      if (!kind)
        continue;
      if (failed(::fathom::checkOneBlock(function)))
        return signalPassFailure();
      if (!function.getBody().front().getOps<PhaseOp>().empty()) {
        function.emitError(
            "found phases, expected operations outside of phases");
        return signalPassFailure();
      }
      Block block(function, kind);
      if (!block.order()) {
        function.emitError("found operations of two phases that need each "
                           "other, expected phases that follow one another");
        return signalPassFailure();
      }
      block.wrap();
    }
  }
};

} // namespace
