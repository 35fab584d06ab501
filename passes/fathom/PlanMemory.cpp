//===- PlanMemory.cpp - Places in the arena -------------------------------===//
//
// The arena is planned once for the longest step: nothing is allocated while a
// step runs. Functions run one after another, so each is planned by itself
// after what lives all step long: the residual stream and the rotary factors.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/ModuleFacts.h"
#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::columnsOf;
using ::fathom::roundUp;

namespace {

constexpr int64_t kElementBytes = 4; // One plan for every level.
constexpr int64_t kAlignBytes = 64;

// Elements from one row of so many columns to the next.
int64_t strideOfColumns(int64_t columns) { return roundUp(columns, 64); }

// The value inside of the phase whose result `result` is.
Value madeInPhase(Value result) {
  auto phase = result.getDefiningOp<PhaseOp>();
  if (!phase)
    return result;
  auto yield = cast<YieldOp>(phase.getBody().front().getTerminator());
  return yield.getValues()[cast<OpResult>(result).getResultNumber()];
}

// Elements from one row of `value` to the next. Lists are one number after
// another.
int64_t strideOf(Value value) {
  Value made = madeInPhase(value);
  auto dispatch = made.getDefiningOp<DispatchOp>();
  return dispatch && made == dispatch.getLists()
             ? 1
             : strideOfColumns(columnsOf(value));
}

// Something that needs bytes from one phase to another, both included.
struct Lifetime {
  int64_t bytes;
  int64_t first, last;
  int64_t offset = -1;
};

// Gives each lifetime the lowest offset from `base` on that overlaps no other
// at the same time, the largest first; returns the end of all.
int64_t pack(MutableArrayRef<Lifetime> lifetimes, int64_t base) {
  SmallVector<Lifetime *> order;
  for (Lifetime &lifetime : lifetimes)
    order.push_back(&lifetime);
  llvm::sort(order, [](Lifetime *a, Lifetime *b) {
    return a->bytes != b->bytes ? a->bytes > b->bytes : a < b;
  });
  int64_t end = base;
  for (Lifetime *lifetime : order) {
    int64_t offset = base;
    for (bool moved = true; moved;) {
      moved = false;
      for (Lifetime *other : order) {
        if (other->offset < 0 || other->last < lifetime->first ||
            lifetime->last < other->first ||
            other->offset >= offset + lifetime->bytes ||
            offset >= other->offset + other->bytes)
          continue;
        offset = roundUp(other->offset + other->bytes, kAlignBytes);
        moved = true;
      }
    }
    lifetime->offset = offset;
    end = std::max(end, roundUp(offset + lifetime->bytes, kAlignBytes));
  }
  return end;
}

// What a function of one kind hands on: which of its arguments and results are
// the residual stream and the rotary factors.
struct Signature {
  int stream = -1, rotary = -1; // Arguments.
  int streamResult = -1, rotaryResult = -1;
};

Signature signatureOf(StringRef kind) {
  if (kind.ends_with("embed"))
    return {-1, -1, 0, 1};
  if (kind.ends_with("head"))
    return {1, -1, -1, -1};
  return {1, 2, 0, -1};
}

// A phase's results, and the lists by which its rows are numbered.
LogicalResult checkPhase(PhaseOp phase) {
  for (Type type : phase.getResultTypes())
    if (!hasKnownColumns(type))
      return phase.emitError("found a result of type ")
             << type << ", expected rows of columns";
  for (auto gateUp : phase.getBody().getOps<ExpertGateUpOp>())
    if (!madeInPhase(gateUp.getLists()).getDefiningOp<DispatchOp>())
      return gateUp.emitError("found lists that are made elsewhere, expected "
                              "those of a dispatch");
  return success();
}

// What the plan takes for granted of a function of this kind.
LogicalResult checkFunction(func::FuncOp function, StringRef kind,
                            Signature signature) {
  if (failed(::fathom::checkOneBlock(function)))
    return failure();
  int64_t arguments = function.getNumArguments();
  int64_t results = function.getNumResults();
  if (signature.stream >= arguments || signature.rotary >= arguments ||
      signature.streamResult >= results || signature.rotaryResult >= results)
    return function.emitError("found ")
           << arguments << " arguments and " << results
           << " results, expected those of a function of kind \"" << kind
           << '"';
  auto check = [&](int number, TypeRange types, StringRef what) {
    if (number < 0 || hasKnownColumns(types[number]))
      return success();
    return LogicalResult(function.emitError("found ")
                         << what << " " << number << " of type "
                         << types[number] << ", expected rows of columns");
  };
  if (failed(
          check(signature.stream, function.getArgumentTypes(), "argument")) ||
      failed(
          check(signature.rotary, function.getArgumentTypes(), "argument")) ||
      failed(
          check(signature.streamResult, function.getResultTypes(), "result")) ||
      failed(
          check(signature.rotaryResult, function.getResultTypes(), "result")))
    return failure();
  for (auto phase : function.getOps<PhaseOp>())
    if (failed(checkPhase(phase)))
      return failure();
  return success();
}

// Plans one function. Values are known by the results of their phases.
class Plan {
public:
  Plan(func::FuncOp function, int64_t stepTokens, SymbolTable &symbols,
       Type storage)
      : function(function), stepTokens(stepTokens), symbols(symbols),
        storage(storage) {
    for (Operation &op : function.getBody().front())
      if (auto phase = dyn_cast<PhaseOp>(op))
        phases.push_back(phase);
  }

