// See neighbours.h.
#include "tools/fathom/neighbours.h"

#include <algorithm>

namespace fathom::rt {
namespace {

constexpr int64_t kPromptTokensMax = 17;

}  // namespace

Neighbours::Neighbours(int32_t count, int32_t vocabulary_size,
                       int64_t context_tokens)
    : vocabulary_size_(vocabulary_size),
      context_tokens_(context_tokens),
      sequences_(static_cast<size_t>(count)) {}

int64_t Neighbours::PromptTokens(int32_t index) const {
  return std::min((5 * int64_t{index} + 2) % kPromptTokensMax + 1,
                  context_tokens_);
}

int64_t Neighbours::step_tokens_max() const {
  int64_t sum = 0;
  for (size_t i = 0; i < sequences_.size(); ++i) {
    sum += PromptTokens(static_cast<int32_t>(i));
  }
  return sum;
}

std::vector<SequenceTokens> Neighbours::Next(Session& session) {
  std::vector<SequenceTokens> runs;
  for (size_t i = 0; i < sequences_.size(); ++i) {
    Sequence& sequence = sequences_[i];
    const auto index = static_cast<int32_t>(i);
    const bool begins =
        sequence.rounds_left == 0 || sequence.tokens == context_tokens_;
    if (begins) {
      session.Release(index + 1);
      sequence.tokens = 0;
      sequence.rounds_left = 9 + 4 * (int64_t{index} % 8);
    }
    sequence.ids.resize(begins ? PromptTokens(index) : 1);
    for (int32_t& id : sequence.ids) {
      id = next_id_ = (next_id_ + 7919) % vocabulary_size_;
    }
    runs.push_back({.slot = index + 1,
                    .ids = sequence.ids,
                    .first_position = sequence.tokens,
                    .role = begins ? FATHOM_ROLE_PROMPT : FATHOM_ROLE_GENERATED,
                    .logits = i % 2 == 0 ? Wanted::kLast : Wanted::kNone});
    sequence.tokens += static_cast<int64_t>(sequence.ids.size());
    --sequence.rounds_left;
  }
  return runs;
}

}  // namespace fathom::rt
