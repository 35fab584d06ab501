//===- ModelRun.cpp - One step of a whole model, in float64 ---------------===//
//
// Functions are found by their attribute `fathom.kind`.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/ModelRun.h"

#include <memory>

namespace fathom {

static mlir::FailureOr<mlir::func::FuncOp> find(mlir::ModuleOp module,
                                                llvm::StringRef kind) {
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    auto found = function->getAttrOfType<mlir::StringAttr>("fathom.kind");
    if (found && found.getValue() == kind)
      return function;
  }
  return module.emitError("found no function of kind ") << kind;
}

/// The functions of layers by the number of the layer, but for those of MTP.
static std::map<int64_t, mlir::func::FuncOp> layersOf(mlir::ModuleOp module) {
  std::map<int64_t, mlir::func::FuncOp> layers;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    auto numbers =
        function->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers");
    auto kind = function->getAttrOfType<mlir::StringAttr>("fathom.kind");
    if (!numbers || !kind || kind.getValue().starts_with("mtp"))
      continue;
    for (int64_t number : numbers.asArrayRef())
      layers[number] = function;
  }
  return layers;
}

/// Keeps what routes choose from now on.
static void observeExperts(Interpreter &interpreter, ModelResult &result) {
  interpreter.observe(
      [&](mlir::Operation *op, int64_t, llvm::ArrayRef<Matrix> computed) {
        if (mlir::isa<mlir::fathom::RouteOp>(op))
          result.experts.push_back(computed[0]);
      });
}

mlir::FailureOr<ModelResult> runModel(mlir::ModuleOp module,
                                      Interpreter &interpreter,
                                      const StepInput &step) {
  ModelResult result;
  observeExperts(interpreter, result);
  auto embed = find(module, "embed"), head = find(module, "head");
  if (mlir::failed(embed) || mlir::failed(head))
    return mlir::failure();
  auto state = interpreter.run(*embed, 0, {step});
  if (mlir::failed(state))
    return mlir::failure();
  Matrix x = (*state)[0], rotary = (*state)[1];
  for (auto &[number, function] : layersOf(module)) {
    auto next = interpreter.run(function, number, {step, x, rotary});
    if (mlir::failed(next))
      return mlir::failure();
    x = std::move((*next)[0]);
  }
  auto scored = interpreter.run(*head, 0, {step, x});
  interpreter.observe(nullptr);
  if (mlir::failed(scored))
    return mlir::failure();
  result.logits = std::move((*scored)[0]);
  result.hidden = std::move((*scored)[1]);
  return result;
}

mlir::FailureOr<ModelResult> runMtp(mlir::ModuleOp module,
                                    Interpreter &interpreter,
                                    const StepInput &step,
                                    const Matrix &hidden) {
  auto embed = find(module, "mtp_embed"), layer = find(module, "mtp_layer"),
       head = find(module, "mtp_head");
  if (mlir::failed(embed) || mlir::failed(layer) || mlir::failed(head))
    return mlir::failure();
  auto number = (*layer)
                    ->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers")
                    .asArrayRef()
                    .front();
  auto state = interpreter.run(*embed, number, {step, hidden});
  if (mlir::failed(state))
    return mlir::failure();
  ModelResult result;
  observeExperts(interpreter, result);
  auto next = interpreter.run(*layer, number, {step, (*state)[0], (*state)[1]});
  interpreter.observe(nullptr);
  if (mlir::failed(next))
    return mlir::failure();
  auto scored = interpreter.run(*head, number, {step, (*next)[0]});
  if (mlir::failed(scored))
    return mlir::failure();
  result.logits = std::move((*scored)[0]);
  result.hidden = std::move((*scored)[1]);
  return result;
}

WeightSource keepWeights(WeightSource source) {
  using Key = std::tuple<std::string, int64_t, int64_t>;
  auto kept = std::make_shared<std::map<Key, std::vector<double>>>();
  return [kept, source = std::move(source)](
             mlir::fathom::WeightOp weight, int64_t layer,
             int64_t expert) -> std::optional<std::vector<double>> {
    Key key{weight.getSymName().str(), layer, expert};
    auto place = kept->find(key);
    if (place == kept->end()) {
      auto values = source(weight, layer, expert);
      if (!values)
        return std::nullopt;
      place = kept->emplace(key, std::move(*values)).first;
    }
    return place->second;
  };
}

} // namespace fathom
