#include "runtime/io/model_config.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "runtime/io/test_config.h"
#include "runtime/io/test_folder.h"

namespace fathom::rt {
namespace {

TEST(ModelConfigTest, ReadsEachArchitecture) {
  ModelConfig qwen = Parsed(Qwen2());
  EXPECT_EQ(qwen.architecture, Architecture::kQwen2);
  EXPECT_TRUE(qwen.qkv_bias);
  EXPECT_EQ(qwen.head_dim, 12);
  EXPECT_EQ(qwen.kv_head_count, 2);
  EXPECT_EQ(qwen.rope.theta, 10000);
  EXPECT_EQ(qwen.eos, std::vector<int64_t>{329});
  EXPECT_FALSE(qwen.latent || qwen.experts || qwen.fp8);

  ModelConfig llama =
      Parsed(Llama()
                 .With("rope_scaling", absl::StrCat(kLlama3, "}"))
                 .With("rope_theta", "500000.0"));
  EXPECT_EQ(llama.architecture, Architecture::kLlama);
  EXPECT_FALSE(llama.qkv_bias);
  EXPECT_EQ(llama.head_dim, 16);
  EXPECT_EQ(llama.rope.type, RopeType::kLlama3);
  EXPECT_EQ(llama.rope.theta, 500000);
  EXPECT_EQ(llama.rope.original_positions, 64);

  ModelConfig deepseek = Parsed(DeepSeek());
  EXPECT_EQ(deepseek.latent->q_rank, 16);
  EXPECT_EQ(deepseek.rotary_dim(), 8);
  EXPECT_EQ(deepseek.experts->groups, 3);
  EXPECT_TRUE(deepseek.experts->normalize);
  EXPECT_EQ(deepseek.mtp_layer_count, 1);
}

TEST(ModelConfigTest, ShippedConfigurationsHaveNoUnknownKey) {
  for (const char* name :
       {"tiny-qwen2/config", "tiny-llama/config", "tiny-deepseek/config",
        "tiny-deepseek-fp8/config", "configs/deepseek-r1",
        "configs/deepseek-r1-4-layers", "configs/deepseek-v3-8gb",
        "configs/r1-distill-llama-8b", "configs/r1-distill-qwen-1.5b"}) {
    auto config = ParseModelConfig(
        ReadSource(absl::StrCat("test/models/", name, ".json")), std::nullopt);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(UnknownKeys(*config), "") << name;
  }
}

TEST(ModelConfigTest, BothSpellingsOfRope) {
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
  EXPECT_TRUE(Refused(Qwen2()
                          .With("rope_theta", "1e4")
                          .With("rope_parameters",
                                "{\"rope_type\": \"default\", "
                                "\"rope_theta\": 7e5}"),
                      "key 'rope_theta' is 10000, expected 700000"));
  EXPECT_TRUE(
      Refused(Qwen2()
                  .With("rope_scaling", absl::StrCat(kYarn, "}"))
                  .With("rope_parameters", absl::StrCat(kYarn, "}")),
              "key 'rope_scaling' is an object, expected null or nothing"));
}

TEST(ModelConfigTest, C01_FilesThatAreNoConfiguration) {
  const std::pair<std::string, const char*> kCases[] = {
      {"", "not JSON: column 1: found the end, expected a value"},
      {"[]", "the top level is an array, expected an object"},
      {"null", "the top level is null, expected an object"},
      {"\"qwen2\"", "the top level is \"qwen2\", expected an object"},
      {"{",
       "not JSON: column 2: found the end, expected a key in double "
       "quotes, or '}'"},
      {"not json", "not JSON: column 1: found 'not', expected a value"},
      {"{\n\"a\": 1\n\"b\": 2\n}",
       "not JSON: line 3, column 1: found '\\\"', expected ',' or '}'"},
      {"{}{}", "not JSON: column 3: found '{', expected the end"},
      {"{}",
       "key 'model_type' is missing, expected \"deepseek_v3\", \"qwen2\" "
       "or \"llama\""},
      {"{\"model_type\": null}", "key 'model_type' is null, expected a string"},
      {std::string("{\0}", 3),
       "not JSON: column 2: found '\\x00', expected a key in double quotes, or "
       "'}'"},
  };
  for (const auto& [json, words] : kCases) {
    EXPECT_EQ(ErrorOf(json), absl::StrCat("config.json: ", words));
  }
  EXPECT_EQ(ErrorOf(Qwen2().Json(), ""),
            "generation_config.json: not JSON: column 1: found the end, "
            "expected a value");
  EXPECT_EQ(ErrorOf(Qwen2().Json(), "[]"),
            "generation_config.json: the top level is an array, expected an "
            "object");
  EXPECT_TRUE(absl::StrContains(ErrorOf(std::string(kConfigBytesMax + 1, ' ')),
                                "expected at most"));
  EXPECT_EQ(ErrorOf(Qwen2().Json() +
                    std::string(kConfigBytesMax - Qwen2().Json().size(), ' ')),
            "");
}

TEST(ModelConfigTest, C01_WrongTypeForEachKey) {
  for (const Keys& keys : {Qwen2(), Llama(), DeepSeek()}) {
    ASSERT_EQ(ErrorOf(keys), "");
    for (const auto& [key, value] : keys.keys()) {
      const std::pair<const char*, const char*> kWrong[] = {
          {"{}", " is an object, expected "},
          {"[[]]", "an array, expected "},
          {"[\"a\"]", ", expected "},
          {"\"x\"", " is \"x\", expected "}};
      for (const auto& [wrong, words] : kWrong) {
        EXPECT_TRUE(
            Refused(keys.With(key, wrong), absl::StrCat("json: key '", key)));
        EXPECT_TRUE(Refused(keys.With(key, wrong), words));
      }
    }
  }
}

// Each key that has to be there.
TEST(ModelConfigTest, C01_MissingKeys) {
  for (const Keys& keys : {Qwen2(), DeepSeek()}) {
    for (const auto& [key, value] : keys.keys()) {
      const bool is_optional = key == "bos_token_id" || key == "q_lora_rank" ||
                               key == "num_key_value_heads" ||
                               key == "num_nextn_predict_layers";
      if (is_optional) continue;
      EXPECT_TRUE(Refused(
          keys.Without(key),
          absl::StrCat("config.json: key '", key, "' is missing, expected ",
                       key == "model_type" ? "\"deepseek_v3\""
                       : key == "rms_norm_eps" || key == "routed_scaling_factor"
                           ? "a number from "
                       : key == "norm_topk_prob" ? "true or false"
                       : key == "eos_token_id"   ? "it there or in "
                                                 : "a whole number")));
    }
  }
}

TEST(ModelConfigTest, C01_UnknownArchitecture) {
  EXPECT_TRUE(Refused(Qwen2().With("model_type", "\"qwen3\""),
                      "key 'model_type' is \"qwen3\", expected"));
  EXPECT_TRUE(Refused(
      Qwen2().With("architectures", "[\"Qwen2ForSequenceClassification\"]"),
      "expected \"Qwen2ForCausalLM\""));
}

TEST(ModelConfigTest, C01_ValuesThatAreNotComputed) {
  const std::pair<const char*, const char*> kEverywhere[] = {
      {"hidden_act", "\"gelu\""},
      {"attention_bias", "true"},
      {"layer_types",
       "[\"full_attention\", \"sliding_attention\", \"full_attention\"]"},
      {"layer_types", "[\"full_attention\"]"},
      {"is_encoder_decoder", "true"},
      {"quantization_config", "{\"quant_method\": \"gptq\", \"bits\": 4}"},
  };
  for (const auto& [key, value] : kEverywhere) {
    for (const Keys& keys : {Qwen2(), Llama(), DeepSeek()}) {
      EXPECT_TRUE(Refused(keys.With(key, value), key));
    }
  }
  for (const char* key : {"use_sliding_window", "mlp_bias", "use_mrope"}) {
    EXPECT_TRUE(Refused(Qwen2().With(key, "true"),
                        absl::StrCat("key '", key, "' is true")));
    EXPECT_TRUE(Refused(Llama().With(key, "true"), key));
  }
  const std::pair<const char*, const char*> kDeepSeek[] = {
      {"scoring_func", "\"softmax\""},
      {"topk_method", "\"greedy\""},
      {"moe_layer_freq", "2"},
      {"rope_interleave", "false"},
      {"head_dim", "64"},
      {"num_nextn_predict_layers", "2"},
      {"n_shared_experts", "0"}};
  for (const auto& [key, value] : kDeepSeek) {
    EXPECT_TRUE(Refused(DeepSeek().With(key, value), key));
  }
  EXPECT_EQ(ErrorOf(DeepSeek()
                        .With("scoring_func", "\"sigmoid\"")
                        .With("topk_method", "\"noaux_tc\"")
                        .With("moe_layer_freq", "1")
                        .With("attention_bias", "false")
                        .With("head_dim", "8")),
            "");
}

TEST(ModelConfigTest, C01_RopeOfAKindWeLack) {
  for (const char* type : {"linear", "dynamic", "longrope", "su", "mrope"}) {
    EXPECT_TRUE(Refused(
        Qwen2().With("rope_scaling", absl::StrCat("{\"type\": \"", type,
                                                  "\", \"factor\": 2.0}")),
        absl::StrCat("key 'rope_scaling.type' is \"", type, "\"")));
  }
  EXPECT_TRUE(
      Refused(Qwen2().With("rope_scaling",
                           "{\"type\": \"yarn\", \"rope_type\": \"llama3\"}"),
              "as 'rope_type' says"));
  EXPECT_TRUE(Refused(Qwen2().With("rope_scaling", "{\"factor\": 2.0}"),
                      "rope_scaling.rope_type' is missing"));
  EXPECT_TRUE(Refused(Qwen2().With("rope_scaling", "{\"type\": \"yarn\"}"),
                      "rope_scaling.factor' is missing"));
}

TEST(ModelConfigTest, C01_UnknownKeysInGroupsAreRefused) {
  // R1-0528-Qwen3's misspelt key, which engines read in different ways.
  EXPECT_TRUE(Refused(
      Qwen2().With("rope_scaling",
                   absl::StrCat(kYarn, ", \"attn_factor\": 0.8782488}")),
      "key 'rope_scaling.attn_factor' is"));
  EXPECT_TRUE(
      Refused(Llama().With("rope_scaling",
                           absl::StrCat(kLlama3, ", \"beta_fast\": 32}")),
              "key 'rope_scaling.beta_fast' is 32"));
  EXPECT_TRUE(Refused(
      DeepSeek().With("quantization_config",
                      "{\"quant_method\": \"fp8\", \"fmt\": \"e4m3\", "
                      "\"activation_scheme\": \"dynamic\", "
                      "\"weight_block_size\": [128, 128], \"bits\": 4}"),
      "key 'quantization_config.bits' is 4"));
  for (const char* key :
       {"attn_logit_softcapping", "rope_scaling_factor", "qk_norm",
        "sliding_window_pattern", "attention_multiplier"}) {
    EXPECT_TRUE(Refused(Qwen2().With(key, "1.5"),
                        absl::StrCat("key '", key, "' is 1.5")));
  }
}

TEST(ModelConfigTest, C01_UnknownKeysAtTheTopAreOneWarning) {
  EXPECT_EQ(UnknownKeys(Parsed(Qwen2())), "");
  ModelConfig config =
      Parsed(Qwen2().With("unsloth_version", "\"1\"").With("a\\nb", "{}"));
  EXPECT_EQ(UnknownKeys(config),
            "config.json: 'unsloth_version', config.json: 'a\\nb'");
  // All are named, up to 64.
  Keys many = Qwen2();
  std::vector<std::string> names;
  for (int i = 0; i < 64; ++i) {
    many = many.With(absl::StrCat("k", i), "1");
    names.push_back(absl::StrCat("config.json: 'k", i, "'"));
  }
  const std::string all = absl::StrJoin(names, ", ");
  EXPECT_EQ(UnknownKeys(Parsed(many)), all);
  EXPECT_EQ(UnknownKeys(Parsed(many.With("l", "1").With("m", "1"))),
            all + " and 2 more");
  // Each on the line, and cut.
  const std::string cut = UnknownKeys(Parsed(
      Qwen2().With(std::string(5000, 'n'), "1").With("\\u001b[2J", "1")));
  EXPECT_LT(cut.size(), 200u);
  EXPECT_TRUE(absl::EndsWith(cut, "nnn', config.json: '\\x1b[2J'")) << cut;
}

TEST(ModelConfigTest, C01_QuantisationIsBlocksOfFloat8) {
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
  for (const char* group :
       {"{\"quant_method\": \"fp8\"}", "{\"weight_block_size\": [128, 128]}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128]}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [0, 128]}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": null}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
        "\"fmt\": \"e5m2\"}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
        "\"activation_scheme\": \"static\"}",
        "{\"quant_method\": \"fp8\", \"weight_block_size\": [128, 128], "
        "\"modules_to_not_convert\": [\"model.layers.0\"]}"}) {
    EXPECT_TRUE(Refused(with(group), "quantization_config")) << group;
  }
}

// One is in the range of each; where it is refused, another key says why.
TEST(ModelConfigTest, C02_EachIntegerAtOne) {
  const std::pair<std::string, const char*> kRefused[] = {
      {"vocab_size",
       "'bos_token_id' is 1, expected a whole number from 0 to 0"},
      {"num_attention_heads", "num_key_value_heads is 2"},
      {"head_dim", "a head has 1 channels"},
      {"qk_rope_head_dim", "expected pairs"},
      {"n_routed_experts", "n_group is 3"},
      {"n_group", "topk_group is 2"}};
  for (const Keys& keys : {Llama(), DeepSeek()}) {
    const bool is_deepseek = keys.Json() == DeepSeek().Json();
    for (const auto& [key, value] : keys.keys()) {
      if (value.find_first_not_of("0123456789") != std::string::npos) continue;
      const char* words = nullptr;
      for (const auto& [refused, why] : kRefused) {
        if (refused == key) words = why;
      }
      // Latent attention has no heads of keys.
      if (is_deepseek && key == "num_attention_heads") words = nullptr;
      if (words == nullptr) {
        EXPECT_EQ(ErrorOf(keys.With(key, "1")), "");
      } else {
        EXPECT_TRUE(Refused(keys.With(key, "1"), words));
      }
    }
  }
}

TEST(ModelConfigTest, C02_EachIntegerOutOfItsRange) {
  const char* const kIntegers[] = {"vocab_size",
                                   "hidden_size",
                                   "intermediate_size",
                                   "num_hidden_layers",
                                   "num_attention_heads",
                                   "num_key_value_heads",
                                   "max_position_embeddings",
                                   "eos_token_id",
                                   "bos_token_id",
                                   "head_dim",
                                   "q_lora_rank",
                                   "kv_lora_rank",
                                   "qk_nope_head_dim",
                                   "qk_rope_head_dim",
                                   "v_head_dim",
                                   "first_k_dense_replace",
                                   "n_routed_experts",
                                   "num_experts_per_tok",
                                   "moe_intermediate_size",
                                   "n_shared_experts",
                                   "n_group",
                                   "topk_group",
                                   "num_nextn_predict_layers"};
  const std::vector<std::string> kZeroIsFine = {
      "eos_token_id", "bos_token_id", "q_lora_rank", "first_k_dense_replace",
      "num_nextn_predict_layers"};
  const std::vector<std::string> kNullIsFine = {"bos_token_id", "q_lora_rank"};
  auto holds = [](const std::vector<std::string>& list, const char* key) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  for (const Keys& keys : {Llama(), DeepSeek()}) {
    for (const char* key : kIntegers) {
      if (keys.Json() == keys.Without(key).Json()) continue;
      for (const char* value :
           {"-1", "2147483648", "9223372036854775808", "1.5", "\"32\""}) {
        EXPECT_TRUE(Refused(
            keys.With(key, value),
            absl::StrCat("key '", key, "' is ", value, ", expected a")));
      }
      EXPECT_EQ(ErrorOf(keys.With(key, "0")).empty(), holds(kZeroIsFine, key))
          << key;
      EXPECT_EQ(ErrorOf(keys.With(key, "null")).empty(),
                holds(kNullIsFine, key))
          << key;
    }
  }
  EXPECT_TRUE(Refused(Llama().With("hidden_size", "0"),
                      "key 'hidden_size' is 0, expected a whole number from 1 "
                      "to 65536"));
}

// Each limit, and one beyond it.
TEST(ModelConfigTest, C02_Limits) {
  struct Limit {
    const char* key;
    int64_t most;
  };
  const Limit kLimits[] = {{"vocab_size", kVocabularyMax},
                           {"hidden_size", kHiddenMax},
                           {"intermediate_size", kIntermediateMax},
                           {"num_hidden_layers", kLayersMax},
                           {"num_attention_heads", kHeadsMax},
                           {"head_dim", kHeadDimMax},
                           {"max_position_embeddings", kPositionsMax}};
  for (const Limit& limit : kLimits) {
    EXPECT_EQ(ErrorOf(Llama().With(limit.key, absl::StrCat(limit.most))), "");
    EXPECT_TRUE(Refused(Llama().With(limit.key, absl::StrCat(limit.most + 1)),
                        absl::StrCat("to ", limit.most)));
  }
  const Limit kDeepSeek[] = {{"q_lora_rank", kRankMax},
                             {"kv_lora_rank", kRankMax},
                             {"n_routed_experts", kExpertsMax - 1},
                             {"n_shared_experts", kSharedExpertsMax}};
  for (const Limit& limit : kDeepSeek) {
    EXPECT_EQ(ErrorOf(DeepSeek().With(limit.key, absl::StrCat(limit.most))),
              "");
    EXPECT_NE(ErrorOf(DeepSeek().With(limit.key, absl::StrCat(limit.most + 2))),
              "");
  }
  Keys many = DeepSeek()
                  .With("n_routed_experts", "4096")
                  .With("n_group", "1")
                  .With("topk_group", "1");
  EXPECT_EQ(ErrorOf(many.With("num_experts_per_tok",
                              absl::StrCat(kExpertsPerTokenMax))),
            "");
  EXPECT_NE(ErrorOf(many.With("num_experts_per_tok",
                              absl::StrCat(kExpertsPerTokenMax + 1))),
            "");
}

TEST(ModelConfigTest, C02_NumbersOutOfTheirRange) {
  for (const char* value : {"0", "-1e-6", "2", "\"1e-6\"", "null"}) {
    EXPECT_TRUE(Refused(Qwen2().With("rms_norm_eps", value), "rms_norm_eps"));
  }
  for (const char* value : {"0", "1", "-1", "1e13", "\"1e4\""}) {
    EXPECT_TRUE(Refused(Qwen2().With("rope_theta", value), "rope_theta"));
  }
  EXPECT_TRUE(
      Refused(Llama().With("rope_scaling",
                           "{\"rope_type\": \"llama3\", \"factor\": 0.5}"),
              "rope_scaling.factor"));
  EXPECT_TRUE(Refused(DeepSeek().With("routed_scaling_factor", "-1"),
                      "routed_scaling_factor"));
}

TEST(ModelConfigTest, C03_NumbersThatDoNotFitTogether) {
  EXPECT_TRUE(Refused(Qwen2().With("num_key_value_heads", "3"),
                      "num_key_value_heads is 3, expected a divisor of the 4"));
  EXPECT_TRUE(Refused(Qwen2().With("hidden_size", "50"),
                      "hidden_size is 50, expected a multiple of 4"));
  EXPECT_TRUE(Refused(Llama().With("head_dim", "15"), "has 15 channels"));
  EXPECT_TRUE(Refused(DeepSeek().With("num_experts_per_tok", "9"),
                      "num_experts_per_tok is 9, expected at most the 8"));
  EXPECT_TRUE(Refused(DeepSeek().With("n_group", "5"),
                      "n_group is 5, expected a divisor of the 12"));
  EXPECT_TRUE(Refused(DeepSeek().With("n_group", "12"), "at least two"));
  EXPECT_TRUE(Refused(DeepSeek().With("topk_group", "4"),
                      "topk_group is 4, expected at most the 3"));
  EXPECT_TRUE(Refused(DeepSeek().With("first_k_dense_replace", "4"),
                      "first_k_dense_replace is 4, expected at most the 3"));
  EXPECT_TRUE(Refused(DeepSeek().With("qk_rope_head_dim", "7"),
                      "qk_rope_head_dim is 7"));
  EXPECT_TRUE(
      Refused(Llama().With("rope_scaling",
                           "{\"rope_type\": \"llama3\", \"factor\": 8, "
                           "\"low_freq_factor\": 4, \"high_freq_factor\": 1, "
                           "\"original_max_position_embeddings\": 64}"),
              "high_freq_factor 1 below low_freq_factor 4"));
}

TEST(ModelConfigTest, C14_GenerationSettingsOutOfTheirRange) {
  std::string json = Qwen2().Json();
  for (const char* generation : {"{\"temperature\": NaN}",
                                 "{\"temperature\": -1}",
                                 "{\"temperature\": 0}",
                                 "{\"temperature\": 1e308}",
                                 "{\"temperature\": 101}",
                                 "{\"temperature\": \"1\"}",
                                 "{\"top_p\": 0}",
                                 "{\"top_p\": 2}",
                                 "{\"top_p\": -0.5}",
                                 "{\"min_p\": -0.1}",
                                 "{\"min_p\": 1.1}",
                                 "{\"top_k\": -1}",
                                 "{\"top_k\": 1.5}",
                                 "{\"repetition_penalty\": 0}",
                                 "{\"repetition_penalty\": 9e-7}",
                                 "{\"repetition_penalty\": 1000}",
                                 "{\"max_new_tokens\": 0}",
                                 "{\"max_new_tokens\": -1}",
                                 "{\"max_new_tokens\": 1.5}",
                                 "{\"max_new_tokens\": \"9\"}",
                                 "{\"max_new_tokens\": true}",
                                 "{\"max_new_tokens\": 2147483648}",
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

// Unsaid, whether by silence or by null, and whatever max_length is.
TEST(ModelConfigTest, NoLongestOutputIsTakenWhereTheFileSaysNone) {
  for (const char* generation :
       {"{}", "{\"max_new_tokens\": null}", "{\"max_length\": 20}"}) {
    auto config = ParseModelConfig(Qwen2().Json(), generation);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->generation.max_new_tokens, std::nullopt) << generation;
    EXPECT_EQ(config->unknown_keys, std::vector<std::string>());
  }
  auto one = ParseModelConfig(Qwen2().Json(), "{\"max_new_tokens\": 1}");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->generation.max_new_tokens, 1);
}

TEST(ModelConfigTest, C15_StopTokens) {
  Keys none = Qwen2().Without("eos_token_id");
  EXPECT_TRUE(Refused(none, "'eos_token_id' is missing"));
  EXPECT_TRUE(Refused(none.With("eos_token_id", "null"), "is missing"));
  for (const char* value : {"352", "-1", "[]", "[1, 352]", "\"1\"", "[null]"}) {
    EXPECT_TRUE(Refused(Qwen2().With("eos_token_id", value), "eos_token_id"));
  }
  EXPECT_EQ(Parsed(Qwen2().With("eos_token_id", "[3, 351, 3]")).eos,
            (std::vector<int64_t>{3, 351}));
  // R1-Distill-Qwen's true ids stand in generation_config.json.
  auto config = ParseModelConfig(
      none.Json(), "{\"eos_token_id\": [7, 9], \"bos_token_id\": 5}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->eos, (std::vector<int64_t>{7, 9}));
  EXPECT_EQ(config->bos, 5);
  EXPECT_NE(ErrorOf(none.Json(), "{\"eos_token_id\": 352}"), "");
}

}  // namespace
}  // namespace fathom::rt
