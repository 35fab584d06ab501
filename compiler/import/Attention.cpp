//===- Attention.cpp - Grouped-query and latent attention -----------------===//
//
// From the normed state of a layer to what is added to its residual.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/LayerBuilder.h"

namespace fathom {

using namespace mlir::fathom;

static const char kSource[] = "model.layers.{layer}.self_attn";

/// The norms inside latent attention have their class's eps, not the model's.
static constexpr double kLatentNormEps = 1e-6;

static std::string source(llvm::StringRef name) {
  return (llvm::Twine(kSource) + "." + name).str();
}

static mlir::Value rope(LayerBuilder &layer, mlir::Value x, mlir::Value rotary,
                        int64_t heads, int64_t offset, Pairing pairing) {
  return RopeOp::create(layer.builder, layer.loc, x.getType(), x, rotary, heads,
                        offset, pairing);
}

mlir::Value buildGroupedAttention(LayerBuilder &layer, mlir::Value tokens,
                                  mlir::Value x, mlir::Value rotary) {
  const rt::ModelConfig &config = layer.model.config;
  int64_t heads = config.head_count, kvHeads = config.kv_head_count;
  int64_t width = config.head_dim;
  auto project = [&](llvm::StringRef name, int64_t outputs) {
    return layer.linear(x, outputs, name, source(name), config.biases.inputs);
  };
  mlir::Value q = project("q_proj", heads * width);
  mlir::Value k = project("k_proj", kvHeads * width);
  mlir::Value v = project("v_proj", kvHeads * width);
  q = rope(layer, q, rotary, heads, 0, Pairing::Half);
  k = rope(layer, k, rotary, kvHeads, 0, Pairing::Half);
  CacheAppendOp::create(layer.builder, layer.loc, tokens,
                        mlir::ValueRange{k, v}, "kv");
  mlir::Value attended = AttentionOp::create(
      layer.builder, layer.loc, q.getType(), tokens, q, "kv", heads, kvHeads,
      llvm::APFloat(static_cast<float>(layer.model.rope.softmax_scale)));
  return layer.linear(attended, config.hidden_size, "o_proj", source("o_proj"),
                      config.biases.output);
}

static mlir::Value buildLatentQuery(LayerBuilder &layer, mlir::Value x,
                                    int64_t outputs) {
  int64_t rank = layer.model.config.latent->q_rank;
  if (rank == 0)
    return layer.linear(x, outputs, "q_proj", source("q_proj"));
  mlir::Value low = layer.linear(x, rank, "q_a_proj", source("q_a_proj"),
                                 layer.model.config.biases.inputs);
  low =
      layer.norm(low, "q_a_layernorm", source("q_a_layernorm"), kLatentNormEps);
  return layer.linear(low, outputs, "q_b_proj", source("q_b_proj"));
}

mlir::Value buildLatentAttention(LayerBuilder &layer, mlir::Value tokens,
                                 mlir::Value x, mlir::Value rotary) {
  const rt::ModelConfig &config = layer.model.config;
  const rt::LatentConfig &latent = *config.latent;
  int64_t heads = config.head_count, rank = latent.kv_rank;
  Pairing pairing = latent.adjacent_pairs ? Pairing::Adjacent : Pairing::Half;
  mlir::Value q =
      buildLatentQuery(layer, x, heads * (latent.nope_dim + latent.rope_dim));
  q = rope(layer, q, rotary, heads, latent.nope_dim, pairing);
  mlir::Value joined =
      layer.linear(x, rank + latent.rope_dim, "kv_a_proj_with_mqa",
                   source("kv_a_proj_with_mqa"), config.biases.inputs);
  mlir::Value row = layer.norm(layer.slice(joined, 0, rank), "kv_a_layernorm",
                               source("kv_a_layernorm"), kLatentNormEps);
  // One key for all heads; it is not normalised.
  mlir::Value key = rope(layer, layer.slice(joined, rank, latent.rope_dim),
                         rotary, 1, 0, pairing);
  CacheAppendOp::create(layer.builder, layer.loc, tokens,
                        mlir::ValueRange{layer.concat(row, key)}, "latent");
  auto weight =
      layer.matrix("kv_b_proj", heads * (latent.nope_dim + latent.value_dim),
                   rank, source("kv_b_proj.weight"));
  mlir::Value attended = LatentAttentionOp::create(
      layer.builder, layer.loc, layer.rows(heads * latent.value_dim), tokens, q,
      "latent", weight.getValue(), heads, latent.nope_dim, latent.rope_dim,
      latent.value_dim,
      llvm::APFloat(static_cast<float>(layer.model.rope.softmax_scale)));
  return layer.linear(attended, config.hidden_size, "o_proj", source("o_proj"),
                      config.biases.output);
}

} // namespace fathom
