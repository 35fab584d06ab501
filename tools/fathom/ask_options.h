// The options that `run` and `chat` share: how to load, how to answer.
#ifndef FATHOM_TOOLS_FATHOM_ASK_OPTIONS_H_
#define FATHOM_TOOLS_FATHOM_ASK_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/conversation.h"
#include "runtime/serve/text_model.h"

namespace CLI {
class App;
}

namespace fathom::rt {

inline constexpr int32_t kThreadsMax = 1024;

// A whole decimal number from `min` to `max`, or an error that names `option`.
absl::StatusOr<int64_t> ParseWhole(absl::string_view option,
                                   absl::string_view text, int64_t min,
                                   int64_t max);

// A finite or infinite number; NaN is refused.
absl::StatusOr<float> ParseNumber(absl::string_view option,
                                  absl::string_view text);

// The artifact, as the first argument of a verb.
void AddArtifact(CLI::App& app, std::string& path);

// How the machine is used: --threads, --placement and --level, which Load()
// below reads.
void AddMachineOptions(CLI::App& app, std::optional<std::string>& threads,
                       std::optional<std::string>& placement,
                       std::optional<std::string>& level);

// What the command line says, as text: read by Load() and Ask() below, because
// the option parser takes "12abc" and what overflows for numbers.
struct AskOptions {
  std::string path;
  std::optional<std::string> threads, placement, level;
  std::optional<std::string> temperature, top_k, top_p, min_p,
      repetition_penalty, seed, max_tokens, think_tokens;
  std::vector<std::string> stops;

  void AddTo(CLI::App& app) {
    AddArtifact(app, path);
    AddSettingsTo(app);
  }
  // All but the artifact, for a verb with arguments and options of its own that
  // help shows first.
  void AddSettingsTo(CLI::App& app);

  absl::StatusOr<LoadOptions> Load() const;

  // What is given, as numbers in their ranges as far as they are whole.
  absl::StatusOr<AskOverrides> Overrides() const;

  // Over the defaults of the model that has these facts.
  absl::StatusOr<AskSettings> Ask(const TextModelFacts& facts) const;

  // A warning where --threads asks for more threads than can run at once, of
  // which the model uses as many as can; empty otherwise.
  std::string TooManyThreads(const TextModelFacts& facts) const;

  // A warning for each option given that changes nothing in an answer by
  // `settings`, which came of Ask().
  std::vector<std::string> WithoutEffect(const AskSettings& settings,
                                         const TextModelFacts& facts) const;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_ASK_OPTIONS_H_
