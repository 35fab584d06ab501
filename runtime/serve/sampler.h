// Chooses the next token from logits, with transformers' processors in their
// order: repetition penalty, temperature, top-k, top-p, min-p, one draw.
#ifndef FATHOM_RUNTIME_SERVE_SAMPLER_H_
#define FATHOM_RUNTIME_SERVE_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/serve/sampling_params.h"

namespace fathom::rt {

// A token that may be drawn, with its logit after the processors so far, up to
// what may have been taken off all of them: differences alone count.
struct Candidate {
  int32_t id;
  float logit;
};

// One sequence's sampler. Holds which ids the sequence has seen, and no other
// state: the choice depends on the logits, the ids seen and the position alone.
// Not thread-safe.
class Sampler {
 public:
  // `has_token` has one bit an id, lowest bit first; ids whose bit is not set
  // are never chosen. Empty: all `vocabulary_size` ids have a token.
  static absl::StatusOr<Sampler> Create(const SamplingParams& params,
                                        int32_t vocabulary_size,
                                        absl::Span<const uint8_t> has_token);

  // Counts `id` as part of the sequence: the repetition penalty is applied to
  // each id seen once or more. Ids outside of the vocabulary are ignored.
  void Observe(int32_t id);

  // The token at `position` of the sequence. InvalidArgument when the logits
  // hold NaN or positive infinity, or leave no token to choose.
  absl::StatusOr<int32_t> Choose(absl::Span<const float> logits,
                                 int64_t position);

  // The candidates that are left for `logits`, in ascending id, when this
  // sampler samples: what the draw is made from, by softmax of their logits.
  absl::StatusOr<absl::Span<const Candidate>> Candidates(
      absl::Span<const float> logits);

  const SamplingParams& params() const { return params_; }

 private:
  Sampler() = default;

  absl::Status Collect(absl::Span<const float> logits);
  void DivideByTemperature();
  void KeepTopK();
  void KeepTopP();
  void KeepMinP();

  SamplingParams params_;
  std::vector<bool> has_token_;
  std::vector<bool> seen_;
  std::vector<Candidate> candidates_;  // kept between calls for its memory
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_SAMPLER_H_
