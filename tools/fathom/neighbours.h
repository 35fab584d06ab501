// Other sequences that ride in every step, to show that they change nothing.
#ifndef FATHOM_TOOLS_FATHOM_NEIGHBOURS_H_
#define FATHOM_TOOLS_FATHOM_NEIGHBOURS_H_

#include <cstdint>
#include <vector>

#include "runtime/model/session.h"

namespace fathom::rt {

// `count` sequences of unequal lengths in the slots after the first. Each
// begins with a prompt, goes on with single generated tokens, and begins anew
// after a while, so that steps of all kinds occur.
class Neighbours {
 public:
  Neighbours(int32_t count, int32_t vocabulary_size, int64_t context_tokens);

  // The most tokens that they take of one step.
  int64_t step_tokens_max() const;

  // Their runs of the next step, valid until the one after; ends sequences in
  // `session` that begin anew.
  std::vector<SequenceTokens> Next(Session& session);

 private:
  int64_t PromptTokens(int32_t index) const;

  struct Sequence {
    int64_t tokens = 0;       // so far
    int64_t rounds_left = 0;  // until it begins anew
    std::vector<int32_t> ids;
  };

  int32_t vocabulary_size_;
  int64_t context_tokens_;
  int32_t next_id_ = 0;
  std::vector<Sequence> sequences_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_NEIGHBOURS_H_
