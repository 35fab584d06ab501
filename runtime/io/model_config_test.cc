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
  EXPECT_TRUE(qwen.biases.inputs);
  EXPECT_FALSE(qwen.biases.output || qwen.biases.mlp);
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
  EXPECT_FALSE(llama.biases.inputs);
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
  const std::vector<std::string> kOptional = {
      "bos_token_id",        "q_lora_rank",
      "num_key_value_heads", "num_nextn_predict_layers",
      "rms_norm_eps",        "max_position_embeddings",
      "n_shared_experts",    "first_k_dense_replace",
      "num_experts_per_tok", "n_group",
      "topk_group",          "routed_scaling_factor",
      "norm_topk_prob"};
  for (const Keys& keys : {Qwen2(), DeepSeek()}) {
    for (const auto& [key, value] : keys.keys()) {
      if (std::find(kOptional.begin(), kOptional.end(), key) !=
              kOptional.end() ||
          (key == "eos_token_id" && keys.Json() != Qwen2().Json())) {
        continue;
      }
      EXPECT_TRUE(Refused(
          keys.Without(key),
          absl::StrCat("config.json: key '", key, "' is missing, expected ",
                       key == "model_type"     ? "\"deepseek_v3\""
                       : key == "eos_token_id" ? "it there or in "
                                               : "a whole number")));
    }
  }
}

// What is absent is what transformers' classes say.
TEST(ModelConfigTest, DefaultsOfTheClasses) {
  EXPECT_EQ(Parsed(Llama().Without("rms_norm_eps")).norm_eps, 1e-6);
  EXPECT_EQ(Parsed(Llama().Without("max_position_embeddings")).position_limit,
            2048);
  EXPECT_EQ(Parsed(Qwen2().Without("max_position_embeddings")).position_limit,
            32768);
  EXPECT_EQ(
      Parsed(DeepSeek().Without("max_position_embeddings")).position_limit,
      4096);
  EXPECT_EQ(Parsed(Llama().Without("eos_token_id")).eos,
            std::vector<int64_t>{2});
  EXPECT_EQ(Parsed(DeepSeek().Without("eos_token_id")).eos,
            std::vector<int64_t>{1});
  EXPECT_TRUE(Refused(Llama().With("eos_token_id", "null"), "is missing"));
  EXPECT_EQ(Parsed(DeepSeek().Without("q_lora_rank")).latent->q_rank, 1536);
  ModelConfig config = Parsed(DeepSeek()
                                  .Without("first_k_dense_replace")
                                  .Without("num_experts_per_tok")
                                  .Without("routed_scaling_factor")
                                  .Without("norm_topk_prob")
                                  .Without("n_group")
                                  .Without("topk_group")
                                  .Without("n_shared_experts")
                                  .With("n_routed_experts", "32"));
  EXPECT_EQ(config.experts->first_layer, 3);
  EXPECT_EQ(config.experts->per_token, 8);
  EXPECT_EQ(config.experts->scale, 2.5);
  EXPECT_TRUE(config.experts->normalize);
  EXPECT_EQ(config.experts->groups, 8);
  EXPECT_EQ(config.experts->top_groups, 4);
  EXPECT_EQ(config.experts->shared_count, 1);
}

// The same as absent, or false where Python takes it for that.
TEST(ModelConfigTest, NullIsAbsent) {
  for (const char* key :
       {"num_key_value_heads", "head_dim", "rope_scaling", "rope_parameters",
        "rope_theta", "quantization_config", "sliding_window", "layer_types",
        "attention_bias", "mlp_bias", "attention_dropout", "pad_token_id",
        "bos_token_id", "tie_word_embeddings", "partial_rotary_factor",
        "use_sliding_window", "max_window_layers", "pretraining_tp"}) {
    for (const Keys& keys : {Qwen2(), Llama()}) {
      ModelConfig config = Parsed(keys.With(key, "null"));
      EXPECT_EQ(UnknownKeys(config), "") << key;
      EXPECT_TRUE(config.warnings.empty()) << key;
    }
  }
  EXPECT_EQ(Parsed(Qwen2().With("num_key_value_heads", "null")).kv_head_count,
            4);
  EXPECT_EQ(Parsed(Llama().With("head_dim", "null")).head_dim, 12);
  for (const char* key :
       {"head_dim", "qk_head_dim", "scoring_func", "topk_method",
        "moe_layer_freq", "num_local_experts", "ep_size", "aux_loss_alpha",
        "num_key_value_heads", "num_nextn_predict_layers"}) {
    EXPECT_EQ(ErrorOf(DeepSeek().With(key, "null")), "") << key;
  }
  EXPECT_EQ(Parsed(DeepSeek().With("q_lora_rank", "null")).latent->q_rank, 0);
  EXPECT_FALSE(
      Parsed(DeepSeek().With("norm_topk_prob", "null")).experts->normalize);
  EXPECT_FALSE(Parsed(DeepSeek().With("rope_interleave", "null"))
                   .latent->adjacent_pairs);
  EXPECT_EQ(
      Parsed(DeepSeek().With("n_shared_experts", "null")).experts->shared_count,
      0);
  ModelConfig one =
      Parsed(DeepSeek().With("n_group", "null").With("topk_group", "null"));
  EXPECT_EQ(one.experts->groups, 1);
  EXPECT_EQ(one.experts->top_groups, 1);
  EXPECT_TRUE(Refused(DeepSeek().With("topk_group", "null"), "topk_group"));
  // A key that nobody here knows is no reason to refuse null.
  EXPECT_EQ(ErrorOf(Qwen2().With("attention_window", "null")), "");
}

