//===- LiveValues.cpp - What later phases still read ----------------------===//
//
// See LiveValues.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/LiveValues.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace fathom {

using namespace mlir::fathom;

mlir::Value insideOf(mlir::Value result) {
  auto phase = result.getDefiningOp<PhaseOp>();
  if (!phase)
    return result;
  auto yield = mlir::cast<YieldOp>(phase.getBody().front().getTerminator());
  return yield
      .getValues()[mlir::cast<mlir::OpResult>(result).getResultNumber()];
}

PlaceAttr placeOf(mlir::Value value) {
  if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(value)) {
    auto function =
        mlir::cast<mlir::func::FuncOp>(argument.getOwner()->getParentOp());
    return function.getArgAttrOfType<PlaceAttr>(argument.getArgNumber(),
                                                "fathom.place");
  }
  auto phase = value.getDefiningOp<PhaseOp>();
  if (!phase || !phase.getPlaces())
    return PlaceAttr();
  unsigned number = mlir::cast<mlir::OpResult>(value).getResultNumber();
  return mlir::cast<PlaceAttr>((*phase.getPlaces())[number]);
}

namespace {

/// One run of a function in a step.
class FunctionRun {
public:
  explicit FunctionRun(mlir::func::FuncOp function)
      : function(function), phases(function.getOps<PhaseOp>()) {}

  int64_t phaseCount() const { return phases.size(); }

  /// What is read after phase `number`, by this function or by those after
  /// it, of which `next` comes first.
  std::vector<PlacedValue> liveBehind(int64_t number, FunctionRun *next) {
    std::vector<PlacedValue> live;
    auto add = [&](mlir::Value value) {
      if (PlaceAttr place = placeOf(value))
        live.push_back({value, place});
    };
    for (mlir::Value argument : function.getArguments())
      if (lastUse(argument) > number || isPassedOn(argument, next))
        add(argument);
    for (int64_t i = 0; i <= number; ++i)
      for (mlir::Value result : PhaseOp(phases[i]).getResults())
        if (lastUse(result) > number)
          add(result);
    return live;
  }

private:
  mlir::Operation *end() { return function.getBody().front().getTerminator(); }

  /// What the function returns is read after its last phase.
  int64_t phaseOf(mlir::Operation *op) {
    while (op->getParentOp() != function)
      op = op->getParentOp();
    return llvm::find(phases, mlir::dyn_cast<PhaseOp>(op)) - phases.begin();
  }

  int64_t lastUse(mlir::Value value) {
    int64_t last = -1;
    for (mlir::Operation *user : value.getUsers())
      if (mlir::isa<mlir::tensor::ExtractSliceOp>(user))
        last = std::max(last, lastUse(user->getResult(0)));
      else if (!mlir::isa<mlir::tensor::DimOp>(user))
        last = std::max(last, phaseOf(user));
    return last;
  }

  /// Whether the next function finds an argument where this one found it:
  /// rotary factors are made once a step.
  bool isPassedOn(mlir::Value argument, FunctionRun *next) {
    PlaceAttr place = placeOf(argument);
    if (!place || !next)
      return false;
    auto isHere = [&](mlir::Value value) {
      PlaceAttr other = placeOf(value);
      return other && other.getOffset() == place.getOffset();
    };
    return llvm::any_of(next->function.getArguments(), isHere) &&
           llvm::none_of(end()->getOperands(), isHere);
  }

  mlir::func::FuncOp function;
  llvm::SmallVector<PhaseOp> phases;
};

} // namespace

std::vector<std::vector<PlacedValue>>
liveValues(llvm::ArrayRef<StepPhase> phases) {
  std::vector<FunctionRun> runs;
  for (size_t first = 0; first < phases.size();
       first += runs.back().phaseCount())
    runs.emplace_back(
        PhaseOp(phases[first].phase)->getParentOfType<mlir::func::FuncOp>());
  std::vector<std::vector<PlacedValue>> live;
  for (auto [i, run] : llvm::enumerate(runs)) {
    FunctionRun *next = i + 1 < runs.size() ? &runs[i + 1] : nullptr;
    for (int64_t phase = 0; phase < run.phaseCount(); ++phase)
      live.push_back(run.liveBehind(phase, next));
  }
  return live;
}

} // namespace fathom
