// Writes text to a file descriptor at once, and knows when the reader is gone.
#ifndef FATHOM_TOOLS_FATHOM_OUTPUT_H_
#define FATHOM_TOOLS_FATHOM_OUTPUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// Not thread-safe. SIGPIPE has to be ignored.
class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}

  // False when the text cannot be written; status() then says why.
  bool Write(absl::string_view text);

  // Cancelled when the reader has closed the pipe; ResourceExhausted when the
  // disk is full or the like.
  const absl::Status& status() const { return status_; }

 private:
  int descriptor_;
  absl::Status status_;
};

// `text` with control characters replaced by spaces: a message on one line.
std::string OneLine(absl::string_view text);

// `text` with what steers a terminal (control characters but for line breaks
// and tabs, those beyond ASCII too) replaced by U+FFFD. `text` is UTF-8.
std::string ForTerminal(absl::string_view text);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_OUTPUT_H_
