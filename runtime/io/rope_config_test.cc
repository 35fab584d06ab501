// How positions rotate, in all ways of saying it.
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

TEST(RopeConfigTest, BothSpellingsOfRope) {
  ModelConfig older = Parsed(
      DeepSeek()
          .With("rope_theta", "50000")
          .With("rope_scaling",
                "{\"type\": \"yarn\", \"factor\": 40, "
                "\"original_max_position_embeddings\": 64, \"mscale\": 0.9, "
                "\"mscale_all_dim\": 0.7, \"beta_fast\": 16, "
                "\"beta_slow\": 2}"));
  ModelConfig newer = Parsed(DeepSeek().With(
      "rope_parameters",
      "{\"rope_type\": \"yarn\", \"rope_theta\": 50000, \"factor\": 40, "
      "\"original_max_position_embeddings\": 64, \"mscale\": 0.9, "
      "\"mscale_all_dim\": 0.7, \"beta_fast\": 16, \"beta_slow\": 2}"));
  for (const ModelConfig& config : {older, newer}) {
    EXPECT_EQ(config.rope.type, RopeType::kYarn);
    EXPECT_EQ(config.rope.theta, 50000);
    EXPECT_EQ(config.rope.factor, 40);
    EXPECT_EQ(config.rope.mscale, 0.9);
    EXPECT_EQ(config.rope.mscale_all_dim, 0.7);
    EXPECT_EQ(config.rope.beta_fast, 16);
    EXPECT_EQ(config.rope.beta_slow, 2);
  }
  EXPECT_EQ(ErrorOf(Qwen2()
                        .With("rope_scaling", "null")
                        .With("rope_parameters",
                              "{\"rope_type\": \"default\", "
                              "\"rope_theta\": 7e5}")),
            "");
}

// transformers takes the theta of the group, and rope_scaling before
// rope_parameters with all that it holds; an empty group is none.
TEST(RopeConfigTest, WhatCountsWhereRopeIsSaidTwice) {
  ModelConfig config =
      Parsed(Qwen2()
                 .With("rope_theta", "2e4")
                 .With("rope_parameters",
                       "{\"rope_type\": \"default\", \"rope_theta\": 7e5}"));
  EXPECT_EQ(config.rope.theta, 7e5);
  EXPECT_EQ(config.warnings,
            std::vector<std::string>{
                "config.json: 'rope_theta' of 20000 is left out: "
                "'rope_parameters.rope_theta' is 700000"});
  config = Parsed(Qwen2()
                      .With("rope_theta", "2e4")
                      .With("rope_scaling", absl::StrCat(kYarn, "}"))
                      .With("rope_parameters", "{\"rope_theta\": 7e5}"));
  EXPECT_EQ(config.rope.type, RopeType::kYarn);
  EXPECT_EQ(config.rope.theta, 2e4);
  EXPECT_EQ(config.warnings,
            std::vector<std::string>{"config.json: 'rope_parameters' is left "
                                     "out beside 'rope_scaling'"});
  config = Parsed(Qwen2()
                      .With("rope_scaling", "{}")
                      .With("rope_parameters", "{\"rope_theta\": 7e5}"));
  EXPECT_EQ(config.rope.theta, 7e5);
  EXPECT_TRUE(config.warnings.empty());
  config = Parsed(Qwen2().With(
      "rope_scaling",
      "{\"type\": \"mrope\", \"rope_type\": \"linear\", \"factor\": 2}"));
  EXPECT_EQ(config.rope.type, RopeType::kLinear);
  EXPECT_EQ(
      config.warnings,
      std::vector<std::string>{"config.json: 'rope_scaling.type' is left out: "
                               "'rope_scaling.rope_type' is \"linear\""});
}

