// See text_artifact.h.
#include "runtime/serve/text_artifact.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/serve/manifest_templates.h"

namespace fathom::rt {
namespace {

using Bytes = flatbuffers::Vector<uint8_t>;

absl::string_view View(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

absl::Status In(absl::string_view what, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(kManifestFile, ": ", what,
                                                  ": ", status.message()));
}

class StreamDecoder final : public TextDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : stream_(tokenizer) {}
  std::string Push(int32_t id) override { return stream_.Push(id); }
  std::string Finish() override { return stream_.Finish(); }

 private:
  TokenStream stream_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<TextArtifact>> TextArtifact::Load(
    const LoadOptions& options) {
  std::shared_ptr<TextArtifact> text(new TextArtifact());
  FATHOM_ASSIGN_OR_RETURN(text->loaded_, LoadArtifact(options));
  FATHOM_RETURN_IF_ERROR(text->ReadText());
  text->ReadFacts();
  return text;
}

absl::Status TextArtifact::ReadText() {
  const auto& manifest = loaded_.artifact->manifest();
  if (manifest.tokenizer() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        kManifestFile,
        ": found no tokenizer, expected one: the model was compiled without "
        "one, and only 'fathom logits' and 'fathom bench' can use it"));
  }
  auto tokenizer = Tokenizer::Load(View(*manifest.tokenizer()));
  if (!tokenizer.ok()) return In("the tokenizer", tokenizer.status());
  tokenizer_ = *std::move(tokenizer);
  FATHOM_ASSIGN_OR_RETURN(templates_, TemplatesOfManifest(manifest));
  return absl::OkStatus();
}

void TextArtifact::ReadFacts() {
  const Artifact& artifact = *loaded_.artifact;
  const auto& manifest = artifact.manifest();
  const auto& model = *manifest.model();
  facts_.name = model.name()->str();
  facts_.level = artifact.level().name()->str();
  facts_.placement = std::string(PlacementName(artifact.placement()));
  facts_.thread_count = static_cast<int32_t>(loaded_.pool->thread_count());
  facts_.vocabulary_size = static_cast<int32_t>(model.vocabulary_size());
  facts_.context_tokens = model.context_tokens();
  facts_.step_tokens_max = model.step_tokens_max();
  facts_.think_open_id = manifest.reasoning()->think_open_id();
  facts_.think_close_id = manifest.reasoning()->think_close_id();
  const auto& generation = *manifest.generation();
  for (uint32_t id : *generation.eos_ids()) {
    facts_.eos_ids.push_back(static_cast<int32_t>(id));
  }
  if (manifest.has_token() != nullptr) {
    facts_.has_token.assign(manifest.has_token()->begin(),
                            manifest.has_token()->end());
  }
  if (generation.max_new_tokens() > 0) {
    facts_.max_tokens = generation.max_new_tokens();
  }
  if (generation.max_length() > 0) {
    facts_.max_length = generation.max_length();
  }
  facts_.sampling = {.sample = generation.sample(),
                     .temperature = generation.temperature(),
                     .top_k = generation.top_k(),
                     .top_p = generation.top_p(),
                     .min_p = generation.min_p(),
                     .repetition_penalty = generation.repetition_penalty(),
                     .seed = 0};
}

absl::StatusOr<Rendered> TextArtifact::Render(
    absl::string_view request_json) const {
  if (templates_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kManifestFile,
                     ": found no chat template, expected one; without it, use "
                     "'fathom run --raw'"));
  }
  return RenderChat(
      templates_, request_json,
      {.next_message = NextMessage::kUnlessSaid, .joins_texts = true});
}

absl::StatusOr<std::vector<int32_t>> TextArtifact::EncodeRequest(
    absl::string_view request_json) const {
  FATHOM_ASSIGN_OR_RETURN(const Rendered rendered, Render(request_json));
  return tokenizer_->Encode(rendered.text, rendered.foreign);
}

absl::StatusOr<std::vector<int32_t>> TextArtifact::EncodeRaw(
    absl::string_view text) const {
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> ids, tokenizer_->Encode(text));
  const absl::Span<const int32_t> before = tokenizer_->before_ids();
  const absl::Span<const int32_t> after = tokenizer_->after_ids();
  ids.insert(ids.begin(), before.begin(), before.end());
  ids.insert(ids.end(), after.begin(), after.end());
  return ids;
}

std::unique_ptr<TextDecoder> TextArtifact::NewDecoder() const {
  return std::make_unique<StreamDecoder>(*tokenizer_);
}

}  // namespace fathom::rt
