// Which tokens begin and end a text, and how the next one is chosen.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/sampling_limits.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"

namespace fathom::rt {
namespace {

constexpr double kAboveZero = 1e-6;

// Settings that would change which token comes next and that are not there:
// null, false, an empty list, 0 and `neutral` leave them off.
struct NeutralRow {
  absl::string_view key;
  double neutral;
};
constexpr NeutralRow kNeutral[] = {
    {"num_beams", 1},
    {"num_beam_groups", 1},
    {"typical_p", 1},
    {"encoder_repetition_penalty", 1},
    {"guidance_scale", 1},
    {"no_repeat_ngram_size", 0},
    {"encoder_no_repeat_ngram_size", 0},
    {"epsilon_cutoff", 0},
    {"eta_cutoff", 0},
    {"diversity_penalty", 0},
    {"penalty_alpha", 0},
    {"min_length", 0},
    {"min_new_tokens", 0},
    {"bad_words_ids", 0},
    {"force_words_ids", 0},
    {"constraints", 0},
    {"forced_bos_token_id", 0},
    {"forced_eos_token_id", 0},
    {"forced_decoder_ids", 0},
    {"suppress_tokens", 0},
    {"begin_suppress_tokens", 0},
    {"sequence_bias", 0},
    {"exponential_decay_length_penalty", 0},
    {"remove_invalid_values", 0},
    {"watermarking_config", 0},
    {"token_healing", 0},
    {"stop_strings", 0},
    {"top_h", 0},
};

bool IsNeutral(const JsonValue& value, double neutral) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull: return true;
    case JsonValue::Kind::kBool: return !*value.AsBool();
    case JsonValue::Kind::kInteger:
    case JsonValue::Kind::kReal:
      return *value.AsNumber() == neutral || *value.AsNumber() == 0;
    case JsonValue::Kind::kArray: return value.AsArray()->empty();
    default: return false;
  }
}

template <typename T>
absl::Status OptionalSetting(ConfigReader* reader, absl::string_view key,
                             double min, double max, std::optional<T>* out) {
  if (auto value = reader->Find(key)) {
    FATHOM_ASSIGN_OR_RETURN(*out, NumberIn(*value, min, max));
  }
  return absl::OkStatus();
}

absl::Status ReadSettings(ConfigReader* reader, GenerationDefaults* out) {
  if (auto value = reader->Find("do_sample")) {
    FATHOM_ASSIGN_OR_RETURN(out->sample, value->AsBool());
  }
  FATHOM_RETURN_IF_ERROR(OptionalSetting(reader, "temperature", kAboveZero,
                                         kTemperatureMax, &out->temperature));
  FATHOM_RETURN_IF_ERROR(
      OptionalSetting(reader, "top_p", kAboveZero, 1, &out->top_p));
  FATHOM_RETURN_IF_ERROR(OptionalSetting(reader, "min_p", 0, 1, &out->min_p));
  FATHOM_RETURN_IF_ERROR(
      OptionalSetting(reader, "repetition_penalty", kRepetitionPenaltyMin,
                      kRepetitionPenaltyMax, &out->repetition_penalty));
  if (auto value = reader->Find("top_k")) {
    FATHOM_ASSIGN_OR_RETURN(out->top_k, value->AsInteger(0, kVocabularyMax));
  }
  if (auto value = reader->Find("max_new_tokens")) {
    FATHOM_ASSIGN_OR_RETURN(out->max_new_tokens,
                            value->AsInteger(1, kNewTokensMax));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadTokenIds(ConfigReader* reader, ModelConfig* config) {
  int64_t last = config->vocabulary_size - 1;
  if (auto bos = reader->Find("bos_token_id")) {
    FATHOM_ASSIGN_OR_RETURN(config->bos, bos->AsInteger(0, last));
  }
  auto eos = reader->Find("eos_token_id");
  if (!eos) return absl::OkStatus();
  std::vector<JsonValue> values = {*eos};
  if (eos->kind() == JsonValue::Kind::kArray) {
    FATHOM_ASSIGN_OR_RETURN(values, eos->AsArray());
    if (values.empty() || values.size() > size_t{kStopTokensMax}) {
      return eos->Expected(
          absl::StrCat("a token or 1 to ", kStopTokensMax, " of them"));
    }
  }
  config->eos.clear();
  for (const JsonValue& value : values) {
    FATHOM_ASSIGN_OR_RETURN(int64_t id, value.AsInteger(0, last));
    if (std::find(config->eos.begin(), config->eos.end(), id) ==
        config->eos.end()) {
      config->eos.push_back(id);
    }
  }
  return absl::OkStatus();
}

absl::Status ReadGeneration(absl::string_view json, ModelConfig* config) {
  constexpr absl::string_view kWhat = "generation_config.json";
  if (json.size() > kConfigBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(kWhat, ": has ", json.size(),
                                                   " bytes, expected at most ",
                                                   kConfigBytesMax));
  }
  FATHOM_ASSIGN_OR_RETURN(JsonDocument document,
                          JsonDocument::Parse(json, kWhat));
  FATHOM_ASSIGN_OR_RETURN(ConfigReader reader,
                          ConfigReader::Read(document.root()));
  FATHOM_RETURN_IF_ERROR(ReadTokenIds(&reader, config));
  FATHOM_RETURN_IF_ERROR(ReadSettings(&reader, &config->generation));
  for (const NeutralRow& row : kNeutral) {
    auto value = reader.Find(row.key);
    if (value && !IsNeutral(*value, row.neutral)) {
      return value->Expected("it to be off: Fathom does not support it");
    }
  }
  // A max_length counts the prompt as well, so it says nothing about how long
  // an output may be: that is what the context holds, or max_new_tokens.
  reader.Ignore({"_from_model_config",
                 "transformers_version",
                 "pad_token_id",
                 "decoder_start_token_id",
                 "max_length",
                 "max_time",
                 "use_cache",
                 "cache_implementation",
                 "cache_config",
                 "return_dict_in_generate",
                 "output_attentions",
                 "output_hidden_states",
                 "output_scores",
                 "output_logits",
                 "num_return_sequences",
                 "early_stopping",
                 "length_penalty",
                 "low_memory",
                 "renormalize_logits",
                 "trust_remote_code"});
  for (const JsonMember& member : reader.Unread()) {
    config->unknown_keys.push_back(
        absl::StrCat(kWhat, ": '", Shown(member.first), "'"));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
