#include "runtime/io/foreign_keys.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

absl::StatusOr<bool> Harmless(const std::string& key, const char* value) {
  auto document = JsonDocument::Parse(
      absl::StrCat("{\"", key, "\": ", value, "}"), "config.json");
  EXPECT_TRUE(document.ok()) << document.status();
  auto members = document->root().AsObject();
  EXPECT_TRUE(members.ok()) << members.status();
  return IsHarmlessForeignKey(members->front());
}

TEST(ForeignKeysTest, ComputationsOfOtherArchitecturesAreRefused) {
  const std::pair<const char*, const char*> kRows[] = {
      {"use_qk_norm", "true"},
      {"qk_norm", "true"},
      {"qk_layernorm", "true"},
      {"attn_logit_softcapping", "50.0"},
      {"final_logit_softcapping", "30"},
      {"sliding_window", "4096"},
      {"use_sliding_window", "true"},
      {"attention_chunk_size", "8192"},
      {"logit_scale", "0.0625"},
      {"residual_multiplier", "0.22"},
      {"embedding_multiplier", "12"},
      {"attention_multiplier", "0.0078125"},
      {"scale_depth", "1.4"},
      {"mlp_bias", "true"},
      {"mlp_bias", "\"yes\""},
      {"no_rope_layers", "[1, 1, 1, 0]"},
      {"num_local_experts", "8"},
  };
  for (const auto& [key, value] : kRows) {
    const auto found = Harmless(key, value);
    ASSERT_FALSE(found.ok()) << key;
    const absl::string_view message = found.status().message();
    EXPECT_TRUE(absl::StartsWith(
        message, absl::StrCat("config.json: key '", key, "' is ")))
        << message;
    EXPECT_TRUE(absl::StrContains(message, "is not supported")) << message;
  }
}

TEST(ForeignKeysTest, ValuesThatChangeNothingPass) {
  const std::pair<const char*, const char*> kRows[] = {
      {"use_qk_norm", "false"},     {"qk_norm", "null"},
      {"mlp_bias", "false"},        {"final_logit_softcapping", "null"},
      {"sliding_window", "null"},   {"use_sliding_window", "false"},
      {"residual_multiplier", "1"}, {"logit_scale", "1.0"},
      {"num_local_experts", "0"},   {"qk_norm", "0"},
      {"use_qk_norm", "0.0"},       {"no_rope_layers", "[]"},
  };
  for (const auto& [key, value] : kRows) {
    const auto found = Harmless(key, value);
    ASSERT_TRUE(found.ok()) << key << found.status();
    EXPECT_TRUE(*found) << key;
  }
}

TEST(ForeignKeysTest, WhatIsUnknownIsSaidToBe) {
  const auto unknown = Harmless("unsloth_version", "\"1\"");
  ASSERT_TRUE(unknown.ok()) << unknown.status();
  EXPECT_FALSE(*unknown);
  // But not where it may be about attention.
  EXPECT_FALSE(Harmless("attention_sinks", "true").ok());
  EXPECT_FALSE(Harmless("rope_scaling_factor", "2").ok());
  // Null is nothing to anybody; what is off is named.
  EXPECT_TRUE(*Harmless("attention_sinks", "null"));
  EXPECT_TRUE(*Harmless("unsloth_version", "null"));
  EXPECT_FALSE(*Harmless("attention_sinks", "false"));
  EXPECT_FALSE(*Harmless("rope_scaling_factor", "0"));
}

}  // namespace
}  // namespace fathom::rt
