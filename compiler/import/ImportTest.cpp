//===- ImportTest.cpp - Checkpoints against their configurations ----------===//
//
// A small model is written whole, then with one thing wrong each.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/ImportTestModel.h"

namespace fathom {
namespace {

TEST_F(ImportTest, AcceptsWhatTheConfigurationAsksFor) {
  auto model = import(tensors());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->warnings.empty());
  auto tokens = (*model->module)
                    ->getAttrOfType<mlir::IntegerAttr>("fathom.context_tokens");
  EXPECT_EQ(tokens.getInt(), 512);
  auto dense = model->module->lookupSymbol<mlir::func::FuncOp>("dense");
  ASSERT_TRUE(dense);
  EXPECT_EQ(dense->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers")
                .asArrayRef(),
            llvm::ArrayRef<int64_t>({0, 1}));
}

TEST_F(ImportTest, C01_UnknownKeysWarnAndAreRefusedWhenStrict) {
  std::string config = absl::StrReplaceAll(
      kConfig, {{"\"vocab_size\"", "\"new_key\": 1, \"vocab_size\""}});
  auto model = import(tensors(), config);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_TRUE(absl::StrContains(model->warnings[0], "'new_key'"));
  ImportOptions options;
  options.strict = true;
  model = import(tensors(), config, options);
  EXPECT_TRUE(absl::StrContains(model.status().message(), "'new_key'"));
  EXPECT_TRUE(import(tensors(), kConfig, options).ok());
}

TEST_F(ImportTest, C01_MissingConfiguration) {
  ASSERT_TRUE(import(tensors()).ok());
  folder.Remove("config.json");
  auto model = importModel(folder.path(), {}, context);
  EXPECT_EQ(rt::ExitCode(model.status()), 1);
  EXPECT_TRUE(absl::StrContains(model.status().message(), "config.json"));
  model = importModel(folder.At("absent"), {}, context);
  EXPECT_EQ(rt::ExitCode(model.status()), 1) << model.status();
}

TEST_F(ImportTest, AConfigurationAloneIsEnough) {
  folder.Write("other.json", kConfig);
  auto model = importModel(folder.At("other.json"), {}, context);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE(model->checkpoint);
}

TEST_F(ImportTest, AFolderMayLackWeightsWhereItIsSaid) {
  ImportOptions options;
  options.mayLackWeights = true;
  auto model = import(tensors(), kConfig, options);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->checkpoint) << "weights that are there are opened";

  folder.Remove("model.safetensors");
  folder.Write("reference.safetensors", "no weights of the model");
  model = importModel(folder.path(), options, context);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE(model->checkpoint);
  EXPECT_TRUE(absl::StrContains(
      importModel(folder.path(), {}, context).status().message(),
      "holds neither model.safetensors nor model.safetensors.index.json"));

  // Weights that are there in part, or are none, are an error as ever.
  for (const char *name : {"model.safetensors", "model.safetensors.index.json",
                           "model-00001-of-00002.safetensors"}) {
    folder.Write(name, "");
    model = importModel(folder.path(), options, context);
    EXPECT_EQ(rt::ExitCode(model.status()), 1) << name;
    folder.Remove(name);
  }
}

TEST_F(ImportTest, ContextsBeyondTheModelAreRefused) {
  ImportOptions options;
  options.contextTokens = 100;
  auto model = import(tensors(), kConfig, options);
  ASSERT_TRUE(model.ok()) << model.status();
  auto positions =
      (*model->module)
          ->getAttrOfType<mlir::IntegerAttr>("fathom.position_limit");
  EXPECT_EQ(positions.getInt(), 512);
  options.contextTokens = 512;
  EXPECT_TRUE(import(tensors(), kConfig, options).ok());
  for (int64_t wrong : {513, -1}) {
    options.contextTokens = wrong;
    model = import(tensors(), kConfig, options);
    EXPECT_TRUE(absl::StrContains(
        model.status().message(),
        absl::StrCat("a context of ", wrong, " tokens, expected 1 to")));
  }
}

TEST_F(ImportTest, W09_EmptyDimensionsAndScalars) {
  auto all = tensors();
  find(all, "model.norm.weight").shape = {};
  EXPECT_TRUE(absl::StrContains(errorOf(all), "has shape [], expected [4]"));
  find(all, "model.norm.weight").shape = {0};
  EXPECT_TRUE(absl::StrContains(errorOf(all), "has shape [0], expected [4]"));
}

TEST_F(ImportTest, W11_TypesThatAreNotRead) {
  auto all = tensors();
  for (DType type :
       {DType::kF8E4M3, DType::kI64, DType::kF8E5M2, DType::kF64}) {
    find(all, "model.layers.1.mlp.up_proj.weight").dtype = type;
    EXPECT_TRUE(absl::StrContains(
        errorOf(all),
        absl::StrCat("tensor 'model.layers.1.mlp.up_proj.weight' is of ",
                     rt::DTypeName(type), ", expected BF16 or F16 or F32")));
  }
  for (DType type : {DType::kF16, DType::kF32}) {
    find(all, "model.layers.1.mlp.up_proj.weight").dtype = type;
    EXPECT_EQ(errorOf(all), "");
  }
}

