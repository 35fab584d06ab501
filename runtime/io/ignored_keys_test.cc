// Keys that may be left out, ignored ones first: each has a kind.
#include "runtime/io/ignored_keys.h"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/io/test_config.h"

namespace fathom::rt {
namespace {

// A key that may be left out, a value that it may have, and the kinds that it
// may have: b a truth, i a whole number, r another one, s a string, a an array,
// o an object, n null. Of upper case: of that kind it may have some values.
struct OptionalKey {
  const char* key;
  const char* value;
  const char* kinds;
};
constexpr OptionalKey kOfAll[] = {
    // Read.
    {"architectures", "null", "An"},
    {"tie_word_embeddings", "true", "bn"},
    {"hidden_act", "\"silu\"", "Sn"},
    {"attention_bias", "false", "Bn"},
    {"is_encoder_decoder", "false", "Bn"},
    {"layer_types", "null", "An"},
    {"rope_theta", "1e4", "irn"},
    {"rope_scaling", "null", "On"},
    {"rope_parameters", "null", "On"},
    {"quantization_config", "null", "On"},
    // Ignored.
    {"_name_or_path", "\"\"", "sn"},
    {"transformers_version", "\"4.43.1\"", "sn"},
    {"torch_dtype", "\"bfloat16\"", "son"},
    {"dtype", "\"float8_e4m3fn\"", "son"},
    {"use_cache", "true", "bn"},
    {"initializer_range", "0.02", "irn"},
    {"attention_dropout", "0.0", "IRn"},
    {"pad_token_id", "0", "in"},
    {"auto_map", "{\"AutoConfig\": \"a.B\"}", "on"},
    {"_attn_implementation", "\"eager\"", "sn"},
    {"attn_implementation", "\"sdpa\"", "sn"},
    {"_attn_implementation_autoset", "true", "bn"},
    {"pretraining_tp", "1", "in"},
    {"torchscript", "false", "bn"},
    {"return_dict", "true", "bn"},
    {"output_attentions", "false", "bn"},
    {"output_hidden_states", "false", "bn"},
    {"tokenizer_class", "null", "sn"},
    {"id2label", "{\"0\": \"LABEL_0\"}", "on"},
    {"label2id", "{\"LABEL_0\": 0}", "on"},
    {"chunk_size_feed_forward", "0", "in"},
    {"transformers.js_config", "{}", "on"},
    // Of other architectures than ours.
    {"use_qk_norm", "false", "Bn"},
    {"logit_scale", "1", "IRn"},
};
constexpr OptionalKey kOfGrouped[] = {
    {"head_dim", "16", "in"},
    {"mlp_bias", "false", "Bn"},
    {"use_sliding_window", "false", "Bn"},
    {"use_mrope", "false", "Bn"},
    {"rope_interleaved", "false", "Bn"},
    {"partial_rotary_factor", "1.0", "IRn"},
    // Ignored.
    {"sliding_window", "4096", "in"},
    {"max_window_layers", "28", "in"},
    {"is_llama_config", "true", "bn"},
};
constexpr OptionalKey kOfDeepSeek[] = {
    {"head_dim", "8", "In"},
    {"qk_head_dim", "20", "In"},
    {"rope_interleave", "true", "bn"},
    {"scoring_func", "\"sigmoid\"", "Sn"},
    {"topk_method", "\"noaux_tc\"", "Sn"},
    {"moe_layer_freq", "1", "in"},
    {"num_local_experts", "12", "In"},
    {"mlp_bias", "null", "Bn"},
    {"sliding_window", "null", "Bn"},
    // Ignored.
    {"ep_size", "1", "in"},
    {"aux_loss_alpha", "0.001", "irn"},
    {"seq_aux", "true", "bn"},
    {"router_aux_loss_coef", "0.001", "irn"},
    {"output_router_logits", "false", "bn"},
};

std::vector<OptionalKey> OptionalKeys(bool is_deepseek) {
  std::vector<OptionalKey> all(std::begin(kOfAll), std::end(kOfAll));
  if (is_deepseek) {
    all.insert(all.end(), std::begin(kOfDeepSeek), std::end(kOfDeepSeek));
  } else {
    all.insert(all.end(), std::begin(kOfGrouped), std::end(kOfGrouped));
  }
  return all;
}

TEST(IgnoredKeysTest, C01_WrongTypeForEachKeyThatMayBeLeftOut) {
  const std::pair<char, const char*> kValues[] = {
      {'b', "true"}, {'i', "78"},        {'r', "1.5"}, {'s', "\"x\""},
      {'a', "[1]"},  {'o', "{\"\": 1}"}, {'n', "null"}};
  for (const Keys& keys : {Qwen2(), Llama(), DeepSeek()}) {
    const bool is_deepseek = keys.Json() == DeepSeek().Json();
    for (const OptionalKey& row : OptionalKeys(is_deepseek)) {
      EXPECT_EQ(ErrorOf(keys.With(row.key, row.value)), "") << row.key;
      EXPECT_EQ(UnknownKeys(Parsed(keys.With(row.key, row.value))), "");
      for (const auto& [kind, value] : kValues) {
        const Keys changed = keys.With(row.key, value);
        if (absl::StrContains(row.kinds, kind)) {
          EXPECT_EQ(ErrorOf(changed), "");
          continue;
        }
        if (absl::StrContains(row.kinds, absl::ascii_toupper(kind))) continue;
        EXPECT_TRUE(
            Refused(changed, absl::StrCat("config.json: key '", row.key)));
        EXPECT_TRUE(Refused(changed, ", expected "));
      }
    }
  }
}

// The tensors say in which types they are stored.
TEST(IgnoredKeysTest, AnyNameOfAType) {
  for (const char* key : {"torch_dtype", "dtype"}) {
    for (const char* type :
         {"\"bfloat16\"", "\"torch.float16\"", "\"auto\"", "\"float64\"",
          "{\"text_config\": \"bfloat16\"}"}) {
      EXPECT_EQ(ErrorOf(Qwen2().With(key, type)), "");
    }
    EXPECT_EQ(ErrorOf(Qwen2().With(key, "16")),
              absl::StrCat("config.json: key '", key,
                           "' is 16, expected the name of a type, or null"));
  }
}

// Their values are not used, so they may have any size.
TEST(IgnoredKeysTest, C02_IgnoredNumbersMayHaveAnySize) {
  struct Number {
    const char* key;
    bool is_whole;
  };
  const Number kOfQwen2[] = {{"pad_token_id", true},
                             {"pretraining_tp", true},
                             {"chunk_size_feed_forward", true},
                             {"initializer_range", false},
                             {"attention_dropout", false}};
  const Number kOfExperts[] = {{"ep_size", true},
                               {"aux_loss_alpha", false},
                               {"router_aux_loss_coef", false}};
  auto check = [](const Keys& keys, const Number& number) {
    for (const char* value : {"-2", "0", "9223372036854775808",
                              "1000000000000000019884624838656"}) {
      EXPECT_EQ(ErrorOf(keys.With(number.key, value)), "") << number.key;
    }
    for (const char* value : {"0.5", "1e400", "NaN", "-Infinity"}) {
      EXPECT_EQ(ErrorOf(keys.With(number.key, value)).empty(), !number.is_whole)
          << number.key << value;
    }
    EXPECT_TRUE(Refused(
        keys.With(number.key, "\"32\""),
        absl::StrCat("key '", number.key, "' is \"32\", expected a ",
                     number.is_whole ? "whole " : "", "number, or null")));
  };
  for (const Number& number : kOfQwen2) check(Qwen2(), number);
  for (const Number& number : kOfExperts) check(DeepSeek(), number);
}

// Unknown keys, too: nobody reads them.
TEST(IgnoredKeysTest, NumbersOfUnknownKeysMayHaveAnySize) {
  for (const char* value : {"1000000000000000019884624838656", "1e400",
                            "[NaN, {\"a\": -Infinity}]", "1E+2"}) {
    EXPECT_EQ(UnknownKeys(Parsed(Qwen2().With("my_key", value))),
              "config.json: 'my_key'");
  }
}

TEST(IgnoredKeysTest, NumbersThatAreUsedAreNamedWhereTheyAreOutOfRange) {
  EXPECT_EQ(
      ErrorOf(Qwen2().With("hidden_size", "1000000000000000019884624838656")),
      "config.json: key 'hidden_size' is 1000000000000000019884624838656, "
      "expected a whole number from 1 to 65536");
  EXPECT_EQ(ErrorOf(Qwen2().With("rms_norm_eps", "1e400")),
            "config.json: key 'rms_norm_eps' is 1e400, expected a number from "
            "1e-20 to 1");
  EXPECT_EQ(ErrorOf(Qwen2().With("rms_norm_eps", "NaN")),
            "config.json: key 'rms_norm_eps' is NaN, expected a number from "
            "1e-20 to 1");
}

}  // namespace
}  // namespace fathom::rt
