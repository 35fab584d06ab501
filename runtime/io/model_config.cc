#include "runtime/io/model_config.h"

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"
#include "runtime/io/config_reader.h"
#include "runtime/io/foreign_keys.h"
#include "runtime/io/generation_keys.h"
#include "runtime/io/ignored_keys.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kWhat = "config.json";
constexpr double kEpsMin = 1e-20;
constexpr double kEpsMax = 1;

// The class of transformers; then the base model's, whose head is tied or
// stored, and what converters wrote before transformers had the first.
constexpr absl::string_view kDeepseekV3Classes[] = {"DeepseekV3ForCausalLM",
                                                    "DeepseekV3Model"};
constexpr absl::string_view kQwen2Classes[] = {"Qwen2ForCausalLM",
                                               "Qwen2Model"};
constexpr absl::string_view kLlamaClasses[] = {"LlamaForCausalLM", "LlamaModel",
                                               "LLaMAForCausalLM"};

// The last two are what transformers takes where config.json has no
// max_position_embeddings and no eos_token_id (-1: then there is none).
struct ArchitectureRow {
  Architecture architecture;
  absl::string_view model_type;
  absl::Span<const absl::string_view> class_names;
  int64_t positions;
  int64_t eos;
};
constexpr ArchitectureRow kArchitectures[] = {
    {Architecture::kDeepseekV3, "deepseek_v3", kDeepseekV3Classes, 4096, 1},
    {Architecture::kQwen2, "qwen2", kQwen2Classes, 32768, -1},
    {Architecture::kLlama, "llama", kLlamaClasses, 2048, 2},
};
// The same, of rms_norm_eps.
constexpr double kEpsDefault = 1e-6;

const ArchitectureRow& RowOf(Architecture architecture) {
  for (const ArchitectureRow& row : kArchitectures) {
    if (row.architecture == architecture) return row;
  }
  return kArchitectures[0];
}

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
      if (!absl::c_linear_search(row->class_names, class_name)) {
        return value.Expected(absl::StrCat("\"", row->class_names[0], "\""));
      }
    }
  }
  return absl::OkStatus();
}

// Whether one of the layers attends to a window only. Those of Qwen2 do so
// from max_window_layers on, unless layer_types says which.
absl::StatusOr<bool> HasWindows(ConfigReader* reader, const ModelConfig& config,
                                bool uses_windows) {
  int64_t first = 28;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalInteger("max_window_layers", 0, kLayersMax, &first));
  auto types = reader->Find("layer_types");
  if (!types) return uses_windows && first < config.layer_count;
  FATHOM_ASSIGN_OR_RETURN(auto layers, types->AsArray());
  if (static_cast<int64_t>(layers.size()) != config.layer_count) {
    return Inconsistent(absl::StrCat("key 'layer_types' has ", layers.size(),
                                     " entries, expected ", config.layer_count,
                                     " as num_hidden_layers says"));
  }
  bool has_windows = false;
  for (const JsonValue& layer : layers) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view name, layer.AsString());
    const bool is_window = name == "sliding_attention";
    if (!is_window && name != "full_attention") {
      return layer.Expected(
          "\"full_attention\" or \"sliding_attention\": no other value is "
          "supported");
    }
    has_windows = has_windows || is_window;
  }
  return has_windows;
}

// A window that holds all positions changes nothing; others are refused.
absl::Status CheckWindows(ConfigReader* reader, const ModelConfig& config) {
  bool uses_windows = false;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalBool("use_sliding_window", &uses_windows));
  auto size = reader->FindOrNull("sliding_window");
  if (size && size->IsNull()) uses_windows = false;
  int64_t window = 4096;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalInteger("sliding_window", 0, kPositionsMax, &window));
  FATHOM_ASSIGN_OR_RETURN(const bool has_windows,
                          HasWindows(reader, config, uses_windows));
  if (!has_windows || (uses_windows && window >= config.position_limit)) {
    return absl::OkStatus();
  }
  auto types = reader->Find("layer_types");
  auto use = reader->Find("use_sliding_window");
  return (types ? *types : *use)
      .Expected(
          absl::StrCat(types ? "\"full_attention\" of each layer" : "false",
                       ": a sliding window of ", window, " tokens of ",
                       config.position_limit, " is not computed"));
}

