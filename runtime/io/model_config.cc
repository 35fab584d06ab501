#include "runtime/io/model_config.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"
#include "runtime/io/config_reader.h"
#include "runtime/io/foreign_keys.h"
#include "runtime/io/ignored_keys.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kWhat = "config.json";
constexpr double kEpsMin = 1e-20;
constexpr double kEpsMax = 1;
constexpr int64_t kBlockMax = 65536;

struct ArchitectureRow {
  Architecture architecture;
  absl::string_view model_type;
  absl::string_view class_name;
};
constexpr ArchitectureRow kArchitectures[] = {
    {Architecture::kDeepseekV3, "deepseek_v3", "DeepseekV3ForCausalLM"},
    {Architecture::kQwen2, "qwen2", "Qwen2ForCausalLM"},
    {Architecture::kLlama, "llama", "LlamaForCausalLM"},
};

absl::Status Inconsistent(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(kWhat, ": ", text));
}

absl::Status ReadArchitecture(ConfigReader* reader, ModelConfig* config) {
  constexpr absl::string_view kTypes =
      "\"deepseek_v3\", \"qwen2\" or \"llama\"";
  FATHOM_ASSIGN_OR_RETURN(JsonValue type, reader->Get("model_type", kTypes));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, type.AsString());
  const ArchitectureRow* row = nullptr;
  for (const ArchitectureRow& candidate : kArchitectures) {
    if (candidate.model_type == name) row = &candidate;
  }
  if (row == nullptr) {
    return type.Expected(kTypes);
  }
  config->architecture = row->architecture;
  if (auto classes = reader->Find("architectures")) {
    FATHOM_ASSIGN_OR_RETURN(auto names, classes->AsArray());
    for (const JsonValue& value : names) {
      FATHOM_ASSIGN_OR_RETURN(absl::string_view class_name, value.AsString());
      if (class_name != row->class_name) {
        return value.Expected(absl::StrCat("\"", row->class_name, "\""));
      }
    }
  }
  return absl::OkStatus();
}

// A layer kind we do not compute hides here.
absl::Status CheckLayerTypes(ConfigReader* reader, const ModelConfig& config) {
  auto types = reader->Find("layer_types");
  if (!types) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(auto layers, types->AsArray());
  if (static_cast<int64_t>(layers.size()) != config.layer_count) {
    return Inconsistent(absl::StrCat("key 'layer_types' has ", layers.size(),
                                     " entries, expected ", config.layer_count,
                                     " as num_hidden_layers says"));
  }
  for (const JsonValue& layer : layers) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view name, layer.AsString());
    if (name != "full_attention") {
      return layer.Expected("\"full_attention\": no other is computed");
    }
  }
  return absl::OkStatus();
}

absl::Status ReadCommon(ConfigReader* reader, ModelConfig* config) {
  FATHOM_RETURN_IF_ERROR(reader->Integer("vocab_size", 1, kVocabularyMax,
                                         &config->vocabulary_size));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("hidden_size", 1, kHiddenMax, &config->hidden_size));
  FATHOM_RETURN_IF_ERROR(reader->Integer(
      "intermediate_size", 1, kIntermediateMax, &config->intermediate_size));
  FATHOM_RETURN_IF_ERROR(reader->Integer("num_hidden_layers", 1, kLayersMax,
                                         &config->layer_count));
  FATHOM_RETURN_IF_ERROR(reader->Integer("num_attention_heads", 1, kHeadsMax,
                                         &config->head_count));
  config->kv_head_count = config->head_count;
  FATHOM_RETURN_IF_ERROR(reader->OptionalInteger(
      "num_key_value_heads", 1, kHeadsMax, &config->kv_head_count));
  FATHOM_RETURN_IF_ERROR(reader->Integer(
      "max_position_embeddings", 1, kPositionsMax, &config->position_limit));
  FATHOM_RETURN_IF_ERROR(
      reader->Number("rms_norm_eps", kEpsMin, kEpsMax, &config->norm_eps));
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalBool("tie_word_embeddings", &config->tied_embeddings));
  FATHOM_RETURN_IF_ERROR(reader->OnlyString("hidden_act", "silu"));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("attention_bias", false));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("is_encoder_decoder", false));
  FATHOM_RETURN_IF_ERROR(CheckLayerTypes(reader, *config));
  FATHOM_RETURN_IF_ERROR(ReadTokenIds(reader, config));
  FATHOM_RETURN_IF_ERROR(ReadRope(reader, &config->rope));
  return ReadQuantization(reader, config);
}

