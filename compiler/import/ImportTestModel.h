//===- ImportTestModel.h - Models that import tests change ------*- C++ -*-===//
//
// A small model that is sound, and tiny-r1's tensors without their numbers.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_IMPORT_IMPORTTESTMODEL_H
#define FATHOM_COMPILER_IMPORT_IMPORTTESTMODEL_H

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "compiler/import/Import.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/base/status.h"
#include "runtime/io/test_folder.h"
#include "gtest/gtest.h"

#include <algorithm>

namespace fathom {

using rt::DType;
using rt::TestTensor;

inline constexpr char kConfig[] = R"({"model_type": "qwen2", "vocab_size": 8,
    "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 1,
    "max_position_embeddings": 512, "rms_norm_eps": 1e-6, "eos_token_id": 1,
    "tie_word_embeddings": false})";
inline constexpr char kFp8[] = R"("quantization_config": {"quant_method": "fp8",
    "weight_block_size": [4, 4]}, "model_type")";

/// The tensors that `kConfig` asks for.
inline std::vector<TestTensor> tensors(bool isFp8 = false) {
  std::vector<TestTensor> all = {
      {"model.embed_tokens.weight", DType::kBF16, {8, 4}, ""},
      {"model.norm.weight", DType::kBF16, {4}, ""},
      {"lm_head.weight", DType::kBF16, {8, 4}, ""}};
  for (int layer = 0; layer < 2; ++layer) {
    std::string prefix = absl::StrCat("model.layers.", layer, ".");
    auto matrix = [&](const char *name, uint64_t rows, uint64_t columns) {
      all.push_back({absl::StrCat(prefix, name, ".weight"),
                     isFp8 ? DType::kF8E4M3 : DType::kBF16,
                     {rows, columns},
                     ""});
      if (isFp8)
        all.push_back({absl::StrCat(prefix, name, ".weight_scale_inv"),
                       DType::kF32,
                       {(rows + 3) / 4, (columns + 3) / 4},
                       ""});
    };
    auto vector = [&](const char *name, uint64_t size) {
      all.push_back({absl::StrCat(prefix, name), DType::kBF16, {size}, ""});
    };
    vector("input_layernorm.weight", 4);
    vector("post_attention_layernorm.weight", 4);
    matrix("self_attn.q_proj", 4, 4);
    matrix("self_attn.k_proj", 2, 4);
    matrix("self_attn.v_proj", 2, 4);
    matrix("self_attn.o_proj", 4, 4);
    vector("self_attn.q_proj.bias", 4);
    vector("self_attn.k_proj.bias", 2);
    vector("self_attn.v_proj.bias", 2);
    matrix("mlp.gate_proj", 6, 4);
    matrix("mlp.up_proj", 6, 4);
    matrix("mlp.down_proj", 4, 6);
  }
  return all;
}

class ImportTest : public testing::Test {
protected:
  absl::StatusOr<ImportedModel> import(const std::vector<TestTensor> &tensors,
                                       const std::string &config = kConfig,
                                       ImportOptions options = {}) {
    folder.Write("config.json", config);
    folder.Write("model.safetensors", rt::Safetensors(tensors));
    return importModel(folder.path(), options, context);
  }
  /// The error's line; empty when the model is accepted.
  std::string errorOf(const std::vector<TestTensor> &tensors,
                      const std::string &config = kConfig) {
    auto model = import(tensors, config);
    if (model.ok())
      return "";
    EXPECT_EQ(rt::ExitCode(model.status()), 1) << model.status();
    EXPECT_FALSE(absl::StrContains(model.status().message(), '\n'));
    return std::string(model.status().message());
  }

  rt::TestFolder folder;
  mlir::MLIRContext context;
};

inline TestTensor &find(std::vector<TestTensor> &tensors,
                        const std::string &name) {
  auto place = std::find_if(tensors.begin(), tensors.end(),
                            [&](auto &tensor) { return tensor.name == name; });
  EXPECT_NE(place, tensors.end()) << name;
  return *place;
}

inline void remove(std::vector<TestTensor> &tensors, const std::string &part) {
  size_t before = tensors.size();
  tensors.erase(std::remove_if(tensors.begin(), tensors.end(),
                               [&](auto &tensor) {
                                 return absl::StrContains(tensor.name, part);
                               }),
                tensors.end());
  EXPECT_LT(tensors.size(), before) << part;
}

/// tiny-r1's tensors, without numbers.
inline std::vector<TestTensor> tensorsOfR1() {
  std::string path = FATHOM_SOURCE_DIR "/test/models/tiny-r1";
  auto whole = rt::Checkpoint::Open(*rt::Folder::Open(path));
  EXPECT_TRUE(whole.ok()) << whole.status();
  std::vector<TestTensor> all;
  for (const rt::TensorInfo &tensor : whole->tensors())
    all.push_back({tensor.name, tensor.dtype, tensor.shape, ""});
  return all;
}

} // namespace fathom

#endif // FATHOM_COMPILER_IMPORT_IMPORTTESTMODEL_H
