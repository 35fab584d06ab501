// The user's own editor, on a text.
#ifndef FATHOM_TOOLS_FATHOM_TEXT_EDITOR_H_
#define FATHOM_TOOLS_FATHOM_TEXT_EDITOR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// Opens `text` in $VISUAL, $EDITOR or what the system calls its editor, waits
// until that ends, and returns the text as it was saved, without the line break
// at its end. The text lies in a file that only the user can read, and that is
// gone afterwards. An error where the editor cannot be run or says that it
// failed, or the text has more than `bytes_max` bytes.
//
// The terminal has to be as the editor expects it. While the editor runs,
// SIGINT and SIGQUIT are its alone.
absl::StatusOr<std::string> EditText(absl::string_view text, size_t bytes_max);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_TEXT_EDITOR_H_
