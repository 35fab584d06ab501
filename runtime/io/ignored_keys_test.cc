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
    {"tie_word_embeddings", "true", "b"},
    {"hidden_act", "\"silu\"", "S"},
    {"attention_bias", "false", "B"},
    {"is_encoder_decoder", "false", "B"},
    {"layer_types", "null", "An"},
    {"rope_theta", "1e4", "ir"},
    {"rope_scaling", "null", "On"},
    {"rope_parameters", "null", "On"},
    {"quantization_config", "null", "On"},
    // Ignored.
    {"_name_or_path", "\"\"", "sn"},
    {"transformers_version", "\"4.43.1\"", "sn"},
    {"torch_dtype", "\"bfloat16\"", "Sn"},
    {"dtype", "\"float8_e4m3fn\"", "Sn"},
    {"use_cache", "true", "b"},
    {"initializer_range", "0.02", "ir"},
    {"attention_dropout", "0.0", "IR"},
    {"pad_token_id", "0", "in"},
    {"auto_map", "{\"AutoConfig\": \"a.B\"}", "on"},
    {"_attn_implementation", "\"eager\"", "sn"},
    {"attn_implementation", "\"sdpa\"", "sn"},
    {"_attn_implementation_autoset", "true", "b"},
    {"pretraining_tp", "1", "i"},
    {"torchscript", "false", "b"},
    {"return_dict", "true", "bn"},
    {"output_attentions", "false", "bn"},
    {"output_hidden_states", "false", "bn"},
    {"tokenizer_class", "null", "sn"},
    {"id2label", "{\"0\": \"LABEL_0\"}", "on"},
    {"label2id", "{\"LABEL_0\": 0}", "on"},
    {"chunk_size_feed_forward", "0", "i"},
    {"transformers.js_config", "{}", "o"},
    // Of other architectures than ours.
    {"use_qk_norm", "false", "Bn"},
    {"logit_scale", "1", "IRn"},
};
constexpr OptionalKey kOfGrouped[] = {
    {"head_dim", "16", "i"},
    {"mlp_bias", "false", "B"},
    {"use_sliding_window", "false", "B"},
    {"use_mrope", "false", "B"},
    {"rope_interleaved", "false", "B"},
    {"partial_rotary_factor", "1.0", "IR"},
    // Ignored.
    {"sliding_window", "4096", "in"},
    {"max_window_layers", "28", "i"},
    {"is_llama_config", "true", "b"},
};
constexpr OptionalKey kOfDeepSeek[] = {
    {"head_dim", "8", "I"},
    {"qk_head_dim", "20", "I"},
    {"rope_interleave", "true", "B"},
    {"scoring_func", "\"sigmoid\"", "S"},
    {"topk_method", "\"noaux_tc\"", "S"},
    {"moe_layer_freq", "1", "I"},
    {"num_local_experts", "12", "I"},
    {"mlp_bias", "null", "Bn"},
    {"sliding_window", "null", "Bn"},
    // Ignored.
    {"ep_size", "1", "i"},
    {"aux_loss_alpha", "0.001", "ir"},
    {"seq_aux", "true", "b"},
    {"router_aux_loss_coef", "0.001", "ir"},
    {"output_router_logits", "false", "b"},
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

// What a type is called, and that it is one of those that are read.
TEST(IgnoredKeysTest, C01_TypesOfWeightsThatAreNotRead) {
  for (const char* key : {"torch_dtype", "dtype"}) {
    for (const char* type :
         {"bfloat16", "float16", "float32", "float8_e4m3fn"}) {
      EXPECT_EQ(ErrorOf(Qwen2().With(key, absl::StrCat("\"", type, "\""))), "");
    }
    for (const char* type : {"int4", "float8", "float64", "BF16", ""}) {
      EXPECT_EQ(ErrorOf(Qwen2().With(key, absl::StrCat("\"", type, "\""))),
                absl::StrCat("config.json: key '", key, "' is \"", type,
                             "\", expected one of \"bfloat16\", \"float16\", "
                             "\"float32\", \"float8_e4m3fn\", or null"));
    }
  }
}

TEST(IgnoredKeysTest, C02_EachIgnoredNumberOutOfItsRange) {
  struct Number {
    const char* key;
    bool is_whole;
    bool may_be_zero;
    bool may_be_null;
  };
  const Number kOfQwen2[] = {{"sliding_window", true, true, true},
                             {"max_window_layers", true, true, false},
                             {"pad_token_id", true, true, true},
                             {"pretraining_tp", true, true, false},
                             {"chunk_size_feed_forward", true, true, false},
                             {"initializer_range", false, true, false},
                             {"attention_dropout", false, true, false}};
  const Number kOfExperts[] = {{"ep_size", true, false, false},
                               {"aux_loss_alpha", false, true, false},
                               {"router_aux_loss_coef", false, true, false}};
  auto check = [](const Keys& keys, const Number& number) {
    for (const char* value :
         {"-1", "2147483648", "9223372036854775808", "\"32\""}) {
      EXPECT_TRUE(Refused(
          keys.With(number.key, value),
          absl::StrCat("key '", number.key, "' is ", value, ", expected a ",
                       number.is_whole ? "whole number" : "number", " from ",
                       number.may_be_zero ? 0 : 1, " to ")));
    }
    EXPECT_EQ(ErrorOf(keys.With(number.key, "1")), "");
    EXPECT_EQ(ErrorOf(keys.With(number.key, "0.5")).empty(), !number.is_whole);
    EXPECT_EQ(ErrorOf(keys.With(number.key, "0")).empty(), number.may_be_zero);
    EXPECT_EQ(ErrorOf(keys.With(number.key, "null")).empty(),
              number.may_be_null);
  };
  for (const Number& number : kOfQwen2) check(Qwen2(), number);
  for (const Number& number : kOfExperts) check(DeepSeek(), number);
  EXPECT_EQ(ErrorOf(Qwen2().With("pad_token_id", "-1")),
            "config.json: key 'pad_token_id' is -1, expected a whole number "
            "from 0 to 1048576, or null");
}

}  // namespace
}  // namespace fathom::rt
