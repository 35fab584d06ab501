// Float8, and what is not.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/io/model_config.h"
#include "runtime/io/test_config.h"

namespace fathom::rt {
namespace {

TEST(QuantizationConfigTest, C01_QuantisationIsBlocksOfFloat8) {
  auto with = [](const char* group) {
    return DeepSeek().With("quantization_config", group);
  };
  ModelConfig config = Parsed(with(
      "{\"quant_method\": \"fp8\", \"fmt\": \"e4m3\", \"activation_scheme\": "
      "\"dynamic\", \"weight_block_size\": [128, 64], \"scale_fmt\": "
      "\"ue8m0\"}"));
  EXPECT_EQ(config.fp8->block_rows, 128);
  EXPECT_EQ(config.fp8->block_columns, 64);
  EXPECT_EQ(ErrorOf(with("null")), "");
  // Where nothing is said, blocks are of 128 x 128; null is one scale a matrix.
  config = Parsed(with("{\"quant_method\": \"fp8\"}"));
  EXPECT_EQ(config.fp8->block_rows, 128);
  EXPECT_EQ(config.fp8->block_columns, 128);
  config =
      Parsed(with("{\"quant_method\": \"fp8\", \"weight_block_size\": null, "
                  "\"activation_scheme\": \"Dynamic\", \"dequantize\": true, "
                  "\"expert_dtype\": \"fp8\", \"bits\": null}"));
  EXPECT_EQ(config.fp8->block_rows, 0);
  for (const char* group :
       {"{\"quant_method\": null}", "{\"weight_block_size\": [128, 128]}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128]}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [0, 128]}",
        "{\"quant_method\": \"fp8\", \"expert_dtype\": \"fp4\"}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
        "\"fmt\": \"e5m2\"}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
        "\"activation_scheme\": \"static\"}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
        "\"modules_to_not_convert\": \"lm_head\"}"}) {
    EXPECT_TRUE(Refused(with(group), "quantization_config")) << group;
  }
}

// By each of the names for the list; a module is named whole, or by how its
// name begins or ends.
TEST(QuantizationConfigTest, ModulesThatAreNotQuantised) {
  for (const char* key :
       {"modules_to_not_convert", "ignored_layers", "ignore", "exclude_modules",
        "exclude", "modules_to_not_quantize"}) {
    ModelConfig config = Parsed(DeepSeek().With(
        "quantization_config",
        absl::StrCat("{\"quant_method\": \"fp8\", \"", key,
                     "\": [\"lm_head\", \"model.layers.1\", \"o_proj\"]}")));
    const Fp8Config& fp8 = *config.fp8;
    EXPECT_TRUE(fp8.Keeps("lm_head")) << key;
    EXPECT_TRUE(fp8.Keeps("model.layers.1.mlp.up_proj"));
    EXPECT_TRUE(fp8.Keeps("model.layers.0.self_attn.o_proj"));
    EXPECT_FALSE(fp8.Keeps("model.layers.11.mlp.up_proj"));
    EXPECT_FALSE(fp8.Keeps("model.layers.0.self_attn.q_proj"));
  }
}

}  // namespace
}  // namespace fathom::rt
