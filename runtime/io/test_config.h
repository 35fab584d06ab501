// Configurations that are sound, one key of which a test changes.
#ifndef FATHOM_RUNTIME_IO_TEST_CONFIG_H_
#define FATHOM_RUNTIME_IO_TEST_CONFIG_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/status.h"
#include "runtime/io/model_config.h"

namespace fathom::rt {

// A configuration as its keys and the texts of their values.
class Keys {
 public:
  explicit Keys(std::vector<std::pair<std::string, std::string>> keys)
      : keys_(std::move(keys)) {}
  Keys With(const std::string& key, const std::string& value) const {
    Keys changed = Without(key);
    changed.keys_.emplace_back(key, value);
    return changed;
  }
  Keys Without(const std::string& key) const {
    Keys changed = *this;
    auto& keys = changed.keys_;
    keys.erase(std::remove_if(keys.begin(), keys.end(),
                              [&](auto& pair) { return pair.first == key; }),
               keys.end());
    return changed;
  }
  std::string Json() const {
    std::string text;
    for (const auto& [key, value] : keys_) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", "\"", key,
                      "\": ", value);
    }
    return absl::StrCat("{", text, "}");
  }
  const auto& keys() const { return keys_; }

 private:
  std::vector<std::pair<std::string, std::string>> keys_;
};

inline constexpr char kYarn[] =
    "{\"rope_type\": \"yarn\", \"factor\": 4, "
    "\"original_max_position_embeddings\": 64";
inline constexpr char kLlama3[] =
    "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, "
    "\"high_freq_factor\": 4, \"original_max_position_embeddings\": 64";

inline Keys Qwen2() {
  return Keys({{"model_type", "\"qwen2\""},
               {"vocab_size", "352"},
               {"hidden_size", "48"},
               {"intermediate_size", "104"},
               {"num_hidden_layers", "3"},
               {"num_attention_heads", "4"},
               {"num_key_value_heads", "2"},
               {"max_position_embeddings", "512"},
               {"rms_norm_eps", "1e-06"},
               {"eos_token_id", "329"},
               {"bos_token_id", "1"}});
}

inline Keys Llama() {
  return Qwen2().With("model_type", "\"llama\"").With("head_dim", "16");
}

inline Keys DeepSeek() {
  return Qwen2()
      .With("model_type", "\"deepseek_v3\"")
      .With("q_lora_rank", "16")
      .With("kv_lora_rank", "24")
      .With("qk_nope_head_dim", "12")
      .With("qk_rope_head_dim", "8")
      .With("v_head_dim", "20")
      .With("first_k_dense_replace", "1")
      .With("n_routed_experts", "12")
      .With("num_experts_per_tok", "4")
      .With("moe_intermediate_size", "8")
      .With("n_shared_experts", "1")
      .With("n_group", "3")
      .With("topk_group", "2")
      .With("routed_scaling_factor", "2.5")
      .With("norm_topk_prob", "true")
      .With("num_nextn_predict_layers", "1");
}

inline std::string ErrorOf(const std::string& json,
                           const char* generation = nullptr) {
  auto config = generation ? ParseModelConfig(json, generation)
                           : ParseModelConfig(json, std::nullopt);
  if (config.ok()) return "";
  EXPECT_EQ(ExitCode(config.status()), 1) << config.status();
  return std::string(config.status().message());
}
inline std::string ErrorOf(const Keys& keys) { return ErrorOf(keys.Json()); }

inline testing::AssertionResult Refused(const Keys& keys,
                                        absl::string_view text) {
  std::string error = ErrorOf(keys);
  if (absl::StrContains(error, text)) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "'" << error << "' does not hold '" << text << "': " << keys.Json();
}

inline ModelConfig Parsed(const Keys& keys) {
  auto config = ParseModelConfig(keys.Json(), std::nullopt);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : ModelConfig();
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_TEST_CONFIG_H_
