// What a request asks for beside its prompt.
#ifndef FATHOM_RUNTIME_SERVE_ASK_SETTINGS_H_
#define FATHOM_RUNTIME_SERVE_ASK_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/generation.h"
#include "runtime/serve/sampling_params.h"

namespace fathom::rt {

struct TextModelFacts;

struct AskSettings {
  SamplingParams sampling;
  std::vector<std::string> stop_strings;  // looked for in the answer only
  int64_t max_tokens = -1;                // -1: as many as the context holds
  int64_t think_tokens = -1;              // -1: thinks without limit
};

// Settings that someone gave; those that are not set stay as they are.
struct AskOverrides {
  std::optional<float> temperature = {};
  std::optional<float> top_p = {};
  std::optional<float> min_p = {};
  std::optional<float> repetition_penalty = {};
  std::optional<int64_t> top_k = {};
  std::optional<int64_t> seed = {};
  std::optional<int64_t> max_tokens = {};
  std::optional<int64_t> think_tokens = {};
  std::optional<std::vector<std::string>> stop_strings = {};
};

// The settings of a request to the model that has these facts, where nobody
// gives any: its generation_config's.
AskSettings DefaultSettings(const TextModelFacts& facts);

// Changes `settings` by what is set. A temperature of 0 is greedy, any other
// one samples; without one it is as `settings` say. InvalidArgument, with
// `settings` undefined, names what is out of its range as "top_p", "max_tokens"
// or "stop".
absl::Status ApplyOverrides(const AskOverrides& overrides,
                            AskSettings* settings);

// A setting that changes nothing in an answer.
struct IdleSetting {
  absl::string_view name;
  absl::string_view why;
  bool for_want_of_sampling = false;
};

// What is set and changes nothing in an answer by `settings`, to which it was
// applied: what belongs to sampling where the most likely token is always
// taken, and a limit of the thinking where the model cannot end it.
std::vector<IdleSetting> SettingsWithoutEffect(const AskOverrides& overrides,
                                               const AskSettings& settings,
                                               const TextModelFacts& facts);

// A request to the model that has these facts.
GenerationOptions RequestOptions(std::vector<int32_t> prompt_ids,
                                 const AskSettings& settings,
                                 const TextModelFacts& facts);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_ASK_SETTINGS_H_
