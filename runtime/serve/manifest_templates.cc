#include "runtime/serve/manifest_templates.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/artifact_files.h"

namespace fathom::rt {
namespace {

absl::Status Add(absl::string_view name,
                 const flatbuffers::Vector<uint8_t>* bytes,
                 ChatTemplates* templates) {
  if (bytes == nullptr || bytes->size() == 0) return absl::OkStatus();
  auto program = ParseTemplate(
      {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!program.ok()) {
    return absl::Status(
        program.status().code(),
        absl::StrCat(kManifestFile, ": the chat template '", Shown(name),
                     "': ", program.status().message()));
  }
  templates->templates.push_back(
      {std::string(name), *std::move(program), /*refusal=*/""});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChatTemplates> TemplatesOfManifest(
    const schema::Manifest& manifest) {
  ChatTemplates templates;
  FATHOM_RETURN_IF_ERROR(Add("default", manifest.chat_template(), &templates));
  FATHOM_RETURN_IF_ERROR(Add("tool_use", manifest.tool_template(), &templates));
  if (manifest.more_templates() != nullptr) {
    for (const auto* more : *manifest.more_templates()) {
      if (more->refusal() == nullptr) {
        FATHOM_RETURN_IF_ERROR(
            Add(more->name()->str(), more->program(), &templates));
      } else {
        templates.templates.push_back(
            {more->name()->str(), nullptr, more->refusal()->str()});
      }
    }
  }
  if (manifest.special_tokens() != nullptr) {
    for (const auto* token : *manifest.special_tokens()) {
      templates.special_tokens.emplace_back(token->name()->str(),
                                            token->text()->str());
    }
  }
  return templates;
}

}  // namespace fathom::rt
