// A place in a split pattern, for its readers.
#ifndef FATHOM_RUNTIME_TEXT_PATTERN_CURSOR_H_
#define FATHOM_RUNTIME_TEXT_PATTERN_CURSOR_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// InvalidArgument: `found` stands at byte `at` of the pattern, and Fathom does
// not support it.
absl::Status RefusePattern(absl::string_view pattern, size_t at,
                           absl::string_view found);

class PatternCursor {
 protected:
  explicit PatternCursor(absl::string_view pattern, size_t at = 0)
      : pattern_(pattern), at_(at) {}

  // The byte so many after this one, or 0 after the end.
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }

  absl::Status Refuse(absl::string_view found) const {
    return RefusePattern(pattern_, at_, found);
  }

  // The character that stands here; `where` follows it in the message.
  absl::Status RefuseHere(absl::string_view where = "") const;

  absl::string_view pattern_;
  size_t at_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PATTERN_CURSOR_H_
