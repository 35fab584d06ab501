// An artifact as a TextModel: one sequence, its tokenizer and chat template.
#ifndef FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_
#define FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/model/session.h"
#include "runtime/serve/load_artifact.h"
#include "runtime/serve/text_model.h"
#include "runtime/text/template.h"
#include "runtime/text/tokenizer.h"

namespace fathom::rt {

// Not thread-safe.
class ArtifactTextModel final : public TextModel {
 public:
  // A TextModelLoader. InvalidArgument when the artifact has no tokenizer.
  static absl::StatusOr<std::unique_ptr<TextModel>> Load(
      const LoadOptions& options);

  const TextModelFacts& facts() const override { return facts_; }
  absl::StatusOr<std::vector<int32_t>> EncodeChat(
      absl::Span<const ChatMessage> messages) override;
  absl::StatusOr<std::vector<int32_t>> EncodeRaw(
      absl::string_view text) override;
  std::unique_ptr<TextDecoder> NewDecoder() override;
  // After a numerical error the sequence is empty.
  absl::StatusOr<absl::Span<const float>> Step(
      const StepTokens& tokens) override;

 private:
  ArtifactTextModel() = default;

  absl::Status ReadText();
  void ReadFacts();

  LoadedArtifact loaded_;
  TextModelFacts facts_;
  std::unique_ptr<Tokenizer> tokenizer_;
  TemplateProgramPtr template_;  // null: the model has none
  std::vector<std::pair<std::string, std::string>> special_tokens_;
  std::unique_ptr<Session> session_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_ARTIFACT_TEXT_MODEL_H_
