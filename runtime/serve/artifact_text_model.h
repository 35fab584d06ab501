// Sequences of an artifact, as a TextModel.
#ifndef FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_
#define FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/model/session.h"
#include "runtime/serve/text_artifact.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

// Not thread-safe; several on one artifact may be used by a thread each.
class ArtifactTextModel final : public TextModel {
 public:
  // A TextModelLoader. What TextArtifact::Load() returns, and Create().
  static absl::StatusOr<std::unique_ptr<TextModel>> Load(
      const LoadOptions& options);

  // `slot_count` as in LoadOptions. ResourceExhausted when there is no memory
  // for the sequences.
  static absl::StatusOr<std::unique_ptr<TextModel>> Create(
      std::shared_ptr<TextArtifact> text, int32_t slot_count);

  const TextModelFacts& facts() const override { return facts_; }
  absl::StatusOr<std::vector<int32_t>> EncodeRequest(
      absl::string_view request_json) override {
    return text_->EncodeRequest(request_json);
  }
  absl::StatusOr<std::vector<int32_t>> EncodeRaw(
      absl::string_view text) override {
    return text_->EncodeRaw(text);
  }
  std::unique_ptr<TextDecoder> NewDecoder() override {
    return text_->NewDecoder();
  }
  // After a numerical error the sequence is empty.
  absl::StatusOr<std::vector<SlotLogits>> StepSlots(
      absl::Span<const SlotTokens> runs) override;
  void Release(int32_t slot) override { session_->Release(slot); }

 private:
  ArtifactTextModel() = default;

  std::shared_ptr<TextArtifact> text_;
  TextModelFacts facts_;  // the artifact's, with this model's slots
  std::unique_ptr<Session> session_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_
