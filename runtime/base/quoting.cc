#include "runtime/base/quoting.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fathom::rt {

std::string Shown(absl::string_view name) {
  if (name.size() <= kShownBytesMax) return absl::CHexEscape(name);
  const size_t begin = kShownBytesMax - kShownEndBytes;
  return absl::StrCat(
      absl::CHexEscape(name.substr(0, begin)), "...",
      absl::CHexEscape(name.substr(name.size() - kShownEndBytes)));
}

}  // namespace fathom::rt
