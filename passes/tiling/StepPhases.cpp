//===- StepPhases.cpp - The phases of a step, in order --------------------===//
//
// See StepPhases.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/StepPhases.h"

#include <map>

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

static void append(std::vector<StepPhase> &phases, func::FuncOp function,
                   int64_t layer) {
  for (auto phase : function.getOps<PhaseOp>())
    phases.push_back(
        {phase, layer, (function.getSymName() + "." + phase.getName()).str()});
}

std::vector<StepPhase> stepPhases(ModuleOp module, bool mtp) {
  std::vector<func::FuncOp> first, last;
  std::map<int64_t, func::FuncOp> layers;
  auto layerOf = [](func::FuncOp function) -> int64_t {
    auto numbers = function->getAttrOfType<DenseI64ArrayAttr>("fathom.layers");
    return numbers && !numbers.empty() ? numbers[0] : -1;
  };
  for (auto function : module.getOps<func::FuncOp>()) {
    auto kind = function->getAttrOfType<StringAttr>("fathom.kind");
    if (!kind || kind.getValue().starts_with("mtp") != mtp)
      continue;
    auto numbers = function->getAttrOfType<DenseI64ArrayAttr>("fathom.layers");
    // Those around the extra layer have its number, as they read its weights.
    if (kind.getValue().ends_with("embed"))
      first.push_back(function);
    else if (!numbers || kind.getValue().ends_with("head"))
      last.push_back(function);
    else
      for (int64_t number : numbers.asArrayRef())
        layers[number] = function;
  }
  std::vector<StepPhase> phases;
  for (auto function : first)
    append(phases, function, layerOf(function));
  for (auto &[number, function] : layers)
    append(phases, function, number);
  for (auto function : last)
    append(phases, function, layerOf(function));
  return phases;
}

std::string levelSymbol(StringRef prefix, StringRef level) {
  std::string symbol = (prefix + level).str();
  std::replace(symbol.begin(), symbol.end(), '-', '_');
  return symbol;
}

} // namespace fathom
