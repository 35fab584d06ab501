// Asks a model one prompt after another, and computes only what its cache does
// not hold yet.
#ifndef FATHOM_RUNTIME_SERVE_CONVERSATION_H_
#define FATHOM_RUNTIME_SERVE_CONVERSATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/serve/ask_settings.h"
#include "runtime/serve/generation.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

struct Answer {
  std::string thinking;
  std::string answer;
  std::vector<int32_t> prompt_ids;
  std::vector<int32_t> ids;  // the stop token included
  StopReason stop_reason = StopReason::kNone;
  int64_t reused_tokens = 0;    // of the prompt, not computed again
  int64_t computed_tokens = 0;  // of the prompt: fewer where it was interrupted
  double prompt_s = 0;          // from the first step to the first token
  double decode_s = 0;          // from there to the last
  // 0 where nothing was computed.
  double PromptTokensPerSecond() const;
  double TokensPerSecond() const;
};

// What `generation` gave so far, but for the figures.
Answer AnswerOf(const Generation& generation);

// Not thread-safe.
class Conversation {
 public:
  // Takes each piece as it comes; false ends the answer there.
  using PieceSink = std::function<bool(const Piece&)>;
  using Clock = std::function<double()>;  // seconds

  Conversation(TextModel* model, Clock clock)
      : model_(model), clock_(std::move(clock)) {}

  // Answers the prompt. `interrupted` is asked before each step.
  absl::StatusOr<Answer> Ask(std::vector<int32_t> prompt_ids,
                             const AskSettings& settings, const PieceSink& sink,
                             const std::function<bool()>& interrupted);

  // What the model's cache holds was changed by somebody else: the next prompt
  // is computed from its start.
  void Forget() { cache_.clear(); }

 private:
  absl::Status StepOnce(Generation& generation);

  TextModel* model_;
  Clock clock_;
  // What the cache holds, by position: id and role.
  std::vector<std::pair<int32_t, int32_t>> cache_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_CONVERSATION_H_