  // Finds the values that are the residual stream at some time.
  LogicalResult findStream(Signature signature);

  // Places everything that is not in `fixed`, but for logits, which go where
  // the step's context says; returns the end of it.
  int64_t place(const DenseMap<Value, int64_t> &fixed, int64_t base);

  DenseSet<Value> stream;

private:
  // The operations that read `value`, through views and as phases' results.
  SmallVector<OpOperand *> readersOf(Value value) const;
  int64_t phaseOf(Operation *op) const;
  int64_t bytesOf(Value result) const;
  int64_t scratchBytes(PhaseOp phase) const;
  bool isOperand(Value result) const;
  static bool holdsLogits(PhaseOp phase);
  LogicalResult checkOverwritten(Value old, Value by) const;

  func::FuncOp function;
  int64_t stepTokens;
  SymbolTable &symbols;
  Type storage;
  SmallVector<PhaseOp> phases;
};

int64_t Plan::phaseOf(Operation *op) const {
  while (op && !isa<PhaseOp>(op))
    op = op->getParentOp();
  // What stands outside of phases and is no view ends the function.
  if (!op)
    return phases.size();
  return llvm::find(phases, cast<PhaseOp>(op)) - phases.begin();
}

SmallVector<OpOperand *> Plan::readersOf(Value value) const {
  SmallVector<OpOperand *> readers;
  SmallVector<Value> work{value};
  if (Value made = madeInPhase(value); made != value)
    work.push_back(made);
  while (!work.empty())
    for (OpOperand &use : work.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (isa<tensor::ExtractSliceOp>(user))
        work.push_back(user->getResult(0));
      else if (!isa<tensor::DimOp, YieldOp>(user))
        readers.push_back(&use);
    }
  return readers;
}

int64_t Plan::bytesOf(Value result) const {
  Value value = madeInPhase(result);
  int64_t rows = stepTokens;
  auto dispatchOf = [&](Value lists) {
    return cast<DispatchOp>(madeInPhase(lists).getDefiningOp());
  };
  auto choices = [&](DispatchOp dispatch) {
    return stepTokens * columnsOf(dispatch.getWeights());
  };
  if (auto gateUp = value.getDefiningOp<ExpertGateUpOp>())
    rows = choices(dispatchOf(gateUp.getLists()));
  if (auto dispatch = value.getDefiningOp<DispatchOp>())
    if (value == dispatch.getLists())
      rows = columnsOf(dispatch.getLogits()) + 1 + choices(dispatch);
  return rows * strideOf(result) * kElementBytes;
}

// Rows that a phase's threads share before its products: normalised ones, those
// that lie in another type than the product takes, and rotated queries.
int64_t Plan::scratchBytes(PhaseOp phase) const {
  int64_t bytes = 0;
  SmallVector<std::tuple<Value, Attribute, Attribute>> normed;
  auto norm = [&](Value x, Attribute weight, Attribute eps) {
    if (llvm::is_contained(normed, std::tuple(x, weight, eps)))
      return;
    normed.emplace_back(x, weight, eps);
    bytes += stepTokens * strideOfColumns(columnsOf(x)) * kElementBytes;
  };
  phase.walk([&](Operation *op) {
    if (auto project = dyn_cast<ProjectOp>(op)) {
      if (project.getNorm() ||
          !isOperand(::fathom::viewOf(project.getX()).base))
        norm(project.getX(), project.getNormAttr(), project.getEpsAttr());
    }
    if (auto gateUp = dyn_cast<ExpertGateUpOp>(op))
      norm(gateUp.getX(), gateUp.getNormAttr(), gateUp.getEpsAttr());
    else if (auto attend = dyn_cast<AttendOp>(op)) // Rotated queries.
      bytes += stepTokens * strideOfColumns(columnsOf(attend.getResult())) *
               kElementBytes;
    else if (auto attend = dyn_cast<AttendLatentOp>(op)) // Likewise.
      bytes += stepTokens * static_cast<int64_t>(attend.getHeads()) *
               strideOfColumns(roundUp(attend.getNope(), 2) +
                               roundUp(attend.getRope(), 2)) *
               kElementBytes;
  });
  return bytes;
}

bool Plan::isOperand(Value result) const {
  Operation *made = madeInPhase(result).getDefiningOp();
  auto project = dyn_cast_or_null<ProjectOp>(made);
  if (!isa_and_nonnull<ExpertGateUpOp, AttendOp, AttendLatentOp>(made) &&
      !(project && project.getSwiglu()))
    return false;
  SmallVector<OpOperand *> readers = readersOf(result);
  return !readers.empty() && llvm::all_of(readers, [&](OpOperand *use) {
    FlatSymbolRefAttr weight;
    if (auto reader = dyn_cast<ProjectOp>(use->getOwner());
        reader && use->getOperandNumber() == 0 && !reader.getNorm() &&
        !reader.getExact())
      weight = reader.getWeightAttr();
    else if (auto reader = dyn_cast<ExpertDownOp>(use->getOwner());
             reader && use->getOperandNumber() == 0)
      weight = reader.getWeightAttr();
    return weight &&
           symbols.lookup<PackedOp>(weight.getAttr()).getStorage() == storage;
  });
}

// The values that `op` adds to what it computes.
static OperandRange addendsOf(Operation *op) {
  if (auto project = dyn_cast_or_null<ProjectOp>(op))
    return project.getPlus();
  if (auto down = dyn_cast_or_null<ExpertDownOp>(op))
    return down.getODSOperands(3);
  return {nullptr, 0};
}

bool Plan::holdsLogits(PhaseOp phase) {
  return llvm::any_of(phase.getBody().getOps<ProjectOp>(),
                      [](ProjectOp op) { return op.getAsking(); });
}

// `by` is written where `old` lies, so nothing may read `old` later, nor beside
// the addition that makes `by`.
LogicalResult Plan::checkOverwritten(Value old, Value by) const {
  Operation *adding = madeInPhase(by).getDefiningOp();
  int64_t phase = phaseOf(adding);
  for (OpOperand *use : readersOf(old)) {
    Operation *user = use->getOwner();
    bool addend = llvm::is_contained(addendsOf(user), use->get());
    if (phaseOf(user) < phase || (user == adding && addend))
      continue;
    return user->emitError("found a use of the residual stream in or after the "
                           "phase that adds to it, expected none");
  }
  return success();
}

LogicalResult Plan::findStream(Signature signature) {
  Operation *end = function.getBody().front().getTerminator();
  if (signature.stream >= 0)
    stream.insert(function.getArgument(signature.stream));
  if (signature.streamResult < 0)
    return success();
  Value value = end->getOperand(signature.streamResult);
  while (!stream.contains(value)) {
    stream.insert(value);
    OperandRange addends = addendsOf(madeInPhase(value).getDefiningOp());
    if (addends.empty()) {
      if (signature.stream < 0)
        return success(); // The entry makes the stream.
      return function.emitError("found a result that adds to something else, "
                                "expected the residual stream and additions");
    }
    Value old = addends.back();
    if (signature.stream >= 0 && failed(checkOverwritten(old, value)))
      return failure();
    if (signature.stream < 0)
      return success();
    value = old;
  }
  return success();
}

int64_t Plan::place(const DenseMap<Value, int64_t> &fixed, int64_t base) {
  SmallVector<Lifetime> lifetimes;
  DenseMap<Value, size_t> ofValue;
  DenseMap<Operation *, size_t> ofScratch;
  for (auto [number, phase] : llvm::enumerate(phases)) {
    int64_t now = number;
    for (Value result : phase.getResults()) {
      if (fixed.contains(result) || holdsLogits(phase))
        continue;
      int64_t last = now;
      for (OpOperand *use : readersOf(result))
        last = std::max(last, phaseOf(use->getOwner()));
      ofValue[result] = lifetimes.size();
      lifetimes.push_back({bytesOf(result), now, last});
    }
    if (int64_t bytes = scratchBytes(phase)) {
      ofScratch[phase] = lifetimes.size();
      lifetimes.push_back({bytes, now, now});
    }
  }
  int64_t end = pack(lifetimes, base);
  OpBuilder builder(function.getContext());
  for (PhaseOp phase : phases) {
    SmallVector<Attribute> places;
    for (Value result : phase.getResults()) {
      if (holdsLogits(phase))
        break;
      auto known = fixed.find(result);
      int64_t offset = known != fixed.end() ? known->second
                                            : lifetimes[ofValue[result]].offset;
      places.push_back(PlaceAttr::get(builder.getContext(), offset,
                                      strideOf(result), isOperand(result)));
    }
    if (!holdsLogits(phase))
      phase.setPlacesAttr(builder.getArrayAttr(places));
    if (auto found = ofScratch.find(phase); found != ofScratch.end()) {
      phase.setScratch(lifetimes[found->second].offset);
      phase.setScratchBytes(lifetimes[found->second].bytes);
    }
  }
  return end;
}

struct PlanMemory final
    : public ::fathom::impl::PlanMemoryPassBase<PlanMemory> {
  using PlanMemoryPassBase::PlanMemoryPassBase;

  void runOnOperation() override {
    if (failed(plan()))
      signalPassFailure();
  }

  LogicalResult plan();
};

// The storage of the weights that most products read: those of the layers.
Type storageOf(ModuleOp module) {
  for (auto packed : module.getOps<PackedOp>())
    if (packed.getLayout() == Layout::Panels && !packed.getStorage().isF32())
      return packed.getStorage();
  return Float32Type::get(module.getContext());
}

LogicalResult PlanMemory::plan() {
  ModuleOp module = getOperation();
  if (stepTokens < 1)
    return module.emitError("found step-tokens=")
           << stepTokens.getValue() << ", expected at least 1";
  SymbolTable symbols(module);
  SmallVector<std::pair<func::FuncOp, Signature>> functions;
  int64_t streamColumns = 0, rotaryColumns = 0;
  for (auto function : module.getOps<func::FuncOp>()) {
    auto kind = function->getAttrOfType<StringAttr>("fathom.kind");
    if (!kind)
      continue;
    Signature signature = signatureOf(kind);
    if (failed(checkFunction(function, kind.getValue(), signature)))
      return failure();
    functions.emplace_back(function, signature);
    Operation *end = function.getBody().front().getTerminator();
    if (signature.streamResult >= 0)
      streamColumns = std::max(
          streamColumns, columnsOf(end->getOperand(signature.streamResult)));
    if (signature.rotary >= 0)
      rotaryColumns = std::max(
          rotaryColumns, columnsOf(function.getArgument(signature.rotary)));
  }
  int64_t rotaryOffset =
      stepTokens * strideOfColumns(streamColumns) * kElementBytes;
  int64_t base = rotaryOffset +
                 stepTokens * strideOfColumns(rotaryColumns) * kElementBytes;
  int64_t end = base;
  for (auto &[function, signature] : functions) {
    Plan plan(function, stepTokens, symbols, storageOf(module));
    if (failed(plan.findStream(signature)))
      return failure();
    DenseMap<Value, int64_t> fixed;
    for (Value value : plan.stream)
      fixed[value] = 0;
    if (signature.rotaryResult >= 0)
      fixed[function.getBody().front().getTerminator()->getOperand(
          signature.rotaryResult)] = rotaryOffset;
    end = std::max(end, plan.place(fixed, base));
    auto placeArgument = [&](int number, int64_t offset) {
      if (number < 0)
        return;
      int64_t stride = strideOf(function.getArgument(number));
      function.setArgAttr(
          number, "fathom.place",
          PlaceAttr::get(module.getContext(), offset, stride, false));
    };
    placeArgument(signature.stream, 0);
    placeArgument(signature.rotary, rotaryOffset);
  }
  OpBuilder builder(module);
  module->setAttr("fathom.step_tokens_max",
                  builder.getI64IntegerAttr(stepTokens));
  module->setAttr("fathom.arena_shared_bytes", builder.getI64IntegerAttr(end));
  module->setAttr("fathom.storage", TypeAttr::get(storageOf(module)));
  return success();
}

} // namespace