// Each type on each architecture, in both spellings, with numbers written as
// whole ones or not.
TEST(RopeConfigTest, EachTypeOfRopeOnEachArchitecture) {
  const std::pair<RopeType, const char*> kTypes[] = {
      {RopeType::kDefault, "\"default\""},
      {RopeType::kLinear, "\"linear\", \"factor\": 4"},
      {RopeType::kDynamic, "\"dynamic\", \"factor\": 4.0"},
      {RopeType::kYarn,
       "\"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 64.0"},
      {RopeType::kLlama3,
       "\"llama3\", \"factor\": 4, \"low_freq_factor\": 1, "
       "\"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 64"}};
  for (const Keys& keys : {Qwen2(), Llama(), DeepSeek()}) {
    for (const auto& [type, group] : kTypes) {
      for (const char* name : {"\"type\": ", "\"rope_type\": "}) {
        for (const char* key : {"rope_scaling", "rope_parameters"}) {
          ModelConfig config =
              Parsed(keys.With(key, absl::StrCat("{", name, group, "}")));
          EXPECT_EQ(config.rope.type, type) << group;
          EXPECT_EQ(config.rope.factor, type == RopeType::kDefault ? 1 : 4);
          EXPECT_EQ(
              config.rope.original_positions,
              type == RopeType::kYarn || type == RopeType::kLlama3 ? 64 : 0);
          EXPECT_EQ(UnknownKeys(config), "");
        }
      }
    }
  }
}

// What transformers makes of keys that are absent, null or 0.
TEST(RopeConfigTest, DefaultsOfYarn) {
  auto with = [](const std::string& more) {
    return Llama().With("rope_scaling", absl::StrCat(kYarn, more, "}"));
  };
  for (const char* more :
       {"",
        ", \"beta_fast\": null, \"beta_slow\": null, \"mscale\": null, "
        "\"mscale_all_dim\": 0, \"attention_factor\": null",
        ", \"beta_fast\": 0, \"beta_slow\": 0.0, \"mscale\": 0"}) {
    RopeConfig rope = Parsed(with(more)).rope;
    EXPECT_EQ(rope.beta_fast, 32);
    EXPECT_EQ(rope.beta_slow, 1);
    EXPECT_EQ(rope.mscale, 0);
    EXPECT_EQ(rope.attention_factor, std::nullopt);
    EXPECT_TRUE(rope.truncate);
  }
  EXPECT_FALSE(Parsed(with(", \"truncate\": false")).rope.truncate);
  EXPECT_FALSE(Parsed(with(", \"truncate\": null")).rope.truncate);
  // Positions beside the group count before those in it, and those of the
  // model where there are none.
  EXPECT_EQ(Parsed(with("").With("original_max_position_embeddings", "128"))
                .rope.original_positions,
            128);
  RopeConfig rope = Parsed(Llama().With("rope_scaling",
                                        "{\"type\": \"yarn\", \"factor\": 2}"))
                        .rope;
  EXPECT_EQ(rope.original_positions, 512);
  // The factor that is null follows from both.
  rope = Parsed(Llama().With("rope_scaling",
                             "{\"type\": \"yarn\", \"factor\": null, "
                             "\"original_max_position_embeddings\": 128}"))
             .rope;
  EXPECT_EQ(rope.factor, 4);
}

TEST(RopeConfigTest, C01_RopeOfAKindWeLack) {
  for (const char* type : {"longrope", "proportional", "su", "mrope"}) {
    EXPECT_TRUE(Refused(
        Qwen2().With("rope_scaling", absl::StrCat("{\"type\": \"", type,
                                                  "\", \"factor\": 2.0}")),
        absl::StrCat("key 'rope_scaling.type' is \"", type, "\"")));
  }
  EXPECT_TRUE(Refused(Qwen2().With("rope_scaling", "{\"type\": null}"),
                      "rope_scaling.type' is null, expected a string"));
  EXPECT_TRUE(Refused(
      Qwen2().With("rope_parameters", "{\"partial_rotary_factor\": 0.5}"),
      "partial_rotary_factor' is 0.5, expected 1"));
  for (const char* type : {"linear", "dynamic", "llama3"}) {
    EXPECT_TRUE(Refused(
        Qwen2().With("rope_scaling", absl::StrCat("{\"type\": \"", type,
                                                  "\", \"factor\": null}")),
        "rope_scaling.factor' is null, expected a number"));
  }
  EXPECT_TRUE(Refused(Qwen2().With("rope_scaling", "{\"type\": \"yarn\"}"),
                      "rope_scaling.factor' is missing"));
}

}  // namespace
}  // namespace fathom::rt
