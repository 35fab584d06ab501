// See ask_settings.h.
#include "runtime/serve/ask_settings.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {
namespace {

absl::Status Replace(const char* name, const std::optional<int64_t>& value,
                     int64_t min, int64_t max, int64_t* setting) {
  if (!value.has_value()) return absl::OkStatus();
  if (*value < min || *value > max) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is %d, expected a whole number from %d to %d", name,
                        *value, min, max));
  }
  *setting = *value;
  return absl::OkStatus();
}

absl::Status ApplySampling(const AskOverrides& overrides,
                           SamplingParams* sampling) {
  constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();
  constexpr int64_t kInt64Max = std::numeric_limits<int64_t>::max();
  const std::optional<float>& temperature = overrides.temperature;
  if (temperature.has_value() &&
      !(*temperature >= 0 && *temperature <= kTemperatureMax)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("temperature is %g, expected a number from 0 to %g",
                        *temperature, kTemperatureMax));
  }
  FATHOM_RETURN_IF_ERROR(
      Replace("top_k", overrides.top_k, 0, kInt32Max, &sampling->top_k));
  int64_t seed = 0;
  FATHOM_RETURN_IF_ERROR(Replace("seed", overrides.seed, 0, kInt64Max, &seed));
  if (overrides.seed.has_value()) sampling->seed = static_cast<uint64_t>(seed);
  sampling->top_p = overrides.top_p.value_or(sampling->top_p);
  sampling->min_p = overrides.min_p.value_or(sampling->min_p);
  sampling->repetition_penalty =
      overrides.repetition_penalty.value_or(sampling->repetition_penalty);
  if (temperature.has_value()) {
    sampling->sample = *temperature > 0;
    sampling->temperature = *temperature > 0 ? *temperature : 1;
  }
  return CheckSamplingParams(*sampling);
}

}  // namespace

std::vector<IdleSetting> SettingsWithoutEffect(const AskOverrides& overrides,
                                               const AskSettings& settings,
                                               const TextModelFacts& facts) {
  const std::pair<absl::string_view, bool> sampling[] = {
      {"top_k", overrides.top_k.has_value()},
      {"top_p", overrides.top_p.has_value()},
      {"min_p", overrides.min_p.has_value()},
      {"seed", overrides.seed.has_value()},
  };
  std::vector<IdleSetting> idle;
  for (const auto& [name, is_set] : sampling) {
    if (!is_set || settings.sampling.sample) continue;
    idle.push_back({name, "the most likely token is always taken", true});
  }
  if (overrides.think_tokens.has_value() && facts.think_close_id < 0) {
    idle.push_back(
        {"think_tokens", "the model has no token that ends thinking"});
  }
  return idle;
}

AskSettings DefaultSettings(const TextModelFacts& facts) {
  AskSettings settings;
  settings.sampling = facts.sampling;
  settings.max_tokens = facts.max_tokens;
  return settings;
}

absl::Status ApplyOverrides(const AskOverrides& overrides,
                            AskSettings* settings) {
  constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();
  FATHOM_RETURN_IF_ERROR(ApplySampling(overrides, &settings->sampling));
  FATHOM_RETURN_IF_ERROR(Replace("max_tokens", overrides.max_tokens, 1,
                                 kInt32Max, &settings->max_tokens));
  FATHOM_RETURN_IF_ERROR(Replace("think_tokens", overrides.think_tokens, 0,
                                 kInt32Max, &settings->think_tokens));
  if (!overrides.stop_strings.has_value()) return absl::OkStatus();
  settings->stop_strings = *overrides.stop_strings;
  const absl::Status stops_fit = CheckStopStrings(settings->stop_strings);
  if (stops_fit.ok()) return stops_fit;
  return absl::InvalidArgumentError(
      absl::StrCat("stop: ", stops_fit.message()));
}

GenerationOptions RequestOptions(std::vector<int32_t> prompt_ids,
                                 const AskSettings& settings,
                                 const TextModelFacts& facts) {
  GenerationOptions options;
  options.prompt_ids = std::move(prompt_ids);
  options.sampling = settings.sampling;
  options.thinking = {.open_id = facts.think_open_id,
                      .close_id = facts.think_close_id,
                      .budget_tokens = settings.think_tokens};
  options.stop_strings = settings.stop_strings;
  options.max_tokens = settings.max_tokens;
  // As in transformers.generate: a limit of the output alone wins.
  if (settings.max_tokens < 0) options.max_length = facts.max_length;
  options.eos_ids = facts.eos_ids;
  options.vocabulary_size = facts.vocabulary_size;
  options.has_token = facts.has_token;
  options.context_tokens = facts.context_tokens;
  options.step_tokens_max = facts.step_tokens_max;
  return options;
}

}  // namespace fathom::rt
