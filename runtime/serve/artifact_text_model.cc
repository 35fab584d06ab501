// See artifact_text_model.h.
#include "runtime/serve/artifact_text_model.h"

#include <mutex>
#include <utility>

#include "runtime/base/status.h"
#include "runtime/serve/slot_count.h"

namespace fathom::rt {

absl::StatusOr<std::unique_ptr<TextModel>> ArtifactTextModel::Load(
    const LoadOptions& options) {
  FATHOM_ASSIGN_OR_RETURN(std::shared_ptr<TextArtifact> text,
                          TextArtifact::Load(options));
  return Create(std::move(text), options.slot_count);
}

absl::StatusOr<std::unique_ptr<TextModel>> ArtifactTextModel::Create(
    std::shared_ptr<TextArtifact> text, int32_t slot_count) {
  std::unique_ptr<ArtifactTextModel> model(new ArtifactTextModel());
  model->text_ = std::move(text);
  model->facts_ = model->text_->facts();
  const Artifact& artifact = model->text_->artifact();
  if (slot_count == 0) {
    slot_count =
        DefaultSlotCount(SlotBytes(artifact.manifest()),
                         model->facts_.step_tokens_max, AvailableMemory());
  }
  model->facts_.slot_count = slot_count;
  SessionOptions options;
  options.slot_count = slot_count;
  FATHOM_ASSIGN_OR_RETURN(
      model->session_,
      Session::Create(artifact, model->text_->pool(), options));
  return model;
}

absl::StatusOr<std::vector<SlotLogits>> ArtifactTextModel::StepSlots(
    absl::Span<const SlotTokens> runs) {
  std::vector<SequenceTokens> sequences;
  sequences.reserve(runs.size());
  for (const SlotTokens& run : runs) {
    sequences.push_back(
        {.slot = run.slot,
         .ids = run.tokens.ids,
         .first_position = run.tokens.first_position,
         .role = run.tokens.role,
         .logits = run.tokens.wants_logits ? Wanted::kLast : Wanted::kNone});
  }
  std::lock_guard<std::mutex> lock(text_->step_mutex());
  FATHOM_ASSIGN_OR_RETURN(const StepResult result, session_->Step(sequences));
  std::vector<SlotLogits> logits;
  logits.reserve(runs.size());
  int64_t row = 0;
  for (const SlotTokens& run : runs) {
    if (!run.tokens.wants_logits) {
      logits.emplace_back(absl::Span<const float>());
      continue;
    }
    logits.push_back(result.Row(row++));
    if (!logits.back().ok()) session_->Release(run.slot);
  }
  return logits;
}

}  // namespace fathom::rt
