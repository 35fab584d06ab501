// An artifact as all of its sequences share it: weights and code, the threads
// that run them, the tokenizer and the chat templates.
#ifndef FATHOM_RUNTIME_SERVE_TEXT_ARTIFACT_H_
#define FATHOM_RUNTIME_SERVE_TEXT_ARTIFACT_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/load_artifact.h"
#include "runtime/serve/text_model.h"
#include "runtime/text/chat_templates.h"
#include "runtime/text/tokenizer.h"

namespace fathom::rt {

// What it holds does not change after loading: const functions may be called
// from any thread. Steps are the exception, see step_mutex().
class TextArtifact {
 public:
  // InvalidArgument when the artifact has no tokenizer, and what
  // LoadArtifact() returns.
  static absl::StatusOr<std::shared_ptr<TextArtifact>> Load(
      const LoadOptions& options);

  // `slot_count` is 1: what sequences there are, their owners know.
  const TextModelFacts& facts() const { return facts_; }
  const Artifact& artifact() const { return *loaded_.artifact; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }

  // The text that the chat template makes of a request; see
  // TextModel::EncodeRequest().
  absl::StatusOr<Rendered> Render(absl::string_view request_json) const;
  absl::StatusOr<std::vector<int32_t>> EncodeRequest(
      absl::string_view request_json) const;
  absl::StatusOr<std::vector<int32_t>> EncodeRaw(absl::string_view text) const;
  std::unique_ptr<TextDecoder> NewDecoder() const;

  // The threads, which one step at a time may use: whoever steps a session on
  // them holds the mutex.
  ThreadPool& pool() { return *loaded_.pool; }
  std::mutex& step_mutex() { return step_mutex_; }

 private:
  TextArtifact() = default;

  absl::Status ReadText();
  void ReadFacts();

  LoadedArtifact loaded_;
  TextModelFacts facts_;
  std::unique_ptr<Tokenizer> tokenizer_;
  ChatTemplates templates_;  // none: the model has none
  std::mutex step_mutex_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_TEXT_ARTIFACT_H_