TEST_F(ImportTest, W13_MissingTensors) {
  auto all = tensors();
  remove(all, "model.layers.1.mlp.up_proj.weight");
  EXPECT_EQ(errorOf(all), "the checkpoint lacks 1 tensor that config.json asks "
                          "for: 'model.layers.1.mlp.up_proj.weight'");
  remove(all, "model.layers.1.");
  std::string error = errorOf(all);
  EXPECT_TRUE(absl::StrContains(error, "lacks 12 tensors")) << error;
  EXPECT_EQ(std::count(error.begin(), error.end(), '\''), 10) << error;
  EXPECT_TRUE(absl::EndsWith(error, ", ...")) << error;
}

TEST_F(ImportTest, W13_TensorsOfNoUse) {
  auto all = tensors();
  all.push_back(
      {"model.layers.2.mlp.up_proj.weight", DType::kBF16, {6, 4}, ""});
  EXPECT_EQ(errorOf(all), "the checkpoint holds 1 tensor that config.json does "
                          "not use: 'model.layers.2.mlp.up_proj.weight'");
  all = tensors();
  find(all, "model.layers.1.mlp.up_proj.weight").name =
      "model.layers.1.mlp.upproj.weight";
  EXPECT_TRUE(absl::StrContains(errorOf(all), "lacks 1 tensor"));
  all = tensors();
  all.push_back(
      {"model.layers.0.self_attn.rotary_emb.inv_freq", DType::kF32, {1}, ""});
  auto model = import(all);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_TRUE(absl::StrContains(model->warnings[0], "rotary_emb.inv_freq"));
}

TEST_F(ImportTest, W14_TransposedAndPadded) {
  auto all = tensors();
  find(all, "model.layers.0.mlp.down_proj.weight").shape = {6, 4};
  EXPECT_TRUE(absl::StrContains(
      errorOf(all), "tensor 'model.layers.0.mlp.down_proj.weight' has shape "
                    "[6, 4], expected [4, 6] by config.json"));
  // Rows without a token are the configuration's to say: it says 8.
  all = tensors();
  find(all, "model.embed_tokens.weight").shape = {9, 4};
  EXPECT_TRUE(absl::StrContains(errorOf(all), "[9, 4], expected [8, 4]"));
}

TEST_F(ImportTest, W16_ScalesMissingOrOfAnotherShape) {
  std::string config = absl::StrReplaceAll(kConfig, {{"\"model_type\"", kFp8}});
  EXPECT_EQ(errorOf(tensors(true), config), "");
  auto all = tensors(true);
  find(all, "model.layers.1.mlp.up_proj.weight_scale_inv").shape = {1, 1};
  EXPECT_TRUE(absl::StrContains(
      errorOf(all, config),
      "'model.layers.1.mlp.up_proj.weight_scale_inv' has shape [1, 1], "
      "expected [2, 1]"));
  all = tensors(true);
  remove(all, "model.layers.1.mlp.up_proj.weight_scale_inv");
  EXPECT_TRUE(absl::StrContains(
      errorOf(all, config),
      "asks for: 'model.layers.1.mlp.up_proj.weight_scale_inv'"));
  // Of any type that scales are stored in.
  all = tensors(true);
  for (DType type : {DType::kBF16, DType::kF16, DType::kF8E8M0, DType::kU8}) {
    find(all, "model.layers.1.mlp.up_proj.weight_scale_inv").dtype = type;
    EXPECT_EQ(errorOf(all, config), "");
  }
  find(all, "model.layers.1.mlp.up_proj.weight_scale_inv").dtype = DType::kF64;
  EXPECT_TRUE(
      absl::StrContains(errorOf(all, config),
                        "is of F64, expected F32, BF16, F16, F8_E8M0 or U8"));
  // A matrix without is stored as it was, whatever the others are.
  all = tensors(true);
  find(all, "model.layers.1.mlp.up_proj.weight").dtype = DType::kF16;
  remove(all, "layers.1.mlp.up_proj.weight_scale_inv");
  EXPECT_EQ(errorOf(all, config), "");
  all = tensors(true);
  find(all, "model.layers.1.mlp.up_proj.weight").dtype = DType::kBF16;
  EXPECT_TRUE(
      absl::StrContains(errorOf(all, config), "is of BF16, expected F8_E4M3"));
  // Without the group, codes are no weights.
  EXPECT_TRUE(absl::StrContains(errorOf(tensors(true)), "is of F8_E4M3"));
}

// float8 is bf16 first, whatever the weights are stored as.
TEST_F(ImportTest, ScalesGoWithEveryStorageType) {
  std::string config = absl::StrReplaceAll(kConfig, {{"\"model_type\"", kFp8}});
  for (StorageType type :
       {StorageType::BF16, StorageType::F16, StorageType::F32}) {
    ImportOptions options;
    options.weights = type;
    auto model = import(tensors(true), config, options);
    ASSERT_TRUE(model.ok()) << model.status();
    int count = 0;
    for (auto weight : model->module->getOps<mlir::fathom::WeightOp>())
      count += weight.getScales().has_value();
    EXPECT_EQ(count, 7);
  }
}

