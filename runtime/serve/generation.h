// One request as a state machine: it says which tokens the next step takes and
// is given the logits. It knows no clock, no socket and no device, so that it
// can be run ten thousand times against a fake model.
//
//   kPrompt --the last chunk's logits--> kDecoding --a stop--> kDone
//
// and from each of them to kDone by Cancel() or an error.
//
// What always holds:
//   1. The steps take each position once, in order, from `cached_tokens` on.
//   2. A step holds tokens of one role: prompt ids as prompt, sampled ids as
//      generated; logits are asked for at the last prompt token and after it.
//   3. The sampled ids do not depend on how the prompt was cut, nor on when
//      the pieces were taken.
//   4. prompt + sampled ids never exceed the context or `max_length`, and the
//      sampled ids never exceed `max_tokens`.
//   5. The pieces are whole UTF-8 if the decoder's are, and no text that was
//      handed out is ever taken back.
#ifndef FATHOM_RUNTIME_SERVE_GENERATION_H_
#define FATHOM_RUNTIME_SERVE_GENERATION_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/serve/sampler.h"
#include "runtime/serve/stop_filter.h"
#include "runtime/serve/thinking.h"

namespace fathom::rt {

// Turns generated ids into text, piece by piece. Holds back what does not end
// in a whole character yet.
class TextDecoder {
 public:
  virtual ~TextDecoder() = default;
  virtual std::string Push(int32_t id) = 0;
  virtual std::string Finish() = 0;  // what is left, made whole
};

struct GenerationOptions {
  std::vector<int32_t> prompt_ids;
  int64_t cached_tokens = 0;  // of the prompt, already in the cache
  SamplingParams sampling;
  ThinkingOptions thinking;
  std::vector<std::string> stop_strings;  // looked for in the answer only
  int64_t max_tokens = -1;                // -1: as many as the context holds
  int64_t max_length = -1;                // of prompt and output together
  std::vector<int32_t> eos_ids;

  // The model's.
  int32_t vocabulary_size = 0;
  std::vector<uint8_t> has_token;  // as Sampler::Create() takes it
  int64_t context_tokens = 0;
  int64_t step_tokens_max = 1;
};

// kLength: `max_tokens` were generated; kContext: the context is full, before
// that.
enum class StopReason { kNone, kEos, kStop, kLength, kContext, kCancelled };

// "eos", "stop", "length", "context", "cancelled"; "none" while it runs.
const char* StopReasonName(StopReason reason);

// The tokens of one step; valid until the next Advance().
struct StepTokens {
  absl::Span<const int32_t> ids;
  int64_t first_position = 0;
  int32_t role = 0;           // FATHOM_ROLE_*
  bool wants_logits = false;  // of the last token
};

// Text for the reader, in the order it was generated.
struct Piece {
  Thinking::Part part;
  std::string text;
};

// One request. Not thread-safe.
class Generation {
 public:
  // InvalidArgument when a setting is out of range, the prompt is empty, holds
  // an id outside of the vocabulary, or leaves no room in the context or below
  // `max_length`.
  static absl::StatusOr<std::unique_ptr<Generation>> Create(
      GenerationOptions options, std::unique_ptr<TextDecoder> decoder);

  bool done() const { return state_ == State::kDone; }

  // The tokens of the next step, at most `tokens_max` (1 or more) of them. Not
  // to be called when done().
  StepTokens Next(int64_t tokens_max = std::numeric_limits<int64_t>::max());

  // Whether the next step holds prompt tokens: any number up to
  // prompt_tokens_left(). Otherwise it holds one generated token.
  bool in_prompt() const { return state_ == State::kPrompt; }
  int64_t prompt_tokens_left() const {
    return static_cast<int64_t>(options_.prompt_ids.size()) - stepped_tokens_;
  }

  // The step of the last Next() has run; `logits` are those of its last token
  // (unused when it did not want them). An error ends the request.
  absl::Status Advance(absl::Span<const float> logits);

  // Ends the request here; what was held back is handed out.
  void Cancel();

  // The text since the last call.
  std::vector<Piece> TakePieces();

  StopReason stop_reason() const { return stop_reason_; }
  const std::string& thinking_text() const { return thinking_text_; }
  const std::string& answer_text() const { return answer_text_; }
  // The sampled ids, the stop token included.
  const std::vector<int32_t>& ids() const { return ids_; }
  const std::vector<int32_t>& prompt_ids() const { return options_.prompt_ids; }
  // How many positions have been through a step, cached ones included.
  int64_t stepped_tokens() const { return stepped_tokens_; }
  bool thinking() const { return thinking_.thinking(); }

 private:
  enum class State { kPrompt, kDecoding, kDone };

  Generation(GenerationOptions options, Sampler sampler,
             std::unique_ptr<TextDecoder> decoder);

  void Accept(int32_t id);
  void End(StopReason reason);
  void Flush();  // hands out what decoder and stop filter hold back
  void Emit(Thinking::Part part, std::string text);

  GenerationOptions options_;
  Sampler sampler_;
  std::unique_ptr<TextDecoder> decoder_;
  Thinking thinking_;
  StopFilter stop_filter_;

  State state_ = State::kPrompt;
  StopReason stop_reason_ = StopReason::kNone;
  Thinking::Part last_part_ = Thinking::Part::kAnswer;
  int64_t stepped_tokens_ = 0;
  int64_t next_tokens_ = 0;  // that the last Next() gave
  bool next_wants_logits_ = false;
  int64_t max_tokens_ = 0;
  std::vector<int32_t> ids_;
  std::vector<Piece> pieces_;
  std::string thinking_text_;
  std::string answer_text_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_GENERATION_H_
