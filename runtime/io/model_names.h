// Names of models that are not paths: of the Hugging Face Hub, of Ollama, URLs.
#ifndef FATHOM_RUNTIME_IO_MODEL_NAMES_H_
#define FATHOM_RUNTIME_IO_MODEL_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// What to do about `path`, which leads nowhere, where it looks like the name of
// a model elsewhere: "; it looks like ...", to be put after a message, with
// `then` as the last step ("give that folder"). Empty where it does not.
std::string AdviceOnModelName(absl::string_view path, absl::string_view then);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_MODEL_NAMES_H_
