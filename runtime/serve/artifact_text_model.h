// An artifact as a TextModel: its sequences, tokenizer and chat template.
#ifndef FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_
#define FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/model/session.h"
#include "runtime/serve/load_artifact.h"
#include "runtime/serve/text_model.h"
#include "runtime/text/template_folder.h"
#include "runtime/text/tokenizer.h"

namespace fathom::rt {

// Not thread-safe.
class ArtifactTextModel final : public TextModel {
 public:
  // A TextModelLoader. InvalidArgument when the artifact has no tokenizer.
  static absl::StatusOr<std::unique_ptr<TextModel>> Load(
      const LoadOptions& options);

  const TextModelFacts& facts() const override { return facts_; }
  absl::StatusOr<std::vector<int32_t>> EncodeRequest(
      absl::string_view request_json) override;
  absl::StatusOr<std::vector<int32_t>> EncodeRaw(
      absl::string_view text) override;
  std::unique_ptr<TextDecoder> NewDecoder() override;
  // After a numerical error the sequence is empty.
  absl::StatusOr<std::vector<SlotLogits>> StepSlots(
      absl::Span<const SlotTokens> runs) override;
  void Release(int32_t slot) override { session_->Release(slot); }

 private:
  ArtifactTextModel() = default;

  absl::Status ReadText();
  void ReadFacts();

  LoadedArtifact loaded_;
  TextModelFacts facts_;
  std::unique_ptr<Tokenizer> tokenizer_;
  ChatTemplates templates_;  // none: the model has none
  std::unique_ptr<Session> session_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_
