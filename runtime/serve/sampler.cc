// See sampler.h. Sums of probabilities are kept in double: the sets that are
// kept then differ from transformers' float32 ones only where a sum lies
// within rounding of the threshold.
#include "runtime/serve/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/serve/philox.h"

namespace fathom::rt {
namespace {

// Which of equal logits transformers' top-p keeps is its sort's affair; here it
// is the lower id, as in greedy choice.
bool IsLower(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit < b.logit : a.id > b.id;
}

// A quotient of this size is right to 2^-8, since floats have 24 bits.
constexpr float kQuotientMax = 65536.0f;

float MaxLogit(absl::Span<const Candidate> candidates) {
  float max = -std::numeric_limits<float>::infinity();
  for (const Candidate& c : candidates) max = std::max(max, c.logit);
  return max;
}

// Not normalised: 1 for the largest.
double Weight(float logit, float max) {
  return std::exp(static_cast<double>(logit) - max);
}

absl::Status CheckRange(const char* name, double value, double min,
                        bool min_allowed, double max) {
  if (value <= max && (min_allowed ? value >= min : value > min)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("%s is %g, expected a number %s %g and at most %g", name,
                      value, min_allowed ? "of at least" : "above", min, max));
}

}  // namespace

absl::Status CheckSamplingParams(const SamplingParams& params) {
  FATHOM_RETURN_IF_ERROR(
      CheckRange("temperature", params.temperature, 0, false, kTemperatureMax));
  FATHOM_RETURN_IF_ERROR(CheckRange("top_k", static_cast<double>(params.top_k),
                                    0, true,
                                    std::numeric_limits<int32_t>::max()));
  FATHOM_RETURN_IF_ERROR(CheckRange("top_p", params.top_p, 0, false, 1));
  FATHOM_RETURN_IF_ERROR(CheckRange("min_p", params.min_p, 0, true, 1));
  return CheckRange("repetition_penalty", params.repetition_penalty,
                    kRepetitionPenaltyMin, true, kRepetitionPenaltyMax);
}

absl::StatusOr<Sampler> Sampler::Create(const SamplingParams& params,
                                        int32_t vocabulary_size,
                                        absl::Span<const uint8_t> has_token) {
  FATHOM_RETURN_IF_ERROR(CheckSamplingParams(params));
  if (vocabulary_size < 1) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the vocabulary has %d entries, expected at least 1", vocabulary_size));
  }
  const size_t needed_bytes = (static_cast<size_t>(vocabulary_size) + 7) / 8;
  if (!has_token.empty() && has_token.size() != needed_bytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the table of tokens has %d bytes, expected %d for a "
                        "vocabulary of %d",
                        has_token.size(), needed_bytes, vocabulary_size));
  }
  Sampler sampler;
  sampler.params_ = params;
  sampler.has_token_.assign(vocabulary_size, true);
  sampler.seen_.assign(vocabulary_size, false);
  for (int32_t id = 0; !has_token.empty() && id < vocabulary_size; ++id) {
    sampler.has_token_[id] = (has_token[id / 8] >> (id % 8) & 1) != 0;
  }
  return sampler;
}

void Sampler::Observe(int32_t id) {
  if (id >= 0 && static_cast<size_t>(id) < seen_.size()) seen_[id] = true;
}

// All tokens that have a finite logit, after the penalty.
absl::Status Sampler::Collect(absl::Span<const float> logits) {
  if (logits.size() != has_token_.size()) {
    return absl::InternalError(
        absl::StrFormat("the step returned %d logits, expected %d",
                        logits.size(), has_token_.size()));
  }
  const float penalty = params_.repetition_penalty;
  candidates_.clear();
  for (size_t id = 0; id < logits.size(); ++id) {
    float logit = logits[id];
    if (std::isnan(logit) || logit == std::numeric_limits<float>::infinity()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "the logit of token %d is %f, expected a finite number: the "
          "checkpoint's weights hold NaN, or values that overflow",
          id, logit));
    }
    if (!has_token_[id]) continue;
    if (logit == -std::numeric_limits<float>::infinity()) continue;
    if (seen_[id]) logit = logit < 0 ? logit * penalty : logit / penalty;
    // The penalty must not turn the largest into infinity.
    logit = std::clamp(logit, std::numeric_limits<float>::lowest(),
                       std::numeric_limits<float>::max());
    candidates_.push_back({static_cast<int32_t>(id), logit});
  }
  if (candidates_.empty()) {
    return absl::InvalidArgumentError(
        "no token is left to choose: the logit of each is minus infinity");
  }
  return absl::OkStatus();
}