TEST(ModelConfigTest, WholeNumbersWrittenAsRealOnes) {
  for (const char* key : {"attention_dropout", "pretraining_tp",
                          "chunk_size_feed_forward", "pad_token_id"}) {
    EXPECT_EQ(ErrorOf(Llama().With(key, "0.0")), "") << key;
  }
  EXPECT_EQ(ErrorOf(DeepSeek().With("moe_layer_freq", "1.0")), "");
  EXPECT_EQ(ErrorOf(DeepSeek().With("ep_size", "1.0")), "");
  EXPECT_EQ(ErrorOf(DeepSeek().With("routed_scaling_factor", "1")), "");
  EXPECT_EQ(ErrorOf(Llama().With("attention_dropout", "0")), "");
  // transformers takes no real number for a size either.
  EXPECT_TRUE(Refused(Llama().With("hidden_size", "48.0"), "a whole number"));
}

TEST(ModelConfigTest, BiasesByArchitecture) {
  BiasConfig biases =
      Parsed(Llama().With("attention_bias", "true").With("mlp_bias", "true"))
          .biases;
  EXPECT_TRUE(biases.inputs && biases.output && biases.mlp);
  biases = Parsed(DeepSeek().With("attention_bias", "true")).biases;
  EXPECT_TRUE(biases.inputs && biases.output && !biases.mlp);
  // Qwen2's are always the same.
  ModelConfig qwen =
      Parsed(Qwen2().With("attention_bias", "false").With("mlp_bias", "false"));
  EXPECT_TRUE(qwen.biases.inputs && !qwen.biases.output && !qwen.biases.mlp);
  EXPECT_TRUE(qwen.warnings.empty());
  qwen =
      Parsed(Qwen2().With("attention_bias", "true").With("mlp_bias", "true"));
  EXPECT_TRUE(qwen.biases.inputs && !qwen.biases.output && !qwen.biases.mlp);
  ASSERT_EQ(qwen.warnings.size(), 2u);
  EXPECT_EQ(qwen.warnings[1],
            "config.json: 'mlp_bias' of true is left out: qwen2 has biases of "
            "q, k and v, and no others");
}

// A window that no layer has, or that holds all positions, changes nothing.
TEST(ModelConfigTest, SlidingWindowsOfQwen2) {
  const Keys windows = Qwen2().With("use_sliding_window", "true");
  EXPECT_EQ(ErrorOf(windows), "");  // from layer 28 on
  EXPECT_EQ(ErrorOf(windows.With("max_window_layers", "3")), "");
  EXPECT_EQ(ErrorOf(windows.With("max_window_layers", "0")
                        .With("sliding_window", "null")),
            "");
  EXPECT_EQ(
      ErrorOf(
          windows.With("max_window_layers", "0").With("sliding_window", "512")),
      "");
  EXPECT_TRUE(Refused(
      windows.With("max_window_layers", "2").With("sliding_window", "511"),
      "key 'use_sliding_window' is true, expected false: a sliding window of "
      "511 tokens of 512 is not computed"));
  const Keys layers = windows.With(
      "layer_types",
      "[\"full_attention\", \"full_attention\", \"sliding_attention\"]");
  EXPECT_EQ(ErrorOf(layers), "");
  EXPECT_TRUE(Refused(layers.With("sliding_window", "100"), "layer_types"));
  EXPECT_TRUE(Refused(layers.With("sliding_window", "null"), "layer_types"));
  EXPECT_TRUE(Refused(layers.Without("use_sliding_window"), "layer_types"));
}

TEST(ModelConfigTest, C01_UnknownArchitecture) {
  EXPECT_TRUE(Refused(Qwen2().With("model_type", "\"qwen3\""),
                      "key 'model_type' is \"qwen3\", expected"));
  EXPECT_TRUE(Refused(
      Qwen2().With("architectures", "[\"Qwen2ForSequenceClassification\"]"),
      "expected \"Qwen2ForCausalLM\""));
  // A base model, and how converters wrote it before transformers did.
  EXPECT_EQ(ErrorOf(Qwen2().With("architectures", "[\"Qwen2Model\"]")), "");
  EXPECT_EQ(ErrorOf(Llama().With("architectures", "[\"LLaMAForCausalLM\"]")),
            "");
  EXPECT_EQ(ErrorOf(Llama().With("hidden_act", "\"swish\"")), "");
}

