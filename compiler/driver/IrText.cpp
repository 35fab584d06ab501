//===- IrText.cpp - Text that may be given to MLIR's parser ---------------===//
//
// Knows comments, strings and brackets, and nothing else of the language.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/IrText.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"

namespace fathom {

/// The end of the string that begins at `at`, or of its line where it is open.
static size_t endOfString(absl::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"' && text[at] != '\n'; ++at)
    if (text[at] == '\\')
      ++at;
  return std::min(at, text.size());
}

absl::Status checkIrText(absl::string_view text, const std::string &name) {
  auto bad = [&](const std::string &what) {
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s': found %s", rt::Shown(name), what));
  };
  if (text.size() > kIrBytesMax)
    return bad(absl::StrFormat("%d bytes, expected at most %d", text.size(),
                               kIrBytesMax));
  int depth = 0, minuses = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\0')
      return bad(absl::StrFormat("a NUL at byte %d, expected text", i));
    if (c == ' ')
      continue;
    minuses = c == '-' && next != '>' ? minuses + 1 : 0;
    if (minuses > kIrMinusMax)
      return bad(absl::StrFormat("more than %d minus signs in a row at byte "
                                 "%d, expected an expression",
                                 kIrMinusMax, i));
    if (c == '"') {
      i = endOfString(text, i);
    } else if (c == '/' && next == '/') {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '-' && next == '>') {
      ++i;
    } else if (c == '(' || c == '[' || c == '{' || c == '<') {
      if (++depth > kIrDepthMax)
        return bad(absl::StrFormat("brackets %d deep at byte %d, expected at "
                                   "most %d",
                                   depth, i, kIrDepthMax));
    } else if (c == ')' || c == ']' || c == '}' || c == '>') {
      depth = std::max(depth - 1, 0);
    }
  }
  return absl::OkStatus();
}

} // namespace fathom
