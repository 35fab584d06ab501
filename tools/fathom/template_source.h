// Where `fathom template` takes chat templates from.
#ifndef FATHOM_TOOLS_FATHOM_TEMPLATE_SOURCE_H_
#define FATHOM_TOOLS_FATHOM_TEMPLATE_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "runtime/text/template_folder.h"

namespace fathom::rt {

// Of an artifact (a folder with a manifest.bin) the compiled ones; of another
// folder those of its tokenizer's files.
absl::StatusOr<ChatTemplates> TemplatesOf(const std::string& folder);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_TEMPLATE_SOURCE_H_
