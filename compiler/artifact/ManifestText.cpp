//===- ManifestText.cpp - Tokens and templates in the manifest ------------===//
//
// See ManifestText.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/ManifestText.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/digest.h"
#include "runtime/io/file.h"
#include "runtime/io/path_advice.h"
#include "runtime/text/template_folder.h"
#include "runtime/text/tokenizer.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_folder.h"

namespace fathom {

/// How thinking is bracketed, by the added tokens of that name.
static constexpr const char *kThinkOpen = "<think>";
static constexpr const char *kThinkClose = "</think>";

static std::vector<uint8_t> bytesOf(const std::string &text) {
  return {text.begin(), text.end()};
}

void describeGeneration(const rt::ModelConfig &config,
                        schema::ManifestT &manifest) {
  manifest.generation = std::make_unique<schema::GenerationT>();
  schema::GenerationT &to = *manifest.generation;
  const rt::GenerationDefaults &from = config.generation;
  to.sample = from.sample.value_or(false);
  to.temperature = static_cast<float>(from.temperature.value_or(1.0));
  to.top_k = static_cast<uint32_t>(from.top_k.value_or(rt::kTopKDefault));
  to.top_p = static_cast<float>(from.top_p.value_or(1.0));
  to.min_p = static_cast<float>(from.min_p.value_or(0.0));
  to.repetition_penalty =
      static_cast<float>(from.repetition_penalty.value_or(1.0));
  to.max_new_tokens = static_cast<uint32_t>(from.max_new_tokens.value_or(0));
  to.max_length = static_cast<uint32_t>(from.max_length.value_or(0));
  for (int64_t id : config.eos)
    to.eos_ids.push_back(static_cast<uint32_t>(id));
  to.bos_id = static_cast<int32_t>(config.bos.value_or(-1));
  manifest.reasoning = std::make_unique<schema::ReasoningT>();
}

void noteInput(const std::string &name, absl::string_view bytes,
               schema::ManifestT &manifest) {
  auto digest = std::make_unique<schema::DigestT>();
  digest->name = name;
  rt::Sha256Digest sha256 = rt::Sha256(bytes);
  digest->sha256.assign(sha256.begin(), sha256.end());
  manifest.provenance->inputs.push_back(std::move(digest));
}

static absl::Status describeTokenizer(const rt::Folder &folder,
                                      const rt::TokenizerFiles &files,
                                      schema::ManifestT &manifest,
                                      std::vector<std::string> &warnings) {
  FATHOM_ASSIGN_OR_RETURN(std::string tables,
                          rt::CompileTokenizer(files, folder.path()));
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<rt::Tokenizer> tokenizer,
                          rt::Tokenizer::Load(tables));
  FATHOM_ASSIGN_OR_RETURN(manifest.has_token,
                          tokenizer->HasTokenBits(static_cast<int32_t>(
                              manifest.model->vocabulary_size)));
  manifest.tokenizer = bytesOf(tables);
  const auto vocabulary = static_cast<int32_t>(manifest.model->vocabulary_size);
  if (tokenizer->id_count() > vocabulary)
    warnings.push_back(absl::StrCat(
        rt::Shown(folder.path()), ": the tokenizer adds tokens up to the id ",
        tokenizer->id_count() - 1, ", but the model has rows for 0 to ",
        vocabulary - 1, " only: prompts that hold others are refused"));
  const auto idOf = [&](absl::string_view token) {
    const int32_t id = tokenizer->FindAddedToken(token);
    return id < vocabulary ? id : -1;
  };
  manifest.reasoning->think_open_id = idOf(kThinkOpen);
  manifest.reasoning->think_close_id = idOf(kThinkClose);
  return absl::OkStatus();
}

/// Where a template has a field of its own; null where it goes to the list.
static std::vector<uint8_t> *fieldOf(const rt::ChatTemplate &chatTemplate,
                                     schema::ManifestT &manifest) {
  if (!chatTemplate.program)
    return nullptr;
  if (chatTemplate.name == "default")
    return &manifest.chat_template;
  return chatTemplate.name == "tool_use" ? &manifest.tool_template : nullptr;
}

static void describeTemplate(const rt::ChatTemplate &chatTemplate,
                             schema::ManifestT &manifest,
                             std::vector<std::string> &warnings) {
  std::vector<uint8_t> program;
  if (chatTemplate.program)
    program = bytesOf(rt::SerializeTemplate(*chatTemplate.program));
  else
    warnings.push_back(absl::StrCat(
        "the chat template '", rt::Shown(chatTemplate.name),
        "' cannot be used, 'fathom run --raw' can: ", chatTemplate.refusal));
  if (std::vector<uint8_t> *field = fieldOf(chatTemplate, manifest)) {
    *field = std::move(program);
    return;
  }
  auto entry = std::make_unique<schema::ChatTemplateT>();
  entry->name = chatTemplate.name;
  entry->program = std::move(program);
  entry->refusal = chatTemplate.refusal;
  manifest.more_templates.push_back(std::move(entry));
}

/// What `fathom chat` will lack is said now, and not at its first message.
static std::string withoutTemplate(const rt::Folder &folder) {
  return absl::StrCat(rt::Shown(folder.path()),
                      ": holds no chat template: 'fathom chat' needs one, "
                      "'fathom run --raw' does not");
}

absl::Status describeText(const std::string &path, schema::ManifestT &manifest,
                          std::vector<std::string> &warnings) {
  FATHOM_ASSIGN_OR_RETURN(rt::Folder folder, rt::Folder::Open(path));
  rt::FileNote note = [&](const std::string &name, absl::string_view bytes) {
    noteInput(name, bytes, manifest);
  };
  FATHOM_ASSIGN_OR_RETURN(rt::TokenizerFolder read,
                          rt::TokenizerFolder::Read(folder, note));
  if (!read.files().tokenizer) {
    warnings.push_back(absl::StrCat(
        rt::NoTokenizer(path).message(),
        "; without it 'fathom logits' and 'fathom bench' take the artifact, "
        "'fathom run' and 'fathom chat' do not"));
    return absl::OkStatus();
  }
  FATHOM_RETURN_IF_ERROR(
      describeTokenizer(folder, read.files(), manifest, warnings));
  absl::StatusOr<rt::ChatTemplates> templates =
      rt::LoadChatTemplates(folder, read.files(), note);
  if (absl::IsNotFound(templates.status())) {
    warnings.push_back(withoutTemplate(folder));
    return absl::OkStatus();
  }
  FATHOM_RETURN_IF_ERROR(templates.status());
  for (const rt::ChatTemplate &chatTemplate : templates->templates)
    describeTemplate(chatTemplate, manifest, warnings);
  for (const auto &[name, text] : templates->special_tokens) {
    auto entry = std::make_unique<schema::NamedTextT>();
    entry->name = name;
    entry->text = text;
    manifest.special_tokens.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

} // namespace fathom
