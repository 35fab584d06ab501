//===- TraitsTest.cpp - What tensors say of their model -------------------===//
//
// Heads and embeddings, biases, scales and routers, there and not there.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/ImportTestModel.h"

namespace fathom {
namespace {

using TraitsTest = ImportTest;

std::string sourceOf(const ImportedModel &model, llvm::StringRef weight) {
  return mlir::cast<mlir::fathom::WeightOp>(
             mlir::SymbolTable::lookupSymbolIn(*model.module, weight))
      .getSource()
      .str();
}

// What is stored counts, as transformers ties.
TEST_F(TraitsTest, W13_TiedEmbeddingsPresentAndAbsent) {
  std::string tied = absl::StrReplaceAll(
      kConfig,
      {{"\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"}});
  auto expect = [&](const std::vector<TestTensor> &all,
                    const std::string &config, llvm::StringRef embedding,
                    llvm::StringRef head, size_t warnings) {
    auto model = import(all, config);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ(sourceOf(*model, "embed.embed_tokens"), embedding);
    EXPECT_EQ(sourceOf(*model, "head.lm_head"), head);
    EXPECT_EQ(model->warnings.size(), warnings);
  };
  const char *kEmbedding = "model.embed_tokens.weight",
             *kHead = "lm_head.weight";
  expect(tensors(), kConfig, kEmbedding, kHead, 0);
  // Both, and the same: the same numbers in another type, too.
  expect(tensors(), tied, kEmbedding, kEmbedding, 0);
  auto all = tensors();
  find(all, kHead).dtype = DType::kF32;
  expect(all, tied, kEmbedding, kEmbedding, 0);
  // Both, and different in the last number alone.
  std::string last(64, 0);
  last[63] = 0x3f;
  all = tensors();
  find(all, kHead).bytes = last;
  expect(all, tied, kEmbedding, kHead, 1);
  find(all, kEmbedding).bytes = last;
  expect(all, tied, kEmbedding, kEmbedding, 0);
  // One of them.
  all = tensors();
  remove(all, kHead);
  expect(all, tied, kEmbedding, kEmbedding, 0);
  EXPECT_EQ(errorOf(all), "the checkpoint lacks 1 tensor that config.json asks "
                          "for: 'lm_head.weight'");
  all = tensors();
  remove(all, kEmbedding);
  expect(all, tied, kHead, kHead, 0);
  EXPECT_TRUE(absl::StrContains(errorOf(all), "'model.embed_tokens.weight'"));
  // Neither.
  remove(all, kHead);
  EXPECT_TRUE(absl::StrContains(errorOf(all, tied), "lacks 1 tensor"));
  // A head of another shape is not compared, but refused.
  all = tensors();
  find(all, kHead).shape = {7, 4};
  EXPECT_TRUE(absl::StrContains(errorOf(all, tied), "has shape [7, 4]"));
}

// Many numbers are compared a part at a time.
TEST_F(TraitsTest, W13_TiedEmbeddingsOfManyParts) {
  std::string config = absl::StrReplaceAll(
      kConfig,
      {{"\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"},
       {"\"vocab_size\": 8", "\"vocab_size\": 200000"}});
  auto all = tensors();
  std::string zeros(200000 * 4 * 2, 0);
  for (const char *name : {"model.embed_tokens.weight", "lm_head.weight"}) {
    find(all, name).shape = {200000, 4};
    find(all, name).bytes = zeros;
  }
  auto model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(sourceOf(*model, "head.lm_head"), "model.embed_tokens.weight");
  find(all, "lm_head.weight").bytes[zeros.size() - 1] = 0x3f;
  model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(sourceOf(*model, "head.lm_head"), "lm_head.weight");
}

// Of layers that the model has; others are of no use.
TEST_F(TraitsTest, BiasesThatTheConfigurationDoesNotAskFor) {
  auto all = tensors();
  for (const char *layer : {"0", "1"})
    all.push_back({absl::StrCat("model.layers.", layer, ".mlp.up_proj.bias"),
                   DType::kBF16,
                   {6},
                   ""});
  auto model = import(all);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->warnings,
            std::vector<std::string>{
                "'model.layers.*.mlp.up_proj.bias' are not used: config.json "
                "asks for no such bias, and transformers does not use them "
                "either"});
  all.push_back({"model.layers.0.mlp.side_proj.bias", DType::kBF16, {6}, ""});
  EXPECT_TRUE(absl::StrContains(errorOf(all), "'model.layers.0.mlp.side_proj"));
}

// The heads of other tasks, and what a wrapper adds.
TEST_F(TraitsTest, TensorsOutsideTheDecoder) {
  auto all = tensors();
  for (const char *name : {"score.weight", "v_head.summary.weight"})
    all.push_back({name, DType::kBF16, {1}, ""});
  auto model = import(all);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->warnings.size(), 2u);
  EXPECT_TRUE(absl::StartsWith(model->warnings[0],
                               "'score.weight' are not used: they are outside"))
      << model->warnings[0];
}

