// Which experts run, as transformers and the publisher read it.
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

TEST(ExpertsConfigTest, HowDeepSeekChoosesExperts) {
  ModelConfig config = Parsed(DeepSeek());
  EXPECT_EQ(config.experts->scoring, Scoring::kSigmoid);
  EXPECT_TRUE(config.experts->has_bias);
  EXPECT_FALSE(config.experts->groups_by_best);
  EXPECT_TRUE(config.warnings.empty());

  config = Parsed(DeepSeek().With("scoring_func", "\"softmax\""));
  EXPECT_EQ(config.experts->scoring, Scoring::kSoftmax);
  EXPECT_EQ(config.warnings,
            std::vector<std::string>{
                "config.json: 'scoring_func' is \"softmax\" and is "
                "computed so; transformers does not read the key and computes "
                "sigmoid"});

  config = Parsed(DeepSeek().With("topk_method", "\"greedy\""));
  EXPECT_EQ(config.experts->groups, 1);
  EXPECT_EQ(config.experts->top_groups, 1);
  EXPECT_FALSE(config.experts->has_bias);
  EXPECT_EQ(config.warnings.size(), 1u);
  // Without groups there is nothing that transformers computes otherwise.
  config = Parsed(DeepSeek()
                      .With("topk_method", "\"greedy\"")
                      .With("n_group", "1")
                      .With("topk_group", "1"));
  EXPECT_TRUE(config.warnings.empty());

  config = Parsed(DeepSeek()
                      .With("topk_method", "\"group_limited_greedy\"")
                      .With("n_group", "12")
                      .With("topk_group", "6"));
  EXPECT_EQ(config.experts->groups, 12);
  EXPECT_TRUE(config.experts->groups_by_best);
  EXPECT_EQ(config.warnings.size(), 1u);

  config = Parsed(DeepSeek()
                      .With("moe_layer_freq", "2")
                      .With("num_hidden_layers", "6")
                      .With("first_k_dense_replace", "1"));
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < 6; ++i) {
    if (config.experts->IsIn(i)) layers.push_back(i);
  }
  EXPECT_EQ(layers, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(config.warnings.size(), 1u);

  EXPECT_EQ(ErrorOf(DeepSeek().With("first_k_dense_replace", "0")), "");
  EXPECT_EQ(ErrorOf(DeepSeek().With("first_k_dense_replace", "9")), "");
  EXPECT_EQ(ErrorOf(DeepSeek().With("n_shared_experts", "0")), "");
  EXPECT_FALSE(Parsed(DeepSeek().With("rope_interleave", "false"))
                   .latent->adjacent_pairs);
}

}  // namespace
}  // namespace fathom::rt
