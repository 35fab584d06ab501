// The name that a mistyped word was meant to be.
#ifndef FATHOM_TOOLS_CLI_NEAREST_H_
#define FATHOM_TOOLS_CLI_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fathom {

// The first of `names` with the fewest insertions, deletions, replacements and
// swaps of neighbours from `word`; "" where none is near.
std::string Nearest(absl::string_view word,
                    const std::vector<std::string>& names);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_NEAREST_H_
