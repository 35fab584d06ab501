// See generation.h.
#include "runtime/serve/generation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "runtime/abi/step.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

absl::Status CheckOptions(const GenerationOptions& options) {
  FATHOM_RETURN_IF_ERROR(CheckStopStrings(options.stop_strings));
  const int64_t prompt_tokens = options.prompt_ids.size();
  if (prompt_tokens == 0) {
    return absl::InvalidArgumentError(
        "the prompt is empty, expected at least one token");
  }
  for (int32_t id : options.prompt_ids) {
    if (id < 0 || id >= options.vocabulary_size) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the prompt holds the id %d, expected 0 to %d", id,
                          options.vocabulary_size - 1));
    }
  }
  if (prompt_tokens >= options.context_tokens) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the prompt has %d tokens, expected at most %d: the context holds %d "
        "and the answer needs room",
        prompt_tokens, options.context_tokens - 1, options.context_tokens));
  }
  if (options.max_tokens < -1 || options.max_tokens == 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "max_tokens is %d, expected at least 1", options.max_tokens));
  }
  if (options.max_length >= 0 && prompt_tokens >= options.max_length) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the prompt has %d tokens, expected at most %d: the model's "
        "max_length of %d counts the prompt; --max-tokens limits the output "
        "alone",
        prompt_tokens, options.max_length - 1, options.max_length));
  }
  if (options.cached_tokens < 0 || options.cached_tokens >= prompt_tokens ||
      options.step_tokens_max < 1) {
    return absl::InternalError(absl::StrFormat(
        "%d of %d prompt tokens cached, steps of %d", options.cached_tokens,
        prompt_tokens, options.step_tokens_max));
  }
  return absl::OkStatus();
}

}  // namespace

const char* StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kNone: return "none";
    case StopReason::kEos: return "eos";
    case StopReason::kStop: return "stop";
    case StopReason::kLength: return "length";
    case StopReason::kContext: return "context";
    case StopReason::kCancelled: return "cancelled";
  }
  return "none";
}

absl::StatusOr<std::unique_ptr<Generation>> Generation::Create(
    GenerationOptions options, std::unique_ptr<TextDecoder> decoder) {
  FATHOM_RETURN_IF_ERROR(CheckOptions(options));
  FATHOM_ASSIGN_OR_RETURN(
      Sampler sampler,
      Sampler::Create(options.sampling, options.vocabulary_size,
                      options.has_token));
  return std::unique_ptr<Generation>(new Generation(
      std::move(options), std::move(sampler), std::move(decoder)));
}

Generation::Generation(GenerationOptions options, Sampler sampler,
                       std::unique_ptr<TextDecoder> decoder)
    : options_(std::move(options)),
      sampler_(std::move(sampler)),
      decoder_(std::move(decoder)),
      thinking_(options_.thinking),
      stop_filter_(options_.stop_strings),
      stepped_tokens_(options_.cached_tokens) {
  const auto prompt_tokens = static_cast<int64_t>(options_.prompt_ids.size());
  if (options_.max_length >= 0) {
    const int64_t left = options_.max_length - prompt_tokens;
    options_.max_tokens =
        options_.max_tokens < 0 ? left : std::min(options_.max_tokens, left);
  }
  const int64_t room = options_.context_tokens - prompt_tokens;
  max_tokens_ =
      options_.max_tokens < 0 ? room : std::min(options_.max_tokens, room);
  for (int32_t id : options_.prompt_ids) sampler_.Observe(id);
  thinking_.Start(options_.prompt_ids);
}

StepTokens Generation::Next(int64_t tokens_max) {
  FATHOM_CHECK(state_ != State::kDone && tokens_max >= 1);
  StepTokens step;
  step.first_position = stepped_tokens_;
  if (state_ == State::kDecoding) {
    step.ids = absl::MakeConstSpan(ids_).last(1);
    step.role = FATHOM_ROLE_GENERATED;
    step.wants_logits = true;
  } else {
    const int64_t left = prompt_tokens_left();
    const int64_t count =
        std::min({left, options_.step_tokens_max, tokens_max});
    step.ids = absl::MakeConstSpan(options_.prompt_ids)
                   .subspan(static_cast<size_t>(stepped_tokens_),
                            static_cast<size_t>(count));
    step.role = FATHOM_ROLE_PROMPT;
    step.wants_logits = count == left;
  }
  next_tokens_ = static_cast<int64_t>(step.ids.size());
  next_wants_logits_ = step.wants_logits;
  return step;
}

absl::Status Generation::Advance(absl::Span<const float> logits) {
  FATHOM_CHECK(state_ != State::kDone && next_tokens_ > 0);
  stepped_tokens_ += std::exchange(next_tokens_, 0);
  if (!next_wants_logits_) return absl::OkStatus();
  if (thinking_.MustClose()) {
    Accept(options_.thinking.close_id);
    return absl::OkStatus();
  }
  absl::StatusOr<int32_t> id = sampler_.Choose(logits, stepped_tokens_);
  if (!id.ok()) {
    End(StopReason::kCancelled);
    return id.status();
  }
  Accept(*id);
  return absl::OkStatus();
}

void Generation::Accept(int32_t id) {
  state_ = State::kDecoding;
  sampler_.Observe(id);
  ids_.push_back(id);
  if (std::find(options_.eos_ids.begin(), options_.eos_ids.end(), id) !=
      options_.eos_ids.end()) {
    return End(StopReason::kEos);
  }
  // A tag ends what stood before it: neither a character nor a stop string
  // goes across.
  if (id == options_.thinking.open_id || id == options_.thinking.close_id) {
    Flush();
    if (stop_filter_.stopped()) return End(StopReason::kStop);
  }
  std::string text = decoder_->Push(id);
  last_part_ = thinking_.Push(id, text);
  Emit(last_part_, std::move(text));
  if (stop_filter_.stopped()) return End(StopReason::kStop);
  const auto generated = static_cast<int64_t>(ids_.size());
  if (generated < max_tokens_) return;
  // Where both are reached the user's own limit is the reason.
  End(generated == options_.max_tokens ? StopReason::kLength
                                       : StopReason::kContext);
}

void Generation::Cancel() {
  if (!done()) End(StopReason::kCancelled);
}

void Generation::End(StopReason reason) {
  state_ = State::kDone;
  if (reason != StopReason::kStop) Flush();
  // The replacement of the last half character can complete a stop string.
  stop_reason_ = stop_filter_.stopped() ? StopReason::kStop : reason;
}

void Generation::Flush() {
  Emit(last_part_, decoder_->Finish());
  if (stop_filter_.stopped()) return;
  std::string held = stop_filter_.Finish();
  answer_text_ += held;
  if (!held.empty()) {
    pieces_.push_back({Thinking::Part::kAnswer, std::move(held)});
  }
}

void Generation::Emit(Thinking::Part part, std::string text) {
  if (part == Thinking::Part::kAnswer) {
    text = stop_filter_.Push(text);
    answer_text_ += text;
  } else if (part == Thinking::Part::kThinking) {
    thinking_text_ += text;
  }
  if (!text.empty()) pieces_.push_back({part, std::move(text)});
}

std::vector<Piece> Generation::TakePieces() {
  return std::exchange(pieces_, {});
}

}  // namespace fathom::rt
