// See bench_subject.h.
#include "tools/fathom/bench_subject.h"

#include <vector>

#include "runtime/base/status.h"

namespace fathom::rt {

absl::Status Subject::Prompt(int64_t tokens) {
  std::vector<int32_t> ids(static_cast<size_t>(tokens));
  for (int32_t& id : ids) id = NextId();
  const absl::Span<const int32_t> all = ids;
  const int64_t chunk = session_.step_tokens_max();
  for (int64_t at = 0; at < tokens; at += chunk) {
    const bool last = at + chunk >= tokens;
    FATHOM_RETURN_IF_ERROR(
        Step(all.subspan(at, chunk), at, FATHOM_ROLE_PROMPT, last));
  }
  return absl::OkStatus();
}

absl::Status Subject::Decode(int64_t position) {
  const int32_t id = NextId();
  return Step({&id, 1}, position, FATHOM_ROLE_GENERATED, true);
}

int32_t Subject::NextId() {
  next_id_ = (next_id_ + 7919) % vocabulary_size_;
  return static_cast<int32_t>(next_id_);
}

absl::Status Subject::Step(absl::Span<const int32_t> ids, int64_t position,
                           int32_t role, bool wants_logits) {
  FATHOM_ASSIGN_OR_RETURN(
      const StepResult result,
      session_.Step(
          {{.slot = 0,
            .ids = ids,
            .first_position = position,
            .rotary_shift = 0,
            .role = role,
            .logits = wants_logits ? Wanted::kLast : Wanted::kNone}}));
  return wants_logits ? result.Row(0).status() : absl::OkStatus();
}

}  // namespace fathom::rt
