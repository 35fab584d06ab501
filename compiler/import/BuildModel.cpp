//===- BuildModel.cpp - A configuration as operations ---------------------===//
//
// One function a kind of layer, for all three architectures: they differ in
// their attention and in what follows it.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/LayerBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"

#include <algorithm>

namespace fathom {

using namespace mlir::fathom;

/// The default of the longest sequence.
static constexpr int64_t kContextTokens = 4096;

static mlir::Type storageType(StorageType type, mlir::MLIRContext *context) {
  switch (type) {
  case StorageType::BF16:
    return mlir::BFloat16Type::get(context);
  case StorageType::F16:
    return mlir::Float16Type::get(context);
  case StorageType::F32:
    return mlir::Float32Type::get(context);
  }
  llvm_unreachable("an enumerator of no name");
}

namespace {
/// Writes the module's functions in the order in which a step runs them.
class ModelBuilder {
public:
  ModelBuilder(ModelContext &model)
      : model(model), config(model.config),
        tokens(TokensType::get(model.module.getContext())),
        state(rows(config.hidden_size)), rotary(rows(config.rotary_dim())) {}

  /// The layers that have experts, or the others.
  llvm::SmallVector<int64_t> layersWith(bool experts) const;
  void attributes(int64_t contextTokens);
  void cache();
  void embed();
  void layer(llvm::StringRef name, llvm::StringRef kind, bool hasExperts,
             llvm::ArrayRef<int64_t> layers);
  void head();
  void mtp();

private:
  mlir::RankedTensorType rows(int64_t columns) {
    return mlir::RankedTensorType::get(
        {mlir::ShapedType::kDynamic, columns},
        mlir::Float32Type::get(model.module.getContext()));
  }
  void score(LayerBuilder &builder, llvm::StringRef norm,
             llvm::StringRef source);
  bool isIn(int64_t layer) const {
    return config.experts && config.experts->IsIn(layer);
  }

