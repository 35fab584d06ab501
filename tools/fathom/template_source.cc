// See template_source.h.
#include "tools/fathom/template_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template.h"
#include "tools/fathom/manifest_source.h"

namespace fathom::rt {
namespace {

absl::Status Add(absl::string_view name, absl::string_view bytes,
                 ChatTemplates* templates) {
  if (bytes.empty()) return absl::OkStatus();
  auto program = ParseTemplate(bytes);
  if (!program.ok()) {
    return absl::Status(
        program.status().code(),
        absl::StrCat("manifest.bin: ", program.status().message()));
  }
  templates->programs.emplace_back(std::string(name), *std::move(program));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChatTemplates> TemplatesOf(const std::string& folder) {
  auto manifest = ManifestOf(folder);
  if (absl::IsNotFound(manifest.status())) return LoadChatTemplates(folder);
  if (!manifest.ok()) return manifest.status();
  ChatTemplates templates;
  FATHOM_RETURN_IF_ERROR(
      Add("default", BytesOf((*manifest)->chat_template()), &templates));
  FATHOM_RETURN_IF_ERROR(
      Add("tool_use", BytesOf((*manifest)->tool_template()), &templates));
  if (templates.programs.empty()) {
    return absl::InvalidArgumentError(
        "manifest.bin: found no chat template: the model has none");
  }
  if ((*manifest)->special_tokens() != nullptr) {
    for (const auto* token : *(*manifest)->special_tokens()) {
      templates.special_tokens.emplace_back(token->name()->str(),
                                            token->text()->str());
    }
  }
  return templates;
}

}  // namespace fathom::rt
