// generation_config.json: every key has a kind.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/io/test_config.h"

namespace fathom::rt {
namespace {

ModelConfig WithGeneration(const std::string& generation) {
  auto config = ParseModelConfig(Qwen2().Json(), generation);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : ModelConfig();
}

TEST(GenerationConfigTest, C14_GenerationSettingsOutOfTheirRange) {
  std::string json = Qwen2().Json();
  for (const char* generation :
       {"{\"do_sample\": true, \"temperature\": NaN}",
        "{\"do_sample\": true, \"temperature\": -1}",
        "{\"do_sample\": true, \"temperature\": 0}",
        "{\"do_sample\": true, \"temperature\": 1e308}",
        "{\"do_sample\": true, \"temperature\": 101}",
        "{\"temperature\": \"1\"}",
        "{\"do_sample\": true, \"top_p\": 0}",
        "{\"do_sample\": true, \"top_p\": 2}",
        "{\"do_sample\": true, \"top_p\": -0.5}",
        "{\"do_sample\": true, \"min_p\": -0.1}",
        "{\"do_sample\": true, \"min_p\": 1.1}",
        "{\"do_sample\": true, \"top_k\": -1}",
        "{\"do_sample\": true, \"top_k\": 1.5}",
        "{\"repetition_penalty\": 0}",
        "{\"repetition_penalty\": 9e-7}",
        "{\"repetition_penalty\": 1000}",
        "{\"max_new_tokens\": 0}",
        "{\"max_new_tokens\": -1}",
        "{\"max_new_tokens\": 1.5}",
        "{\"max_new_tokens\": \"9\"}",
        "{\"max_new_tokens\": true}",
        "{\"max_new_tokens\": 2147483648}",
        "{\"max_length\": 0}",
        "{\"max_length\": 20.0}",
        "{\"max_length\": 2147483648}",
        "{\"max_length\": 1000000000000000000000}",
        "{\"do_sample\": 1}",
        "{\"num_beams\": 4}",
        "{\"no_repeat_ngram_size\": 3}",
        "{\"bad_words_ids\": [[1]]}"}) {
    std::string error = ErrorOf(json, generation);
    EXPECT_TRUE(absl::StartsWith(error, "generation_config.json"))
        << generation << error;
  }
  auto config = ParseModelConfig(
      json,
      "{\"max_new_tokens\": 2147483647, \"max_length\": 20, "
      "\"do_sample\": true, \"temperature\": 0.6, \"top_p\": 0.95, \"top_k\": "
      "20, \"min_p\": 0, \"repetition_penalty\": 1.05, \"num_beams\": 1, "
      "\"typical_p\": 1.0, \"suppress_tokens\": null, \"new_key\": 1}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->generation.sample, true);
  EXPECT_EQ(config->generation.temperature, 0.6);
  EXPECT_EQ(config->generation.top_k, 20);
  EXPECT_EQ(config->generation.repetition_penalty, 1.05);
  EXPECT_EQ(config->generation.max_new_tokens, 2147483647);
  EXPECT_EQ(config->unknown_keys,
            std::vector<std::string>{"generation_config.json: 'new_key'"});
}

// With which values, as JSON, a key is read, and with which it is refused by
// name; of those refused only under sampling or only without it, `when` says
// so. Null is read for each.
struct KeyCase {
  const char* key;
  std::vector<const char*> read;
  std::vector<const char*> refused;
  enum { kAlways, kSampling, kGreedy } when = kAlways;
};

// All that transformers 5.23's GenerationConfig knows.
const KeyCase kKeyCases[] = {
    // Computed.
    {"do_sample", {"true", "false"}, {"1", "\"true\""}},
    {"temperature", {"0.6", "1"}, {"-1", "1e400"}, KeyCase::kSampling},
    {"top_k",
     {"0", "50", "2147483647"},
     {"-1", "2147483648", "50.0"},
     KeyCase::kSampling},
    {"top_p", {"0.95", "1"}, {"0", "1.5"}, KeyCase::kSampling},
    {"min_p", {"0", "0.05"}, {"-0.1"}, KeyCase::kSampling},
    {"repetition_penalty", {"1.05"}, {"0"}},
    {"max_length", {"1", "20"}, {"0", "20.5"}},
    {"max_new_tokens", {"1"}, {"0"}},
    {"bos_token_id", {"1"}, {"-1"}},
    {"eos_token_id", {"1", "[1, 2]"}, {"[]"}},
    // Refused unless they change nothing.
    {"top_h", {}, {"0.4"}, KeyCase::kSampling},
    {"typical_p", {"1.0", "1e400"}, {"0.9", "NaN"}, KeyCase::kSampling},
    {"epsilon_cutoff", {"0.0", "1"}, {"3e-4"}, KeyCase::kSampling},
    {"eta_cutoff", {"0.0", "1"}, {"3e-4"}, KeyCase::kSampling},
    {"penalty_alpha", {"0.0", "-1e999"}, {"0.6"}, KeyCase::kGreedy},
    {"encoder_repetition_penalty", {"1", "1.0"}, {"1.1", "0"}},
    {"no_repeat_ngram_size", {"0"}, {"3", "100000000000000000000"}},
    {"encoder_no_repeat_ngram_size", {"0"}, {"3"}},
    {"bad_words_ids", {"[]"}, {"[[1]]"}},
    {"force_words_ids", {"[]"}, {"[[1]]"}},
    {"constraints", {"[]"}, {"[1]"}},
    {"suppress_tokens", {"[]"}, {"[1]"}},
    {"begin_suppress_tokens", {"[]"}, {"[1]"}},
    {"sequence_bias", {"[]", "{}"}, {"[[[1], 2.0]]", "{\"1\": 2}"}},
    {"forced_bos_token_id", {}, {"1", "0", "false"}},
    {"force_bos_token_to_be_generated", {"false"}, {"true"}},
    {"forced_eos_token_id", {}, {"1"}},
    {"forced_decoder_ids", {"[]"}, {"[[1, 2]]"}},
    {"exponential_decay_length_penalty", {}, {"[10, 1.1]"}},
    {"guidance_scale", {"1", "1.0"}, {"1.5", "0"}},
    {"watermarking_config", {}, {"{\"bias\": 2.5}"}},
    {"token_healing", {"false"}, {"true"}},
    {"dola_layers", {}, {"\"low\""}},
    {"assistant_ensemble_weight", {}, {"0.5"}},
    {"cache_implementation", {"\"static\"", "\"hybrid\""}, {"\"quantized\""}},
    {"min_length", {"0"}, {"5"}},
    {"min_new_tokens", {"0"}, {"5"}},
    {"max_time", {}, {"1.5"}},
    {"stop_strings", {"[]"}, {"\"x\"", "[\"x\"]"}},
    {"is_assistant", {"false"}, {"true"}},
    {"num_beams", {"1"}, {"4", "0", "true"}},
    {"num_return_sequences", {"1"}, {"2"}},
    {"logits_processor", {}, {"[]"}},
    {"stopping_criteria", {}, {"[]"}},
    {"prefix_allowed_tokens_fn", {}, {"1"}},
    {"synced_gpus", {}, {"false"}},
    {"assistant_model", {}, {"\"x\""}},
    {"streamer", {}, {"1"}},
    {"negative_prompt_ids", {}, {"[1]"}},
    {"negative_prompt_attention_mask", {}, {"[1]"}},
    // Harmless.
    {"num_beam_groups", {"1", "4"}, {}},
    {"diversity_penalty", {"0.5"}, {}},
    {"early_stopping", {"true", "\"never\""}, {}},
    {"length_penalty", {"0.8"}, {}},
    {"low_memory", {"true"}, {}},
    {"renormalize_logits", {"true"}, {}},
    {"remove_invalid_values", {"true"}, {}},
    {"use_cache", {"false"}, {}},
    {"cache_config", {"{\"nbits\": 4}"}, {}},
    {"max_cache_len", {"100000000000000000000"}, {}},
    {"prefill_chunk_size", {"64"}, {}},
    {"compile_config", {"{}"}, {}},
    {"disable_compile", {"true"}, {}},
    {"continuous_batching_config", {"{}"}, {}},
    {"use_mtp", {"true"}, {}},
    {"speculation_type", {"\"dflash\""}, {}},
    {"num_assistant_tokens", {"20"}, {}},
    {"num_assistant_tokens_schedule", {"\"constant\""}, {}},
    {"assistant_confidence_threshold", {"0.4"}, {}},
    {"assistant_early_exit", {"4"}, {}},
    {"assistant_lookbehind", {"10"}, {}},
    {"target_lookbehind", {"10"}, {}},
    {"prompt_lookup_num_tokens", {"3"}, {}},
    {"max_matching_ngram_size", {"2"}, {}},
    {"return_dict_in_generate", {"true"}, {}},
    {"output_attentions", {"true"}, {}},
    {"output_hidden_states", {"true"}, {}},
    {"output_scores", {"true"}, {}},
    {"output_logits", {"true"}, {}},
    {"decoder_start_token_id", {"0", "[1]"}, {}},
    {"pad_token_id", {"-1", "151643", "1e400"}, {}},
    {"trust_remote_code", {"true"}, {}},
    {"_from_model_config", {"true"}, {}},
    {"_commit_hash", {"\"0\""}, {}},
    {"transformers_version", {"\"4.43.1\""}, {}},
};

TEST(GenerationConfigTest, EveryKeyIsComputedHarmlessOrRefusedByName) {
  for (const KeyCase& row : kKeyCases) {
    for (const bool samples : {false, true}) {
      auto file = [&](const char* value) {
        return absl::StrCat("{\"", row.key, "\": ", value,
                            samples && row.key != absl::string_view("do_sample")
                                ? ", \"do_sample\": true}"
                                : "}");
      };
      std::vector<const char*> read = row.read;
      read.push_back("null");
      const bool is_used = row.when == KeyCase::kAlways ||
                           (row.when == KeyCase::kSampling) == samples;
      if (!is_used) {
        read.insert(read.end(), row.refused.begin(), row.refused.end());
      }
      for (const char* value : read) {
        EXPECT_EQ(WithGeneration(file(value)).unknown_keys,
                  std::vector<std::string>())
            << file(value);
      }
      if (!is_used) continue;
      for (const char* value : row.refused) {
        const std::string error = ErrorOf(Qwen2().Json(), file(value).c_str());
        EXPECT_TRUE(absl::StartsWith(
            error,
            absl::StrCat("generation_config.json: key '", row.key, "' is ")))
            << file(value) << error;
      }
    }
  }
  EXPECT_EQ(ErrorOf(Qwen2().Json(), "{\"num_beams\": 4}"),
            "generation_config.json: key 'num_beams' is 4, expected 1 or null: "
            "Fathom does not compute what it asks for");
}

// Where no token is drawn: many files have a temperature of 0 for greedy.
TEST(GenerationConfigTest, NumbersThatOnlySamplingUses) {
  for (const char* generation :
       {"{\"temperature\": 0}", "{\"do_sample\": false, \"temperature\": -1}",
        "{\"top_k\": -1}", "{\"top_p\": 0.0, \"min_p\": 1e400}",
        "{\"top_k\": 1000000000000000000000}"}) {
    const GenerationDefaults defaults = WithGeneration(generation).generation;
    EXPECT_EQ(defaults.temperature, std::nullopt) << generation;
    EXPECT_EQ(defaults.top_k, std::nullopt) << generation;
    EXPECT_EQ(defaults.top_p, std::nullopt) << generation;
    EXPECT_EQ(defaults.min_p, std::nullopt) << generation;
  }
  for (const char* generation :
       {"{\"temperature\": \"0\"}", "{\"top_k\": true}", "{\"top_p\": []}"}) {
    EXPECT_NE(ErrorOf(Qwen2().Json(), generation), "") << generation;
  }
}

TEST(GenerationConfigTest, MaxNewTokensWinsOverMaxLength) {
  for (const char* none : {"{}", "{\"max_length\": null}"}) {
    EXPECT_EQ(WithGeneration(none).generation.max_length, std::nullopt);
  }
  EXPECT_EQ(WithGeneration("{\"max_length\": 20}").generation.max_length, 20);
  const ModelConfig both =
      WithGeneration("{\"max_length\": 20, \"max_new_tokens\": 7}");
  EXPECT_EQ(both.generation.max_length, std::nullopt);
  EXPECT_EQ(both.generation.max_new_tokens, 7);
  EXPECT_EQ(both.warnings,
            std::vector<std::string>{"max_length 20 has no effect beside "
                                     "max_new_tokens 7"});
}

// As transformers: the keys in config.json count where the folder has no
// generation_config.json, and are dropped where it has one.
TEST(GenerationConfigTest, OldFilesKeepTheirKeysInConfigJson) {
  const Keys old = Qwen2()
                       .With("do_sample", "true")
                       .With("temperature", "0.7")
                       .With("max_length", "30");
  const ModelConfig alone = Parsed(old);
  EXPECT_EQ(alone.generation.sample, true);
  EXPECT_EQ(alone.generation.temperature, 0.7);
  EXPECT_EQ(alone.generation.max_length, 30);
  EXPECT_EQ(alone.unknown_keys, std::vector<std::string>());
  EXPECT_TRUE(Refused(old.With("num_beams", "4"),
                      "config.json: key 'num_beams' is 4, expected 1"));
  auto beside = ParseModelConfig(old.With("num_beams", "4").Json(), "{}");
  ASSERT_TRUE(beside.ok()) << beside.status();
  EXPECT_EQ(beside->generation.sample, std::nullopt);
  EXPECT_EQ(beside->generation.max_length, std::nullopt);
  EXPECT_EQ(beside->unknown_keys, std::vector<std::string>());
}

}  // namespace
}  // namespace fathom::rt