// Grouped-query attention and a dense layer: Qwen2 and Llama.
absl::Status ReadGrouped(ConfigReader* reader, ModelConfig* config) {
  if (config->head_count % config->kv_head_count != 0) {
    return Inconsistent(
        absl::StrCat("num_key_value_heads is ", config->kv_head_count,
                     ", expected a divisor of the ", config->head_count,
                     " of num_attention_heads"));
  }
  config->head_dim = 0;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalInteger("head_dim", 1, kHeadDimMax, &config->head_dim));
  if (config->head_dim == 0) {
    if (config->hidden_size % config->head_count != 0) {
      return Inconsistent(absl::StrCat(
          "hidden_size is ", config->hidden_size, ", expected a multiple of ",
          config->head_count, " heads where there is no 'head_dim'"));
    }
    config->head_dim = config->hidden_size / config->head_count;
  }
  if (config->head_dim % 2 != 0) {
    return Inconsistent(absl::StrCat("a head has ", config->head_dim,
                                     " channels, expected pairs of them"));
  }
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("mlp_bias", false));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("use_sliding_window", false));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("use_mrope", false));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("rope_interleaved", false));
  FATHOM_RETURN_IF_ERROR(reader->OnlyNumber("partial_rotary_factor", 1));
  FATHOM_RETURN_IF_ERROR(IgnoreKeys(IgnoredIn::kGrouped, reader));
  config->qkv_bias = config->architecture == Architecture::kQwen2;
  return absl::OkStatus();
}

absl::Status ReadLatent(ConfigReader* reader, ModelConfig* config) {
  LatentConfig latent;
  if (reader->Find("q_lora_rank")) {
    FATHOM_RETURN_IF_ERROR(
        reader->Integer("q_lora_rank", 0, kRankMax, &latent.q_rank));
  }
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("kv_lora_rank", 1, kRankMax, &latent.kv_rank));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("qk_nope_head_dim", 1, kHeadDimMax, &latent.nope_dim));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("qk_rope_head_dim", 1, kHeadDimMax, &latent.rope_dim));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("v_head_dim", 1, kHeadDimMax, &latent.value_dim));
  if (latent.rope_dim % 2 != 0) {
    return Inconsistent(absl::StrCat("qk_rope_head_dim is ", latent.rope_dim,
                                     ", expected pairs of channels"));
  }
  // Newer files write what follows from the others.
  FATHOM_RETURN_IF_ERROR(
      reader->OnlyNumber("head_dim", static_cast<double>(latent.rope_dim)));
  FATHOM_RETURN_IF_ERROR(reader->OnlyNumber(
      "qk_head_dim", static_cast<double>(latent.nope_dim + latent.rope_dim)));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("rope_interleave", true));
  config->latent = latent;
  return absl::OkStatus();
}

