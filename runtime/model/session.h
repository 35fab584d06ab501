// Sequences of one model: their caches in pages, and the steps that extend
// them.
#ifndef FATHOM_RUNTIME_MODEL_SESSION_H_
#define FATHOM_RUNTIME_MODEL_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/abi/step.h"
#include "runtime/device/thread_pool.h"
#include "runtime/io/artifact_files.h"
#include "runtime/model/artifact.h"
#include "runtime/model/page_allocator.h"

namespace fathom::rt {

struct SessionOptions {
  int32_t slot_count = 1;
  int64_t slot_tokens = 0;               // 0: the artifact's context
  std::optional<uint64_t> shuffle_seed;  // deal the pages in another order
  bool hidden = false;                   // steps give hidden rows, too
};

// Which tokens of a run ask for logits.
enum class Wanted { kNone, kLast, kAll };

// Consecutive tokens of one sequence.
struct SequenceTokens {
  int32_t slot = 0;
  absl::Span<const int32_t> ids;
  int64_t first_position = 0;  // how many tokens of the sequence lie before
  int64_t rotary_shift = 0;    // added to the positions that angles are from
  int32_t role = FATHOM_ROLE_PROMPT;
  Wanted logits = Wanted::kLast;
};

// What a step gave; valid until the session's next step, hidden rows until the
// next one of the whole model.
struct StepResult {
  int64_t row_count = 0;  // tokens that asked for logits
  int64_t token_count = 0;
  absl::Span<const float> logits;      // [row_count, vocabulary]
  absl::Span<const float> hidden;      // [row_count, hidden size], or empty
  absl::Span<const int32_t> experts;   // [expert layers, tokens, k], ascending
  std::vector<absl::Status> failures;  // of the rows; empty where all are good

  // The logits of a row, or DataLoss where they hold a NaN or an infinity:
  // that is the sequence's error alone.
  absl::StatusOr<absl::Span<const float>> Row(int64_t row) const;
};

// One thread at a time. Artifact and pool must outlive it.
class Session {
 public:
  static absl::StatusOr<std::unique_ptr<Session>> Create(
      const Artifact& artifact, ThreadPool& pool,
      const SessionOptions& options);

  // Runs one step over all of `runs`, which lie in it in their order. A first
  // position below the tokens stepped so far takes the sequence back to there.
  //
  // Refuses, without a step: ids outside of the vocabulary, more tokens than a
  // step takes (InvalidArgument), a sequence beyond the context, or positions
  // left out (OutOfRange).
  absl::StatusOr<StepResult> Step(absl::Span<const SequenceTokens> runs);

  // The step of the layer that predicts a further token, after one of the whole
  // model: `ids` are each token's next one, and row i of `hidden` is what the
  // model gave for the token before the i-th. Logits are for the tokens after
  // `ids`. Sequences stay as long as they are.
  //
  // Refuses what Step() refuses, tokens that were not stepped (OutOfRange), and
  // an artifact without such a layer (InvalidArgument).
  absl::StatusOr<StepResult> PredictFurther(
      absl::Span<const SequenceTokens> runs, absl::Span<const float> hidden);

  // Ends the sequence of `slot`; its pages go back.
  void Release(int32_t slot);

  int64_t step_tokens_max() const;
  // Steps run so far.
  int64_t step_count() const { return step_count_; }
  // Of the sequence in `slot`.
  int64_t TokenCount(int32_t slot) const { return token_counts_[slot]; }

 private:
  Session(const Artifact& artifact, ThreadPool& pool, PageAllocator pages)
      : artifact_(artifact), pool_(pool), pages_(std::move(pages)) {}

  absl::Status Allocate(int32_t slot_count);
  absl::Status Check(absl::Span<const SequenceTokens> runs) const;
  absl::Status Reserve(absl::Span<const SequenceTokens> runs);
  void ClearSpoiledPages();
  void Fill(absl::Span<const SequenceTokens> runs);
  absl::Status Grow(OwnedMapping& mapping, uint64_t items, const char* what);
  FathomStep Context();
  // Enters `step` with what was filled in; `expert_layers` of it tell choices.
  absl::StatusOr<StepResult> Enter(FathomStepFunction step, uint32_t phases,
                                   uint64_t expert_layers,
                                   const float* hidden_in);
  // Where logits are no numbers: the rows' failures, the sequences spoiled.
  void CheckRows(StepResult& result);

  const Artifact& artifact_;
  ThreadPool& pool_;
  bool gives_hidden_ = false;
  PageAllocator pages_;
  std::vector<int64_t> token_counts_;  // of each slot
  std::vector<bool> spoiled_;          // slots that may hold NaN
  int64_t step_count_ = 0;

  std::vector<OwnedMapping> caches_;
  std::vector<void*> cache_pointers_;
  std::vector<const int32_t*> page_tables_;
  OwnedMapping arena_;
  OwnedMapping logits_;
  OwnedMapping hidden_;
  OwnedMapping experts_;

  // Of the step under way.
  std::vector<int32_t> ids_, positions_, slots_, logit_tokens_;
  std::vector<FathomRun> runs_;
  alignas(64) uint64_t barrier_ = 0;  // the last: alone on its line
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_MODEL_SESSION_H_
