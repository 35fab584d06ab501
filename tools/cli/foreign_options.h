// The options of other programs (ollama, llama.cpp, vLLM, transformers, git),
// each with what to type instead.
#ifndef FATHOM_TOOLS_CLI_FOREIGN_OPTIONS_H_
#define FATHOM_TOOLS_CLI_FOREIGN_OPTIONS_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom {

// One clause, as "use '--max-tokens'", about `option`, which comes with its
// dashes and without a value; "" where nothing is known. `has_option` says
// whether the verb has an option of ours. Dashes stand where others write
// underscores.
std::string AdviceForOption(
    absl::string_view verb, absl::string_view option,
    const std::function<bool(absl::string_view)>& has_option);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_FOREIGN_OPTIONS_H_
