// The sequence that `fathom bench` steps: its tokens are arbitrary.
#ifndef FATHOM_TOOLS_FATHOM_BENCH_SUBJECT_H_
#define FATHOM_TOOLS_FATHOM_BENCH_SUBJECT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "runtime/model/session.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

// The session must outlive it.
class Subject {
 public:
  Subject(Session& session, const fathom::schema::Model& model)
      : session_(session), vocabulary_size_(model.vocabulary_size()) {}

  // A prompt of `tokens` from position 0 on; its last logits are computed.
  absl::Status Prompt(int64_t tokens);

  // One generated token at `position`.
  absl::Status Decode(int64_t position);

 private:
  int32_t NextId();
  absl::Status Step(absl::Span<const int32_t> ids, int64_t position,
                    int32_t role, bool wants_logits);

  Session& session_;
  uint32_t vocabulary_size_;
  uint32_t next_id_ = 1;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_BENCH_SUBJECT_H_
