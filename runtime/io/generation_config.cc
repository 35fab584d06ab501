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
#include "runtime/io/generation_keys.h"

namespace fathom::rt {
namespace {

constexpr double kAboveZero = 1e-6;

// Of any size.
bool IsNumber(const JsonValue& value) {
  return value.kind() == JsonValue::Kind::kInteger ||
         value.kind() == JsonValue::Kind::kReal;
}

// A number that only sampling uses. Where no token is drawn transformers does
// not look at it, so one out of its range is no setting then: published files
// have a temperature of 0, or a top_k of -1, for greedy.
absl::Status ReadSamplingNumber(ConfigReader* reader, absl::string_view key,
                                double min, double max, bool samples,
                                std::optional<double>* out) {
  const auto value = reader->Find(key);
  if (!value) return absl::OkStatus();
  const absl::StatusOr<double> number = NumberIn(*value, min, max);
  if (number.ok()) {
    *out = *number;
    return absl::OkStatus();
  }
  return samples || !IsNumber(*value) ? number.status() : absl::OkStatus();
}

absl::Status ReadTopK(ConfigReader* reader, bool samples,
                      GenerationDefaults* out) {
  const auto value = reader->Find("top_k");
  if (!value) return absl::OkStatus();
  const absl::StatusOr<int64_t> top_k = value->AsInteger(0, INT32_MAX);
  if (top_k.ok()) {
    out->top_k = std::min(*top_k, kVocabularyMax);
    return absl::OkStatus();
  }
  return samples || !IsNumber(*value) ? top_k.status() : absl::OkStatus();
}

absl::Status ReadSampling(ConfigReader* reader, GenerationDefaults* out) {
  if (auto value = reader->Find("do_sample")) {
    FATHOM_ASSIGN_OR_RETURN(out->sample, value->AsBool());
  }
  const bool samples = out->sample.value_or(false);
  FATHOM_RETURN_IF_ERROR(ReadSamplingNumber(reader, "temperature", kAboveZero,
                                            kTemperatureMax, samples,
                                            &out->temperature));
  FATHOM_RETURN_IF_ERROR(
      ReadSamplingNumber(reader, "top_p", kAboveZero, 1, samples, &out->top_p));
  FATHOM_RETURN_IF_ERROR(
      ReadSamplingNumber(reader, "min_p", 0, 1, samples, &out->min_p));
  FATHOM_RETURN_IF_ERROR(ReadTopK(reader, samples, out));
  if (auto value = reader->Find("repetition_penalty")) {
    FATHOM_ASSIGN_OR_RETURN(
        out->repetition_penalty,
        NumberIn(*value, kRepetitionPenaltyMin, kRepetitionPenaltyMax));
  }
  return absl::OkStatus();
}

absl::Status ReadLengths(ConfigReader* reader, ModelConfig* config) {
  GenerationDefaults& out = config->generation;
  if (auto value = reader->Find("max_new_tokens")) {
    FATHOM_ASSIGN_OR_RETURN(out.max_new_tokens,
                            value->AsInteger(1, kNewTokensMax));
  }
  auto value = reader->Find("max_length");
  if (!value) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(int64_t max_length,
                          value->AsInteger(1, kNewTokensMax));
  // transformers.generate lets max_new_tokens win.
  if (!out.max_new_tokens) {
    out.max_length = max_length;
    return absl::OkStatus();
  }
  config->warnings.push_back(absl::StrCat(
      "max_length ", max_length, " has no effect beside max_new_tokens ",
      *out.max_new_tokens));
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

absl::Status ReadGenerationKeys(ConfigReader* reader, ModelConfig* config) {
  FATHOM_RETURN_IF_ERROR(ReadSampling(reader, &config->generation));
  FATHOM_RETURN_IF_ERROR(ReadLengths(reader, config));
  return CheckUncomputedKeys(config->generation.sample.value_or(false), reader);
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
  FATHOM_RETURN_IF_ERROR(ReadGenerationKeys(&reader, config));
  for (const JsonMember& member : reader.Unread()) {
    config->unknown_keys.push_back(
        absl::StrCat(kWhat, ": '", Shown(member.first), "'"));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
