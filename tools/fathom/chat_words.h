// What people who come from ollama, llama.cpp or a shell type, and what that is
// in `fathom chat`.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_WORDS_H_
#define FATHOM_TOOLS_FATHOM_CHAT_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The command that others call `name`; `name` itself where it is none of
// theirs.
absl::string_view OurCommand(absl::string_view name);

// All the names that OurCommand() knows.
std::vector<std::string> TheirCommands();

// What to do instead of a command, or of setting something, that others have
// and Fathom does not; empty where it is none. '_' in a setting's name is as
// good as '-'.
absl::string_view InsteadOfCommand(absl::string_view name);
absl::string_view InsteadOfSetting(absl::string_view name);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_WORDS_H_
