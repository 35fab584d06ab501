// See conversation.h.
#include "runtime/serve/conversation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/abi/step.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

double Rate(int64_t count, double seconds) {
  return count > 0 && seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

}  // namespace

double Answer::PromptTokensPerSecond() const {
  return Rate(computed_tokens, prompt_s);
}

// The first token came with the prompt.
double Answer::TokensPerSecond() const {
  return Rate(static_cast<int64_t>(ids.size()) - 1, decode_s);
}

Answer AnswerOf(const Generation& generation) {
  Answer answer;
  answer.thinking = generation.thinking_text();
  answer.answer = generation.answer_text();
  answer.prompt_ids = generation.prompt_ids();
  answer.ids = generation.ids();
  answer.stop_reason = generation.stop_reason();
  return answer;
}

absl::Status Conversation::StepOnce(Generation& generation) {
  const StepTokens step = generation.Next();
  // Until the step is through, the cache holds nothing from its start on.
  cache_.resize(static_cast<size_t>(step.first_position));
  const absl::StatusOr<absl::Span<const float>> logits = model_->Step(step);
  if (!logits.ok()) {
    // What the model keeps of the sequence then is not known.
    cache_.clear();
    return logits.status();
  }
  for (int32_t id : step.ids) cache_.emplace_back(id, step.role);
  return generation.Advance(*logits);
}

absl::StatusOr<Answer> Conversation::Ask(
    std::vector<int32_t> prompt_ids, const AskSettings& settings,
    const PieceSink& sink, const std::function<bool()>& interrupted) {
  // Equal ids with equal roles have equal cache entries; the last token is
  // computed again for its logits.
  size_t cached = 0;
  while (cached < cache_.size() && cached + 1 < prompt_ids.size() &&
         cache_[cached] ==
             std::make_pair(prompt_ids[cached], int32_t{FATHOM_ROLE_PROMPT})) {
    ++cached;
  }
  GenerationOptions options =
      RequestOptions(std::move(prompt_ids), settings, model_->facts());
  options.cached_tokens = static_cast<int64_t>(cached);
  FATHOM_ASSIGN_OR_RETURN(
      std::unique_ptr<Generation> generation,
      Generation::Create(std::move(options), model_->NewDecoder()));

  const double start_s = clock_();
  double first_token_s = start_s;
  while (!generation->done()) {
    if (interrupted()) {
      generation->Cancel();
    } else {
      const bool was_prompt = generation->in_prompt();
      FATHOM_RETURN_IF_ERROR(StepOnce(*generation));
      if (was_prompt) first_token_s = clock_();
    }
    for (const Piece& piece : generation->TakePieces()) {
      if (!sink(piece)) generation->Cancel();
    }
  }
  Answer answer = AnswerOf(*generation);
  answer.reused_tokens = static_cast<int64_t>(cached);
  answer.computed_tokens =
      std::min(generation->stepped_tokens(),
               static_cast<int64_t>(answer.prompt_ids.size())) -
      answer.reused_tokens;
  answer.prompt_s = first_token_s - start_s;
  answer.decode_s = clock_() - first_token_s;
  return answer;
}

}  // namespace fathom::rt
