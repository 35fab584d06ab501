// See json_lines.h.
#include "tools/fathom/json_lines.h"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/fathom/input_file.h"
#include "tools/fathom/output.h"

namespace fathom::rt {

absl::Status AnswerLines(const LineAnswer& answer) {
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  Output output(STDOUT_FILENO);
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    const std::string where = absl::StrCat("input line ", number);
    if (number == 1) line = std::string(WithoutByteOrderMark(line));
    if (line.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          where, ": found an empty line, expected one JSON value"));
    }
    const absl::StatusOr<std::string> answered = answer(line, where);
    if (!answered.ok()) {
      const absl::string_view message = answered.status().message();
      return absl::Status(answered.status().code(),
                          absl::StartsWith(message, where)
                              ? std::string(message)
                              : absl::StrCat(where, ": ", message));
    }
    if (!output.Write(absl::StrCat(*answered, "\n"))) return output.status();
  }
  if (std::cin.bad()) {
    return absl::ResourceExhaustedError("cannot read standard input");
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