TEST(ModelConfigTest, C01_ValuesThatAreNotComputed) {
  const std::pair<const char*, const char*> kEverywhere[] = {
      {"hidden_act", "\"gelu\""},
      {"attention_bias", "1"},
      {"layer_types",
       "[\"full_attention\", \"linear_attention\", \"full_attention\"]"},
      {"partial_rotary_factor", "0.5"},
      {"layer_types", "[\"full_attention\"]"},
      {"is_encoder_decoder", "true"},
      {"quantization_config", "{\"quant_method\": \"gptq\", \"bits\": 4}"},
  };
  for (const auto& [key, value] : kEverywhere) {
    for (const Keys& keys : {Qwen2(), Llama(), DeepSeek()}) {
      EXPECT_TRUE(Refused(keys.With(key, value), key));
    }
  }
  EXPECT_TRUE(Refused(Qwen2().With("use_mrope", "true"),
                      "key 'use_mrope' is true, expected false"));
  EXPECT_TRUE(Refused(Llama().With("use_mrope", "true"), "use_mrope"));
  EXPECT_TRUE(Refused(Llama().With("use_sliding_window", "true"),
                      "use_sliding_window"));
  EXPECT_TRUE(Refused(DeepSeek().With("mlp_bias", "true"), "mlp_bias"));
  const std::pair<const char*, const char*> kDeepSeek[] = {
      {"scoring_func", "\"sqrtsoftplus\""},
      {"topk_method", "\"aux_tc\""},
      {"moe_layer_freq", "0"},
      {"moe_layer_freq", "1.5"},
      {"rope_interleave", "1"},
      {"head_dim", "64"},
      {"num_nextn_predict_layers", "2"}};
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

TEST(ModelConfigTest, C01_UnknownKeysInGroupsAreRefused) {
  // Of rope they are named: transformers leaves them out. R1-0528-Qwen3's
  // misspelt key is one, and those that another type of rope reads are.
  EXPECT_EQ(UnknownKeys(Parsed(Qwen2().With(
                "rope_scaling",
                absl::StrCat(kYarn, ", \"attn_factor\": 0.8782488}")))),
            "config.json: 'rope_scaling.attn_factor'");
  EXPECT_EQ(
      UnknownKeys(Parsed(Llama().With(
          "rope_scaling", absl::StrCat(kLlama3, ", \"beta_fast\": 32}")))),
      "config.json: 'rope_scaling.beta_fast'");
  EXPECT_EQ(
      UnknownKeys(Parsed(Qwen2().With("rope_scaling", "{\"factor\": 2.0}"))),
      "config.json: 'rope_scaling.factor'");
  EXPECT_TRUE(Refused(
      Qwen2().With("rope_parameters",
                   "{\"full_attention\": {\"rope_type\": \"default\"}}"),
      "rope_parameters.full_attention' is an object, expected no group"));
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

// One is in the range of each; where it is refused, another key says why.
TEST(ModelConfigTest, C02_EachIntegerAtOne) {
  const std::pair<std::string, const char*> kRefused[] = {
      {"vocab_size",
       "'bos_token_id' is 1, expected a whole number from 0 to 0"},
      {"num_attention_heads", "num_key_value_heads is 2"},
      {"head_dim", "a head has 1 channels"},
      {"qk_rope_head_dim", "expected pairs"},
      {"n_routed_experts", "n_group is 3"},
      {"n_group", "'topk_group' is 2, expected 1"}};
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
  const std::vector<std::string> kZeroIsFine = {"eos_token_id",
                                                "bos_token_id",
                                                "q_lora_rank",
                                                "first_k_dense_replace",
                                                "num_nextn_predict_layers",
                                                "n_shared_experts"};
  const std::vector<std::string> kNullIsFine = {
      "bos_token_id",        "q_lora_rank",      "head_dim",
      "num_key_value_heads", "n_shared_experts", "num_nextn_predict_layers"};
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
                           "{\"rope_type\": \"llama3\", \"factor\": 0}"),
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
  EXPECT_TRUE(Refused(DeepSeek().With("qk_rope_head_dim", "7"),
                      "qk_rope_head_dim is 7"));
  EXPECT_TRUE(
      Refused(Llama().With("rope_scaling",
                           "{\"rope_type\": \"llama3\", \"factor\": 8, "
                           "\"low_freq_factor\": 4, \"high_freq_factor\": 1, "
                           "\"original_max_position_embeddings\": 64}"),
              "high_freq_factor 1 below low_freq_factor 4"));
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
