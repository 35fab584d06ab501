//===- Experts.cpp - Router, routed experts, the shared one ---------------===//
//
// The router's matrix is float32 whatever the weights are stored as: its
// rounding decides which experts run.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/LayerBuilder.h"

namespace fathom {

using namespace mlir::fathom;

mlir::Value buildExperts(LayerBuilder &layer, mlir::Value x) {
  const rt::ModelConfig &config = layer.model.config;
  const rt::ExpertsConfig &experts = *config.experts;
  const std::string source = "model.layers.{layer}.mlp";
  mlir::OpBuilder &builder = layer.builder;

  mlir::Value logits = layer.linear(
      x, experts.count,
      layer.routerMatrix("router", experts.count, config.hidden_size,
                         source + ".gate.weight"));
  mlir::FlatSymbolRefAttr bias;
  if (layer.holds(kRouterBiasSource, experts.has_bias))
    bias = layer.vector("router_bias", experts.count, kRouterBiasSource);
  auto ids = mlir::RankedTensorType::get(
      {mlir::ShapedType::kDynamic, experts.per_token}, builder.getI32Type());
  auto route = RouteOp::create(
      builder, layer.loc, ids, layer.rows(experts.per_token), logits, bias,
      experts.scoring == rt::Scoring::kSoftmax ? Scoring::Softmax
                                               : Scoring::Sigmoid,
      experts.groups, experts.top_groups, experts.groups_by_best,
      llvm::APFloat(static_cast<float>(experts.scale)), experts.normalize);

  auto matrix = [&](llvm::StringRef name, int64_t rows, int64_t columns) {
    return layer.matrix(("experts." + name).str(), rows, columns,
                        source + ".experts.{expert}." + name.str() + ".weight",
                        experts.count);
  };
  int64_t hidden = config.hidden_size, size = experts.intermediate_size;
  auto gate = matrix("gate_proj", size, hidden);
  auto up = matrix("up_proj", size, hidden);
  auto down = matrix("down_proj", hidden, size);
  mlir::Value routed =
      ExpertsOp::create(builder, layer.loc, x.getType(), x, route.getIds(),
                        route.getWeights(), gate, up, down);
  if (experts.shared_count == 0)
    return routed;
  mlir::Value shared =
      layer.gatedLayer(x, size * experts.shared_count, "shared_experts.",
                       source + ".shared_experts");
  return layer.add(routed, shared);
}

} // namespace fathom
