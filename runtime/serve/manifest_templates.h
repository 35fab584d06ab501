// The chat templates of an artifact.
#ifndef FATHOM_RUNTIME_SERVE_MANIFEST_TEMPLATES_H_
#define FATHOM_RUNTIME_SERVE_MANIFEST_TEMPLATES_H_

#include "absl/status/statusor.h"
#include "runtime/schema/manifest_generated.h"
#include "runtime/text/chat_templates.h"

namespace fathom::rt {

// The templates and special tokens that `manifest` holds; without templates
// where the model has none. InvalidArgument when one is damaged.
absl::StatusOr<ChatTemplates> TemplatesOfManifest(
    const schema::Manifest& manifest);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_MANIFEST_TEMPLATES_H_
