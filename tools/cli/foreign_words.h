// What people type who know other programs: verbs and options that Fathom does
// not have, each with what to type instead.
#ifndef FATHOM_TOOLS_CLI_FOREIGN_WORDS_H_
#define FATHOM_TOOLS_CLI_FOREIGN_WORDS_H_

#include "absl/strings/string_view.h"

namespace fathom {

// One clause, as "use 'fathom inspect NAME.fathom'"; "" for a word that is not
// known.
absl::string_view AdviceForVerb(absl::string_view verb);

// The same for an option, with its dashes and without a value.
absl::string_view AdviceForOption(absl::string_view option);

// What Fathom calls an option that has another name elsewhere, or "". Dashes
// stand where others write underscores. A verb need not have it.
absl::string_view SynonymOfOption(absl::string_view option);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_FOREIGN_WORDS_H_
