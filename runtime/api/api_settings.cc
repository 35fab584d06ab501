// See api_settings.h.
#include "runtime/api/api_settings.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "runtime/api/api_text.h"
#include "runtime/base/status.h"
#include "simdjson.h"

namespace fathom::rt {
namespace {

// A field that is negative where nothing is set; NaN is set, and refused later.
template <typename T>
std::optional<T> UnlessNegative(T value) {
  return value < 0 ? std::nullopt : std::optional<T>(value);
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
        "stops is null, expected %s", Counted(options.stop_count, "text")));
  }
  std::vector<std::string> stops;
  for (size_t i = 0; i < options.stop_count; ++i) {
    if (options.stops[i] == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrFormat("stops[%d] is null, expected a text", i));
    }
    stops.emplace_back(options.stops[i]);
    if (!simdjson::validate_utf8(stops[i])) {
      return absl::InvalidArgumentError(
          absl::StrFormat("stops[%d] is not valid UTF-8", i));
    }
  }
  return stops;
}

}  // namespace

absl::StatusOr<AskSettings> SettingsOf(const fathom_generation_options& options,
                                       const TextModelFacts& facts) {
  AskOverrides overrides;
  overrides.temperature = UnlessNegative(options.temperature);
  overrides.top_p = UnlessNegative(options.top_p);
  overrides.min_p = UnlessNegative(options.min_p);
  overrides.top_k = UnlessNegative(options.top_k);
  overrides.think_tokens = UnlessNegative(options.think_tokens);
  if (options.repetition_penalty != 0) {
    overrides.repetition_penalty = options.repetition_penalty;
  }
  if (options.max_tokens != 0) overrides.max_tokens = options.max_tokens;
  FATHOM_ASSIGN_OR_RETURN(overrides.stop_strings, Stops(options));
  AskSettings settings = DefaultSettings(facts);
  settings.sampling.seed = options.seed;
  FATHOM_RETURN_IF_ERROR(ApplyOverrides(overrides, &settings));
  return settings;
}

}  // namespace fathom::rt
