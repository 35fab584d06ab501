// See pattern_cursor.h.
#include "runtime/text/pattern_cursor.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "runtime/base/quoting.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

absl::Status RefusePattern(absl::string_view pattern, size_t at,
                           absl::string_view found) {
  // Patterns are full of backslashes and quotes: they stay as they are.
  const auto show = [](absl::string_view text) {
    return absl::StrReplaceAll(Shown(text), {{"\\\\", "\\"}, {"\\'", "'"}});
  };
  return absl::InvalidArgumentError(absl::StrCat(
      "found ", show(found), " at byte ", at, " of the pattern '",
      show(pattern), "', expected only constructs that Fathom supports"));
}

absl::Status PatternCursor::RefuseHere(absl::string_view where) const {
  size_t length = 0;
  DecodeUtf8(pattern_, at_, &length);
  return Refuse(absl::StrCat("'", pattern_.substr(at_, length), "'", where));
}

}  // namespace fathom::rt
