// Writes a text that was asked for, such as help, before a program ends.
#ifndef FATHOM_TOOLS_CLI_PRINT_H_
#define FATHOM_TOOLS_CLI_PRINT_H_

#include "absl/strings/string_view.h"

namespace fathom {

// Writes `text` to standard output for `program`. Returns the exit code: 0,
// also when the reader has closed the pipe; 3 after one line on standard error
// when it cannot be written. Ignores SIGPIPE from then on.
int PrintToStdout(absl::string_view program, absl::string_view text);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_PRINT_H_
