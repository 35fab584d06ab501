// Oniguruma's patterns, as tokenizer.json holds them, in PCRE2's syntax.
#ifndef FATHOM_RUNTIME_TEXT_PATTERN_SYNTAX_H_
#define FATHOM_RUNTIME_TEXT_PATTERN_SYNTAX_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// Where the two engines differ, the pattern is rewritten. InvalidArgument for
// what is not known to mean the same in both, with its place.
absl::StatusOr<std::string> TranslatePattern(absl::string_view oniguruma);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PATTERN_SYNTAX_H_