// As AutoModel saves them; transformers adds its base_model_prefix.
TEST_F(TraitsTest, TensorsOfABaseModel) {
  auto all = tensors();
  for (auto &tensor : all)
    if (absl::StartsWith(tensor.name, "model."))
      tensor.name.erase(0, 6);
  auto model = import(all);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->warnings, std::vector<std::string>{});
  // Some with the prefix, some without: neither kind of checkpoint.
  all[0].name = "model." + all[0].name;
  EXPECT_NE(errorOf(all), "");
}

// What is asked for has to be there.
TEST_F(TraitsTest, BiasesThatTheConfigurationAsksFor) {
  std::string config = absl::StrReplaceAll(
      kConfig,
      {{"\"qwen2\"", "\"llama\""},
       {"\"vocab_size\"", "\"attention_bias\": true, \"mlp_bias\": true, "
                          "\"vocab_size\""}});
  std::string error = errorOf(tensors(), config);
  EXPECT_TRUE(absl::StrContains(error, "lacks 8 tensors")) << error;
  auto all = tensors();
  for (int layer = 0; layer < 2; ++layer)
    for (auto [name, size] : {std::pair("self_attn.o_proj", 4),
                              {"mlp.gate_proj", 6},
                              {"mlp.up_proj", 6},
                              {"mlp.down_proj", 4}})
      all.push_back({absl::StrCat("model.layers.", layer, ".", name, ".bias"),
                     DType::kBF16,
                     {static_cast<uint64_t>(size)},
                     ""});
  auto model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->warnings.empty());
}

// Any matrix that has scales is in float8, those of the MTP layer's input and
// of the head included; no other is.
TEST_F(TraitsTest, W16_ScalesOfAnyMatrix) {
  std::string config =
      absl::StrReplaceAll(rt::ReadSource("test/models/tiny-r1/config.json"),
                          {{"\"model_type\"", kFp8}});
  auto all = tensorsOfR1();
  std::vector<std::string> scaled = {"model.layers.4.eh_proj.weight",
                                     "lm_head.weight",
                                     "model.layers.1.mlp.experts.3.up_proj."
                                     "weight"};
  for (const std::string &name : scaled) {
    TestTensor &tensor = find(all, name);
    tensor.dtype = DType::kF8E4M3;
    std::vector<uint64_t> shape = {(tensor.shape[0] + 3) / 4,
                                   (tensor.shape[1] + 3) / 4};
    all.push_back({name + "_scale_inv", DType::kF32, shape, ""});
  }
  auto model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  std::vector<std::string> found;
  for (auto weight : model->module->getOps<mlir::fathom::WeightOp>())
    if (weight.getScales())
      found.push_back(weight.getSymName().str());
  EXPECT_EQ(found,
            (std::vector<std::string>{"experts.experts.up_proj", "head.lm_head",
                                      "mtp_embed.eh_proj"}));
}

// Of a configuration alone, those are not that it says are kept.
TEST(TraitsOfNoCheckpointTest, ModulesThatAConfigurationKeeps) {
  auto config = rt::ParseModelConfig(
      rt::ReadSource("test/models/configs/deepseek-r1.json"), std::nullopt);
  ASSERT_TRUE(config.ok()) << config.status();
  config->fp8->kept_modules = {"o_proj", "model.layers.61"};
  mlir::MLIRContext context;
  auto module = buildModel(*config, {}, {}, context);
  ASSERT_TRUE(module.ok()) << module.status();
  auto isScaled = [&](llvm::StringRef name) {
    return mlir::cast<mlir::fathom::WeightOp>(
               mlir::SymbolTable::lookupSymbolIn(**module, name))
        .getScales()
        .has_value();
  };
  EXPECT_TRUE(isScaled("dense.q_a_proj"));
  EXPECT_FALSE(isScaled("dense.o_proj"));
  EXPECT_FALSE(isScaled("experts.router"));
  EXPECT_FALSE(isScaled("head.lm_head"));
  EXPECT_FALSE(isScaled("mtp_layer.q_a_proj"));
}

// A router that has no correction chooses without; it is said.
TEST_F(TraitsTest, RoutersWithoutACorrection) {
  std::string config = rt::ReadSource("test/models/tiny-r1/config.json");
  auto all = tensorsOfR1();
  remove(all, "e_score_correction_bias");
  auto model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_TRUE(
      absl::StrContains(model->warnings[0], "holds no 'e_score_correction"));
  model->module->walk(
      [&](mlir::fathom::RouteOp route) { EXPECT_FALSE(route.getBiasAttr()); });
  // One that lacks it in some layers only is not whole.
  all = tensorsOfR1();
  remove(all, "layers.2.mlp.gate.e_score_correction_bias");
  EXPECT_TRUE(absl::StrContains(errorOf(all, config),
                                "'model.layers.2.mlp.gate.e_score"));
}

// What transformers saves where no expert is shared.
TEST_F(TraitsTest, SharedExpertsOfNoSize) {
  std::string config = rt::ReadSource("test/models/tiny-r1/config.json");
  auto all = tensorsOfR1();
  config = absl::StrReplaceAll(
      config, {{"\"n_shared_experts\": 1", "\"n_shared_experts\": 0"}});
  for (TestTensor &tensor : all)
    if (absl::StrContains(tensor.name, "shared_experts"))
      tensor.shape[absl::StrContains(tensor.name, "down_proj") ? 1 : 0] = 0;
  auto model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->warnings.empty());
}

} // namespace
} // namespace fathom