TEST_F(ImportTest, C03_HiddenSizeAgainstTheWeights) {
  std::string config = absl::StrReplaceAll(
      kConfig, {{"\"hidden_size\": 4", "\"hidden_size\": 8"}});
  EXPECT_TRUE(absl::StrContains(errorOf(tensors(), config),
                                "has shape [8, 4], expected [8, 8]"));
}

// A configuration whose tensors have the same names and shapes cannot be told
// from the right one: what is computed then is what it says. An artifact holds
// the digests of both.
TEST_F(ImportTest, C04_AnotherModelOfTheSameShapesIsNotNoticed) {
  std::string other = absl::StrReplaceAll(
      kConfig, {{"\"rms_norm_eps\": 1e-6",
                 "\"rms_norm_eps\": 1e-5, \"rope_theta\": 1000000"}});
  EXPECT_EQ(errorOf(tensors(), other), "");
  std::string shapes = absl::StrReplaceAll(
      kConfig, {{"\"num_attention_heads\": 2", "\"num_attention_heads\": 1"}});
  EXPECT_NE(errorOf(tensors(), shapes), "");
}

TEST_F(ImportTest, W22_NamesAreShownEscaped) {
  auto all = tensors();
  all.push_back({"model.\\n\\u001b[31m", DType::kBF16, {1}, ""});
  EXPECT_TRUE(absl::StrContains(errorOf(all), "'model.\\n\\x1b[31m'"));
}

// Without tensors of its own, the MTP layer takes the main ones.
TEST(ImportMtpTest, SharesTheEmbeddingAndTheHead) {
  auto config = rt::ParseModelConfig(
      rt::ReadSource("test/models/tiny-r1/config.json"), std::nullopt);
  ASSERT_TRUE(config.ok()) << config.status();
  mlir::MLIRContext context;
  for (bool shares : {false, true}) {
    CheckpointTraits traits;
    traits.mtpSharesEmbedding = traits.mtpSharesHead = shares;
    auto module = buildModel(*config, {}, traits, context);
    ASSERT_TRUE(module.ok()) << module.status();
    auto source = [&](llvm::StringRef name) {
      return mlir::cast<mlir::fathom::WeightOp>(
                 mlir::SymbolTable::lookupSymbolIn(**module, name))
          .getSource();
    };
    EXPECT_EQ(source("mtp_embed.embed_tokens"),
              shares ? "model.embed_tokens.weight"
                     : "model.layers.{layer}.embed_tokens.weight");
    EXPECT_EQ(source("mtp_head.lm_head"),
              shares ? "lm_head.weight"
                     : "model.layers.{layer}.shared_head.head.weight");
  }
}

// What transformers saves has no MTP layer, and a config.json that names it.
// One that lacks a part of it stays refused.
TEST_F(ImportTest, W13_NothingOfTheMtpLayer) {
  std::vector<TestTensor> all = tensorsOfR1();
  std::string config = rt::ReadSource("test/models/tiny-r1/config.json");
  auto model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->warnings.empty());
  EXPECT_TRUE(model->module->lookupSymbol("mtp_layer"));

  std::vector<TestTensor> lacking = all;
  remove(lacking, "layers.4.enorm");
  EXPECT_TRUE(absl::StrContains(errorOf(lacking, config), "layers.4.enorm"));

  remove(all, "layers.4.");
  model = import(all, config);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->config.mtp_layer_count, 0);
  EXPECT_FALSE(model->module->lookupSymbol("mtp_layer"));
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_EQ(model->warnings[0],
            "num_nextn_predict_layers is ignored: the checkpoint holds no "
            "'model.layers.4.*'");
}

// The norms inside latent attention have their class's eps.
TEST(ImportLatentTest, InnerNormsHaveAnEpsOfTheirOwn) {
  auto config = rt::ParseModelConfig(
      rt::ReadSource("test/models/tiny-r1/config.json"), std::nullopt);
  ASSERT_TRUE(config.ok()) << config.status();
  config->norm_eps = 1e-3;
  mlir::MLIRContext context;
  auto module = buildModel(*config, {}, {}, context);
  ASSERT_TRUE(module.ok()) << module.status();
  int inner = 0, outer = 0;
  (*module)->walk([&](mlir::fathom::RmsNormOp norm) {
    bool isInner = norm.getWeight().ends_with("q_a_layernorm") ||
                   norm.getWeight().ends_with("kv_a_layernorm");
    EXPECT_EQ(norm.getEps().convertToDouble(), isInner ? 1e-6 : 1e-3)
        << norm.getWeight().str();
    ++(isInner ? inner : outer);
  });
  EXPECT_EQ(inner, 6);  // dense, experts and MTP: two each
  EXPECT_EQ(outer, 10); // and two norms each, two heads, MTP's two inputs
}

} // namespace
} // namespace fathom
