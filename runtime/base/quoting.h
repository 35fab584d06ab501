// How names that came from files are shown in messages.
#ifndef FATHOM_RUNTIME_BASE_QUOTING_H_
#define FATHOM_RUNTIME_BASE_QUOTING_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The longest a shown name gets, in bytes of the original.
inline constexpr size_t kShownBytesMax = 96;
// How much of that is its end: a path's says which file it is.
inline constexpr size_t kShownEndBytes = 64;

// `name` on one line: what is not printable is escaped, see escaping.h, and
// what is longer than kShownBytesMax has "..." for its middle. No character is
// cut in two.
std::string Shown(absl::string_view name);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_QUOTING_H_