// Where the temperature is so low that the quotients themselves would be round
// numbers, or infinite, and tie, those of the distances to the largest are
// taken: near the largest these are exact, and what is far becomes minus
// infinity, which is never drawn.
void Sampler::DivideByTemperature() {
  const float temperature = params_.temperature;
  const float max = MaxLogit(candidates_);
  const float base = std::abs(max) / temperature <= kQuotientMax ? 0.0f : max;
  for (Candidate& c : candidates_) c.logit = (c.logit - base) / temperature;
}

// Tokens as likely as the k-th stay too, as transformers has it.
void Sampler::KeepTopK() {
  if (params_.top_k == 0 ||
      static_cast<size_t>(params_.top_k) >= candidates_.size()) {
    return;
  }
  std::vector<float> logits;
  logits.reserve(candidates_.size());
  for (const Candidate& c : candidates_) logits.push_back(c.logit);
  const auto kth = logits.begin() + (params_.top_k - 1);
  std::nth_element(logits.begin(), kth, logits.end(), std::greater<float>());
  const float least = *kth;
  std::erase_if(candidates_,
                [least](const Candidate& c) { return c.logit < least; });
}

// transformers drops what has at most 1 - p of the mass up to and including
// itself; that is what has at least p above itself. Popping from a heap finds
// the few that stay without sorting a vocabulary.
void Sampler::KeepTopP() {
  if (params_.top_p >= 1.0f) return;
  const float max = MaxLogit(candidates_);
  double total = 0;
  for (const Candidate& c : candidates_) total += Weight(c.logit, max);
  const double limit = total * static_cast<double>(params_.top_p);
  std::make_heap(candidates_.begin(), candidates_.end(), IsLower);
  auto heap_end = candidates_.end();
  double above = 0;
  do {
    std::pop_heap(candidates_.begin(), heap_end, IsLower);
    --heap_end;
    above += Weight(heap_end->logit, max);
  } while (heap_end != candidates_.begin() && above < limit);
  candidates_.erase(candidates_.begin(), heap_end);
}

void Sampler::KeepMinP() {
  if (params_.min_p <= 0.0f) return;
  const float max = MaxLogit(candidates_);
  const double least = static_cast<double>(params_.min_p);
  std::erase_if(candidates_, [max, least](const Candidate& c) {
    return c.logit != max && Weight(c.logit, max) < least;
  });
}

absl::StatusOr<absl::Span<const Candidate>> Sampler::Candidates(
    absl::Span<const float> logits) {
  FATHOM_RETURN_IF_ERROR(Collect(logits));
  DivideByTemperature();
  KeepTopK();
  KeepTopP();
  KeepMinP();
  // The draw's order must not depend on how the heap left them.
  std::sort(candidates_.begin(), candidates_.end(),
            [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
  return absl::MakeConstSpan(candidates_);
}

absl::StatusOr<int32_t> Sampler::Choose(absl::Span<const float> logits,
                                        int64_t position) {
  if (!params_.sample) {
    FATHOM_RETURN_IF_ERROR(Collect(logits));
    const Candidate* best = &candidates_.front();
    for (const Candidate& c : candidates_) {
      if (c.logit > best->logit) best = &c;
    }
    return best->id;
  }
  FATHOM_RETURN_IF_ERROR(Candidates(logits).status());
  const float max = MaxLogit(candidates_);
  double total = 0;
  for (const Candidate& c : candidates_) total += Weight(c.logit, max);
  double left =
      total * UniformAt(params_.seed, static_cast<uint64_t>(position));
  // Rounding may leave a trifle after the last one with weight: it is chosen.
  int32_t chosen = candidates_.front().id;
  for (const Candidate& c : candidates_) {
    const double weight = Weight(c.logit, max);
    if (weight == 0) continue;
    chosen = c.id;
    left -= weight;
    if (left < 0) break;
  }
  return chosen;
}

}  // namespace fathom::rt
