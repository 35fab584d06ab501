// See template_source.h.
#include "tools/fathom/template_source.h"

#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "runtime/io/path_advice.h"
#include "runtime/serve/manifest_templates.h"
#include "tools/fathom/manifest_source.h"

namespace fathom::rt {

absl::StatusOr<ChatTemplates> TemplatesOf(const std::string& folder) {
  auto manifest = ManifestOf(folder);
  if (absl::IsNotFound(manifest.status())) {
    const bool is_folder = Folder::Open(folder).ok();
    return is_folder ? LoadChatTemplates(folder) : NoTokenizer(folder);
  }
  if (!manifest.ok()) return manifest.status();
  FATHOM_ASSIGN_OR_RETURN(ChatTemplates templates,
                          TemplatesOfManifest(**manifest));
  if (templates.empty()) {
    return absl::InvalidArgumentError(
        "manifest.bin: found no chat template: the model has none");
  }
  return templates;
}

}  // namespace fathom::rt
