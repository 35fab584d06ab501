// One step of a model that holds several sequences, each in a slot of its own.
// It is all that a scheduler needs of a model.
#ifndef FATHOM_RUNTIME_SERVE_STEP_MODEL_H_
#define FATHOM_RUNTIME_SERVE_STEP_MODEL_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/base/status.h"
#include "runtime/serve/generation.h"

namespace fathom::rt {

// The tokens that one sequence has in a step.
struct SlotTokens {
  int32_t slot = 0;
  StepTokens tokens;
};

// What a step gave one sequence: the logits of its last token, empty where they
// were not wanted; or an error that is this sequence's alone. Valid until the
// next step.
using SlotLogits = absl::StatusOr<absl::Span<const float>>;

// Not thread-safe.
class StepModel {
 public:
  virtual ~StepModel() = default;

  // Runs one step of the sequences in `runs`: each has a slot of its own, and
  // all together have at most as many tokens as a step takes. A first position
  // below the tokens stepped so far takes a sequence back to there. Returns an
  // entry for each of `runs`, in their order.
  //
  // An error of the whole step leaves the sequences in `runs` undefined: they
  // have to be released, or stepped from position 0.
  virtual absl::StatusOr<std::vector<SlotLogits>> StepSlots(
      absl::Span<const SlotTokens> runs) = 0;

  // Ends the sequence in `slot`, if there is one, and frees its memory for
  // others.
  virtual void Release(int32_t slot) = 0;

  // One step of the sequence in slot 0 alone.
  SlotLogits Step(const StepTokens& tokens) {
    const SlotTokens run = {.slot = 0, .tokens = tokens};
    FATHOM_ASSIGN_OR_RETURN(std::vector<SlotLogits> logits,
                            StepSlots(absl::MakeConstSpan(&run, 1)));
    return logits[0];
  }
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_STEP_MODEL_H_
