// Character classes of Oniguruma in PCRE2's syntax: [a-z[^\s]&&\p{Han}].
#ifndef FATHOM_RUNTIME_TEXT_PATTERN_CLASS_H_
#define FATHOM_RUNTIME_TEXT_PATTERN_CLASS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// An escape that stands for one character or for a set of them.
struct PatternEscape {
  bool is_character = false;
  std::string text;  // in PCRE2's syntax; may stand in brackets
};

// Reads the escape at `*at`, a backslash, and moves `*at` past it.
absl::StatusOr<PatternEscape> ReadEscape(absl::string_view pattern, size_t* at);

// So many bytes of a pattern may be classes whose set has to be computed.
inline constexpr size_t kComputedBytesMax = 4096;

// Reads the class at `*at`, a '[', and moves `*at` past it. What it returns is
// one class of PCRE2, whatever the nesting, so that repeating it takes neither
// stack nor more steps than a character. Adds to `*computed_bytes`, of which a
// pattern has one, what counts towards kComputedBytesMax.
absl::StatusOr<std::string> ReadClass(absl::string_view pattern, size_t* at,
                                      size_t* computed_bytes);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PATTERN_CLASS_H_