absl::Status CheckExperts(const ExpertsConfig& experts) {
  if (experts.count % experts.groups != 0) {
    return Inconsistent(absl::StrCat("n_group is ", experts.groups,
                                     ", expected a divisor of the ",
                                     experts.count, " of n_routed_experts"));
  }
  int64_t group_size = experts.count / experts.groups;
  if (experts.groups > 1 && group_size < 2) {
    return Inconsistent(absl::StrCat("n_group is ", experts.groups,
                                     ", expected at least two "
                                     "of the ",
                                     experts.count, " experts in a group"));
  }
  if (experts.top_groups > experts.groups) {
    return Inconsistent(absl::StrCat("topk_group is ", experts.top_groups,
                                     ", expected at most the ", experts.groups,
                                     " of n_group"));
  }
  if (experts.per_token > experts.top_groups * group_size) {
    return Inconsistent(
        absl::StrCat("num_experts_per_tok is ", experts.per_token,
                     ", expected at most the ", experts.top_groups * group_size,
                     " experts of ", experts.top_groups, " groups"));
  }
  return absl::OkStatus();
}

absl::Status ReadExperts(ConfigReader* reader, ModelConfig* config) {
  ExpertsConfig experts;
  FATHOM_RETURN_IF_ERROR(reader->Integer("first_k_dense_replace", 0, kLayersMax,
                                         &experts.first_layer));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("n_routed_experts", 1, kExpertsMax, &experts.count));
  FATHOM_RETURN_IF_ERROR(reader->Integer(
      "num_experts_per_tok", 1, kExpertsPerTokenMax, &experts.per_token));
  FATHOM_RETURN_IF_ERROR(reader->Integer("moe_intermediate_size", 1,
                                         kIntermediateMax,
                                         &experts.intermediate_size));
  FATHOM_RETURN_IF_ERROR(reader->Integer(
      "n_shared_experts", 1, kSharedExpertsMax, &experts.shared_count));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("n_group", 1, kExpertsMax, &experts.groups));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("topk_group", 1, kExpertsMax, &experts.top_groups));
  FATHOM_RETURN_IF_ERROR(
      reader->Number("routed_scaling_factor", 1e-3, 1000, &experts.scale));
  FATHOM_RETURN_IF_ERROR(reader->Bool("norm_topk_prob", &experts.normalize));
  FATHOM_RETURN_IF_ERROR(reader->OnlyString("scoring_func", "sigmoid"));
  FATHOM_RETURN_IF_ERROR(reader->OnlyString("topk_method", "noaux_tc"));
  FATHOM_RETURN_IF_ERROR(reader->OnlyNumber("moe_layer_freq", 1));
  FATHOM_RETURN_IF_ERROR(reader->OnlyNumber(
      "num_local_experts", static_cast<double>(experts.count)));
  FATHOM_RETURN_IF_ERROR(reader->OptionalInteger("num_nextn_predict_layers", 0,
                                                 1, &config->mtp_layer_count));
  FATHOM_RETURN_IF_ERROR(CheckExperts(experts));
  if (experts.first_layer > config->layer_count) {
    return Inconsistent(
        absl::StrCat("first_k_dense_replace is ", experts.first_layer,
                     ", expected at most the ", config->layer_count,
                     " of num_hidden_layers"));
  }
  FATHOM_RETURN_IF_ERROR(IgnoreKeys(IgnoredIn::kExperts, reader));
  config->experts = experts;
  return absl::OkStatus();
}

