// Programs that read JSON on standard input, one value a line, and answer each
// with one line.
#ifndef FATHOM_TOOLS_FATHOM_JSON_LINES_H_
#define FATHOM_TOOLS_FATHOM_JSON_LINES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// Answers a line, which is called `where` in errors.
using LineAnswer = std::function<absl::StatusOr<std::string>(
    absl::string_view line, absl::string_view where)>;

// Answers each line of standard input by `answer` on standard output, until one
// fails. As many lines come out as go in: an empty line is refused. Cancelled
// where the reader has closed the pipe.
absl::Status AnswerLines(const LineAnswer& answer);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_JSON_LINES_H_
