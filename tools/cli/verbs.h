// The verbs of `fathom`, and the nearest to a typo.
#ifndef FATHOM_TOOLS_CLI_VERBS_H_
#define FATHOM_TOOLS_CLI_VERBS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fathom {

struct Verb {
  absl::string_view name;
  absl::string_view summary;  // one sentence without a full stop
};

// In the order in which help lists them.
absl::Span<const Verb> Verbs();

// The verb of this name, or null.
const Verb* FindVerb(absl::string_view name);

// The verb that `name` was meant to be, or null when none is near.
const Verb* NearestVerb(absl::string_view name);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_VERBS_H_
