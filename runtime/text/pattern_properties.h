// Unicode's properties as patterns name them, and the code points that have
// them.
#ifndef FATHOM_RUNTIME_TEXT_PATTERN_PROPERTIES_H_
#define FATHOM_RUNTIME_TEXT_PATTERN_PROPERTIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/text/code_point_set.h"

namespace fathom::rt {

// PCRE2's name of the property that Oniguruma knows as `name`, as in \p{name}:
// case, spaces, hyphens and underscores do not matter. Empty where the two
// engines would differ on some code point, or where there is none.
absl::string_view FindProperty(absl::string_view name);

// What Oniguruma may have between the brackets of a class for one of POSIX's
// names, such as "xdigit"; empty where it is unknown or would differ.
absl::string_view FindPosixClass(absl::string_view name);

// The code points that have a property, by PCRE2's name. The sets live for as
// long as the process; each is made once.
const CodePointSet& PropertySet(absl::string_view name);

// The general categories: each code point has one.
struct Category {
  std::string name;
  CodePointSet set;
};
const std::vector<Category>& Categories();

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PATTERN_PROPERTIES_H_
