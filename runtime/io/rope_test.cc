#include "runtime/io/rope.h"

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/io/checkpoint.h"
#include "runtime/io/test_folder.h"
#include "runtime/io/weight_reader.h"

namespace fathom::rt {
namespace {

ModelConfig Config(const std::string& source) {
  auto config = ParseModelConfig(ReadSource(source), std::nullopt);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : ModelConfig();
}

// Bit for bit those that transformers computed.
TEST(RopeTest, FrequenciesOfTheTestModels) {
  for (const char* name : {"tiny-qwen2", "tiny-llama", "tiny-deepseek",
                           "tiny-deepseek-fp8", "tiny-r1"}) {
    std::string folder = std::string("test/models/") + name;
    TestFolder copy;
    copy.Write("model.safetensors",
               ReadSource(folder + "/reference.safetensors"));
    auto reference = Checkpoint::Open(copy.Open());
    ASSERT_TRUE(reference.ok()) << reference.status();
    auto reader = WeightReader::Open(*reference, *reference->Find("inv_freq"));
    std::vector<float> expected(reader->columns());
    ASSERT_TRUE(reader->ReadRows(0, absl::MakeSpan(expected)).ok());
    EXPECT_EQ(ComputeRope(Config(folder + "/config.json")).frequencies,
              expected)
        << name;
  }
}

TEST(RopeTest, DeepSeekR1) {
  RopeTable rope = ComputeRope(Config("test/models/configs/deepseek-r1.json"));
  ASSERT_EQ(rope.frequencies.size(), 32u);
  const std::pair<int, float> kSpots[] = {
      {0, 1.0f},          {10, 0.0562341f},   {11, 0.0390069f},  {16, 0.0055f},
      {22, 1.778279e-4f}, {23, 3.333804e-5f}, {31, 3.333804e-6f}};
  for (auto [pair, expected] : kSpots) {
    EXPECT_NEAR(rope.frequencies[pair] / expected, 1, 2e-6) << pair;
  }
  EXPECT_EQ(rope.attention_factor, 1);
  EXPECT_NEAR(rope.softmax_scale, 0.1352337789, 1e-9);
}

TEST(RopeTest, Llama3LeavesFastPairsAndDividesSlowOnes) {
  ModelConfig config = Config("test/models/configs/r1-distill-llama-8b.json");
  auto counts = [&] {
    std::vector<int> result(3, 0);
    RopeTable scaled = ComputeRope(config);
    ModelConfig plain = config;
    plain.rope.type = RopeType::kDefault;
    std::vector<float> base = ComputeRope(plain).frequencies;
    auto factor = static_cast<float>(config.rope.factor);
    for (size_t i = 0; i < base.size(); ++i) {
      float got = scaled.frequencies[i];
      ++result[got == base[i] ? 0 : got == base[i] / factor ? 2 : 1];
    }
    return result;
  };
  EXPECT_EQ(counts(), (std::vector<int>{29, 6, 29}));
  EXPECT_EQ(ComputeRope(config).softmax_scale, 1 / std::sqrt(128.0));
  // Llama 4 Scout's: without a selection, the middle divides by zero.
  config.rope.factor = 16;
  config.rope.low_freq_factor = config.rope.high_freq_factor = 1;
  EXPECT_EQ(counts(), (std::vector<int>{35, 0, 29}));
}

// No two models of ours need them: gpt-oss keeps its corrections fractional,
// Qwen's YaRN has no mscale.
TEST(RopeTest, YarnOfOthers) {
  ModelConfig config = Config("test/models/configs/r1-distill-llama-8b.json");
  config.head_dim = 64;
  config.rope = RopeConfig();
  config.rope.type = RopeType::kYarn;
  config.rope.theta = 150000;
  config.rope.factor = 32;
  config.rope.original_positions = 4096;
  config.rope.truncate = false;
  RopeTable rope = ComputeRope(config);
  EXPECT_NEAR(rope.attention_factor, 1.3465735903, 1e-9);
  EXPECT_EQ(rope.softmax_scale, 0.125);
  // Corrections at 8.0928 and 17.3980: pair 8 is kept, 9 blends, 18 divides.
  auto base = [](int i) { return std::pow(150000.0, -i / 32.0); };
  EXPECT_NEAR(rope.frequencies[8] / base(8), 1, 1e-6);
  double ramp = (9 - 8.0928) / (17.3980 - 8.0928);
  EXPECT_NEAR(rope.frequencies[9] / base(9), ramp / 32 + (1 - ramp), 1e-4);
  EXPECT_NEAR(rope.frequencies[18] / base(18), 1.0 / 32, 1e-7);
  config.rope.attention_factor = 1.5;
  EXPECT_EQ(ComputeRope(config).attention_factor, 1.5);
  // Equal ends of the ramp do not divide by zero.
  config.rope.beta_fast = config.rope.beta_slow = 1;
  for (float frequency : ComputeRope(config).frequencies) {
    EXPECT_TRUE(std::isfinite(frequency) && frequency > 0);
  }
}

}  // namespace
}  // namespace fathom::rt
