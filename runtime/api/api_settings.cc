// See api_settings.h.
#include "runtime/api/api_settings.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

absl::Status CheckNumber(absl::string_view name, float value) {
  if (!std::isnan(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is NaN, expected a number"));
}

absl::StatusOr<std::vector<std::string>> Stops(
    const fathom_generation_options& options) {
  if (options.stop_count > kStopStringsMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("stop_count is %d, expected at most %d",
                        options.stop_count, kStopStringsMax));
  }
  if (options.stops == nullptr && options.stop_count > 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "stops is null, expected %d texts", options.stop_count));
  }
  std::vector<std::string> stops;
  for (size_t i = 0; i < options.stop_count; ++i) {
    if (options.stops[i] == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("stops[%d] is null, expected a text", i));
    }
    stops.emplace_back(options.stops[i]);
  }
  FATHOM_RETURN_IF_ERROR(CheckStopStrings(stops));
  return stops;
}

}  // namespace

absl::StatusOr<AskSettings> SettingsOf(const fathom_generation_options& options,
                                       const TextModelFacts& facts) {
  FATHOM_RETURN_IF_ERROR(CheckNumber("temperature", options.temperature));
  FATHOM_RETURN_IF_ERROR(CheckNumber("top_p", options.top_p));
  FATHOM_RETURN_IF_ERROR(CheckNumber("min_p", options.min_p));
  FATHOM_RETURN_IF_ERROR(
      CheckNumber("repetition_penalty", options.repetition_penalty));
  AskSettings settings;
  FATHOM_ASSIGN_OR_RETURN(settings.stop_strings, Stops(options));
  if (options.max_tokens < 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "max_tokens is %d, expected 0 or more", options.max_tokens));
  }
  settings.max_tokens =
      options.max_tokens > 0 ? options.max_tokens : facts.max_tokens;
  settings.think_tokens = options.think_tokens < 0 ? -1 : options.think_tokens;
  SamplingParams& sampling = settings.sampling;
  sampling = facts.sampling;
  sampling.seed = options.seed;
  if (options.top_k >= 0) sampling.top_k = options.top_k;
  if (options.top_p >= 0) sampling.top_p = options.top_p;
  if (options.min_p >= 0) sampling.min_p = options.min_p;
  if (options.repetition_penalty != 0) {
    sampling.repetition_penalty = options.repetition_penalty;
  }
  if (options.top_k >= 0 || options.top_p >= 0 || options.min_p >= 0 ||
      options.temperature > 0) {
    sampling.sample = true;
  }
  if (options.temperature > 0) sampling.temperature = options.temperature;
  if (options.temperature == 0) sampling.sample = false;
  FATHOM_RETURN_IF_ERROR(CheckSamplingParams(sampling));
  return settings;
}

}  // namespace fathom::rt
