// The verbs of other programs, each with what to type instead.
#ifndef FATHOM_TOOLS_CLI_FOREIGN_VERBS_H_
#define FATHOM_TOOLS_CLI_FOREIGN_VERBS_H_

#include "absl/strings/string_view.h"

namespace fathom {

// One clause, as "use 'fathom inspect NAME.fathom'"; "" for a word that is not
// known.
absl::string_view AdviceForVerb(absl::string_view verb);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_FOREIGN_VERBS_H_