  ModelContext &model;
  const rt::ModelConfig &config;
  mlir::Type tokens;
  mlir::RankedTensorType state, rotary;
};
} // namespace

llvm::SmallVector<int64_t> ModelBuilder::layersWith(bool experts) const {
  llvm::SmallVector<int64_t> layers;
  for (int64_t i = 0; i < config.layer_count; ++i)
    if (isIn(i) == experts)
      layers.push_back(i);
  return layers;
}

void ModelBuilder::attributes(int64_t contextTokens) {
  mlir::Builder builder(model.module.getContext());
  absl::string_view name = rt::ArchitectureName(config.architecture);
  model.module->setAttr(
      "fathom.architecture",
      builder.getStringAttr(llvm::StringRef(name.data(), name.size())));
  auto number = [&](llvm::StringRef key, int64_t value) {
    model.module->setAttr(key, builder.getI64IntegerAttr(value));
  };
  number("fathom.hidden_size", config.hidden_size);
  number("fathom.layer_count", config.layer_count);
  number("fathom.vocabulary_size", config.vocabulary_size);
  number("fathom.context_tokens", contextTokens);
  number("fathom.position_limit", config.position_limit);
  // A model may name experts and have them in none of its layers.
  bool hasExperts = !layersWith(true).empty() ||
                    (config.mtp_layer_count > 0 && isIn(config.layer_count));
  number("fathom.expert_count", hasExperts ? config.experts->count : 0);
  number("fathom.experts_per_token",
         hasExperts ? config.experts->per_token : 0);
}

/// The tensor that embeds tokens.
static std::string embeddingSource(const CheckpointTraits &traits) {
  return traits.embedding.empty() ? "model.embed_tokens.weight"
                                  : traits.embedding;
}

/// The tensor that scores the vocabulary.
static std::string headSource(const ModelContext &model) {
  if (!model.traits.head.empty())
    return model.traits.head;
  return model.config.tied_embeddings ? embeddingSource(model.traits)
                                      : "lm_head.weight";
}

void ModelBuilder::cache() {
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(model.module.getBody());
  llvm::SmallVector<int64_t> parts;
  if (config.latent)
    parts = {config.latent->kv_rank + config.latent->rope_dim};
  else
    parts = {config.kv_head_count * config.head_dim,
             config.kv_head_count * config.head_dim};
  // One latent row serves all heads.
  mlir::IntegerAttr heads;
  if (!config.latent)
    heads = builder.getI64IntegerAttr(config.kv_head_count);
  CacheOp::create(builder, builder.getUnknownLoc(),
                  config.latent ? "latent" : "kv", parts, model.storage, heads);
}

void ModelBuilder::embed() {
  LayerBuilder builder(model, "embed", "embed", {}, {tokens}, {state, rotary});
  auto table =
      builder.plainMatrix("embed_tokens", config.vocabulary_size,
                          config.hidden_size, embeddingSource(model.traits));
  mlir::Value x = EmbeddingOp::create(builder.builder, builder.loc, state,
                                      builder.argument(0), table);
  builder.finish({x, builder.rotary(builder.argument(0))});
}

void ModelBuilder::layer(llvm::StringRef name, llvm::StringRef kind,
                         bool hasExperts, llvm::ArrayRef<int64_t> layers) {
  if (layers.empty())
    return;
  const std::string source = "model.layers.{layer}.";
  LayerBuilder builder(model, name, kind, layers, {tokens, state, rotary},
                       {state});
  mlir::Value x = builder.argument(1);
  mlir::Value normed = builder.norm(
      x, "input_layernorm", source + "input_layernorm", config.norm_eps);
  auto attention = config.latent ? buildLatentAttention : buildGroupedAttention;
  x = builder.add(
      x, attention(builder, builder.argument(0), normed, builder.argument(2)));
  normed = builder.norm(x, "post_attention_layernorm",
                        source + "post_attention_layernorm", config.norm_eps);
  mlir::Value fed =
      hasExperts ? buildExperts(builder, normed)
                 : builder.gatedLayer(normed, config.intermediate_size, "",
                                      source + "mlp", config.biases.mlp);
  builder.finish({builder.add(x, fed)});
}

void ModelBuilder::score(LayerBuilder &builder, llvm::StringRef norm,
                         llvm::StringRef source) {
  mlir::Value hidden =
      builder.norm(builder.argument(1), "norm", norm, config.norm_eps);
  auto weight = builder.plainMatrix("lm_head", config.vocabulary_size,
                                    config.hidden_size, source);
  mlir::Value logits = LogitsOp::create(builder.builder, builder.loc,
                                        rows(config.vocabulary_size), hidden,
                                        builder.argument(0), weight);
  builder.finish({logits, hidden});
}

void ModelBuilder::head() {
  LayerBuilder builder(model, "head", "head", {}, {tokens, state},
                       {rows(config.vocabulary_size), state});
  score(builder, "model.norm", headSource(model));
}

void ModelBuilder::mtp() {
  if (config.mtp_layer_count == 0)
    return;
  int64_t number = config.layer_count;
  const std::string source = "model.layers.{layer}.";
  {
    LayerBuilder builder(model, "mtp_embed", "mtp_embed", {number},
                         {tokens, state}, {state, rotary});
    auto table = builder.plainMatrix(
        "embed_tokens", config.vocabulary_size, config.hidden_size,
        model.traits.mtpSharesEmbedding ? embeddingSource(model.traits)
                                        : source + "embed_tokens.weight");
    mlir::Value next = EmbeddingOp::create(builder.builder, builder.loc, state,
                                           builder.argument(0), table);
    next = builder.norm(next, "enorm", source + "enorm", config.norm_eps);
    mlir::Value hidden = builder.norm(builder.argument(1), "hnorm",
                                      source + "hnorm", config.norm_eps);
    // The embedding first, contrary to the paper's formula.
    mlir::Value x = builder.linear(
        builder.concat(next, hidden), config.hidden_size,
        builder.plainMatrix("eh_proj", config.hidden_size,
                            2 * config.hidden_size, source + "eh_proj.weight"));
    builder.finish({x, builder.rotary(builder.argument(0))});
  }
  layer("mtp_layer", "mtp_layer", isIn(number), {number});
  LayerBuilder builder(model, "mtp_head", "mtp_head", {number}, {tokens, state},
                       {rows(config.vocabulary_size), state});
  score(builder, source + "shared_head.norm",
        model.traits.mtpSharesHead ? headSource(model)
                                   : source + "shared_head.head.weight");
}

/// What `--context` asks for, within what the model can.
static absl::StatusOr<int64_t> contextTokens(const rt::ModelConfig &config,
                                             int64_t asked) {
  if (asked == 0)
    return std::min(kContextTokens, config.position_limit);
  if (asked < 1 || asked > config.position_limit)
    return absl::InvalidArgumentError(
        "found a context of " + std::to_string(asked) +
        " tokens, expected 1 to the " + std::to_string(config.position_limit) +
        " of max_position_embeddings");
  return asked;
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
buildModel(const rt::ModelConfig &config, const ImportOptions &options,
           const CheckpointTraits &traits, mlir::MLIRContext &context) {
  context.loadDialect<FathomDialect, mlir::func::FuncDialect,
                      mlir::arith::ArithDialect, mlir::tensor::TensorDialect>();
  absl::StatusOr<int64_t> tokens = contextTokens(config, options.contextTokens);
  if (!tokens.ok())
    return tokens.status();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  ModelContext model{config, traits, rt::ComputeRope(config),
                     storageType(options.weights, &context), *module};
  ModelBuilder builder(model);
  builder.attributes(*tokens);
  builder.cache();
  builder.embed();
  builder.layer("dense", "dense", false, builder.layersWith(false));
  builder.layer("experts", "experts", true, builder.layersWith(true));
  builder.head();
  builder.mtp();
  if (mlir::failed(mlir::verify(*module)))
    return absl::InternalError("the imported model does not verify");
  return module;
}

} // namespace fathom