// Biases that a key asks for. Qwen2 has those of its queries, keys and values
// whatever the keys say.
absl::Status ReadBiases(ConfigReader* reader, ModelConfig* config) {
  bool attention = false, mlp = false;
  FATHOM_RETURN_IF_ERROR(reader->OptionalBool("attention_bias", &attention));
  if (config->architecture != Architecture::kDeepseekV3) {
    FATHOM_RETURN_IF_ERROR(reader->OptionalBool("mlp_bias", &mlp));
  }
  if (config->architecture != Architecture::kQwen2) {
    config->biases = {attention, attention, mlp};
    return absl::OkStatus();
  }
  config->biases.inputs = true;
  for (auto [key, value] :
       {std::pair("attention_bias", attention), std::pair("mlp_bias", mlp)}) {
    if (value) {
      config->warnings.push_back(absl::StrCat(
          kWhat, ": '", key,
          "' of true is left out: qwen2 has biases of q, k and v, and no "
          "others"));
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
  const ArchitectureRow& row = RowOf(config->architecture);
  FATHOM_RETURN_IF_ERROR(reader->IntegerOr("max_position_embeddings", 1,
                                           kPositionsMax, row.positions,
                                           &config->position_limit));
  FATHOM_RETURN_IF_ERROR(reader->NumberOr("rms_norm_eps", kEpsMin, kEpsMax,
                                          kEpsDefault, &config->norm_eps));
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalBool("tie_word_embeddings", &config->tied_embeddings));
  FATHOM_RETURN_IF_ERROR(reader->OnlyString("hidden_act", {"silu", "swish"}));
  FATHOM_RETURN_IF_ERROR(ReadBiases(reader, config));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("is_encoder_decoder", false));
  if (config->architecture == Architecture::kQwen2) {
    FATHOM_RETURN_IF_ERROR(CheckWindows(reader, *config));
  } else {
    FATHOM_ASSIGN_OR_RETURN(const bool has_windows,
                            HasWindows(reader, *config, false));
    if (has_windows) {
      return reader->Find("layer_types")
          ->Expected(
              "\"full_attention\" of each layer: no other value is supported");
    }
  }
  if (!reader->FindOrNull("eos_token_id") && row.eos >= 0 &&
      row.eos < config->vocabulary_size) {
    config->eos = {row.eos};
  }
  FATHOM_RETURN_IF_ERROR(ReadTokenIds(reader, config));
  FATHOM_RETURN_IF_ERROR(ReadRope(reader, config));
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
  if (config->architecture != Architecture::kQwen2) {
    FATHOM_RETURN_IF_ERROR(reader->OnlyBool("use_sliding_window", false));
  }
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("use_mrope", false));
  FATHOM_RETURN_IF_ERROR(reader->OnlyBool("rope_interleaved", false));
  return IgnoreKeys(IgnoredIn::kGrouped, reader);
}

absl::Status ReadLatent(ConfigReader* reader, ModelConfig* config) {
  LatentConfig latent;
  // Null is none; what transformers takes where there is no key is R1's.
  if (!reader->FindOrNull("q_lora_rank")) latent.q_rank = 1536;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalInteger("q_lora_rank", 0, kRankMax, &latent.q_rank));
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
  if (reader->FindOrNull("rope_interleave")) {
    latent.adjacent_pairs = false;  // What null is to Python.
    FATHOM_RETURN_IF_ERROR(
        reader->OptionalBool("rope_interleave", &latent.adjacent_pairs));
  }
  config->latent = latent;
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
  return RowOf(architecture).model_type;
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
  // Older config.json hold the keys of generation_config.json. transformers
  // reads them where the folder has no such file, and drops them where it has.
  if (generation_json) {
    IgnoreGenerationKeys(&reader);
  } else {
    FATHOM_RETURN_IF_ERROR(ReadGenerationKeys(&reader, &config));
  }
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