absl::Status CollectUnknown(const ConfigReader& reader, ModelConfig* config) {
  for (const JsonMember& member : reader.Unread()) {
    FATHOM_ASSIGN_OR_RETURN(const bool is_harmless,
                            IsHarmlessForeignKey(member));
    if (is_harmless) continue;
    config->unknown_keys.push_back(
        absl::StrCat(kWhat, ": '", Shown(member.first), "'"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view ArchitectureName(Architecture architecture) {
  for (const ArchitectureRow& row : kArchitectures) {
    if (row.architecture == architecture) return row.model_type;
  }
  return "";
}

absl::Status ReadQuantization(ConfigReader* reader, ModelConfig* config) {
  auto quantization = reader->Find("quantization_config");
  if (!quantization) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(ConfigReader group,
                          ConfigReader::Read(*quantization));
  FATHOM_RETURN_IF_ERROR(group.Get("quant_method").status());
  FATHOM_RETURN_IF_ERROR(group.OnlyString("quant_method", "fp8"));
  FATHOM_RETURN_IF_ERROR(group.OnlyString("fmt", "e4m3"));
  FATHOM_RETURN_IF_ERROR(group.OnlyString("activation_scheme", "dynamic"));
  FATHOM_ASSIGN_OR_RETURN(JsonValue size, group.Get("weight_block_size"));
  FATHOM_ASSIGN_OR_RETURN(auto sides, size.AsArray());
  if (sides.size() != 2) return size.Expected("two sizes");
  Fp8Config fp8;
  FATHOM_ASSIGN_OR_RETURN(fp8.block_rows, sides[0].AsInteger(1, kBlockMax));
  FATHOM_ASSIGN_OR_RETURN(fp8.block_columns, sides[1].AsInteger(1, kBlockMax));
  // How the scales were chosen; they are float32 all the same.
  if (auto format = group.Find("scale_fmt")) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view name, format->AsString());
    if (name != "ue8m0" && name != "float") {
      return format->Expected("\"ue8m0\" or \"float\"");
    }
  }
  if (auto modules = group.Find("modules_to_not_convert")) {
    FATHOM_ASSIGN_OR_RETURN(auto names, modules->AsArray());
    for (const JsonValue& value : names) {
      FATHOM_ASSIGN_OR_RETURN(absl::string_view name, value.AsString());
      if (name != "lm_head") {
        return value.Expected("\"lm_head\": no other is left out");
      }
    }
  }
  config->fp8 = fp8;
  return group.RefuseUnread(
      "quant_method, fmt, activation_scheme, weight_block_size, scale_fmt and "
      "modules_to_not_convert");
}

absl::StatusOr<ModelConfig> ParseModelConfig(
    absl::string_view config_json,
    std::optional<absl::string_view> generation_json) {
  if (config_json.size() > kConfigBytesMax) {
    return Inconsistent(absl::StrCat("has ", config_json.size(),
                                     " bytes, expected at most ",
                                     kConfigBytesMax));
  }
  FATHOM_ASSIGN_OR_RETURN(JsonDocument document,
                          JsonDocument::Parse(config_json, kWhat));
  FATHOM_ASSIGN_OR_RETURN(ConfigReader reader,
                          ConfigReader::Read(document.root()));
  ModelConfig config;
  FATHOM_RETURN_IF_ERROR(ReadArchitecture(&reader, &config));
  FATHOM_RETURN_IF_ERROR(ReadCommon(&reader, &config));
  if (config.architecture == Architecture::kDeepseekV3) {
    FATHOM_RETURN_IF_ERROR(ReadLatent(&reader, &config));
    FATHOM_RETURN_IF_ERROR(ReadExperts(&reader, &config));
  } else {
    FATHOM_RETURN_IF_ERROR(ReadGrouped(&reader, &config));
  }
  FATHOM_RETURN_IF_ERROR(IgnoreKeys(IgnoredIn::kEvery, &reader));
  FATHOM_RETURN_IF_ERROR(CollectUnknown(reader, &config));
  if (generation_json) {
    FATHOM_RETURN_IF_ERROR(ReadGeneration(*generation_json, &config));
  }
  if (config.eos.empty()) {
    return Inconsistent(
        "key 'eos_token_id' is missing, expected it there or in "
        "generation_config.json");
  }
  return config;
}

std::string UnknownKeys(const ModelConfig& config) {
  // More than any published file has of them, few enough to be read.
  constexpr size_t kNamedMax = 64;
  const size_t named = std::min(config.unknown_keys.size(), kNamedMax);
  std::string text = absl::StrJoin(config.unknown_keys.begin(),
                                   config.unknown_keys.begin() + named, ", ");
  if (named < config.unknown_keys.size()) {
    absl::StrAppend(&text, " and ", config.unknown_keys.size() - named,
                    " more");
  }
  return text;
}

}  // namespace fathom::rt
