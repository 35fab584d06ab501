// See json_raw.h. The text is known to be JSON: it is enough to tell strings
// from what lies between them, and to count brackets there.
#include "runtime/base/json_raw.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace fathom::rt {
namespace {

// After the string that begins with the quote at `at`.
size_t AfterString(absl::string_view json, size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

}  // namespace

std::vector<absl::string_view> JsonRawValues(absl::string_view json) {
  std::vector<absl::string_view> values;
  size_t begin = 0;
  int depth = 0;
  auto end_value = [&](size_t end) {
    const absl::string_view value =
        absl::StripAsciiWhitespace(json.substr(begin, end - begin));
    if (!value.empty()) values.push_back(value);
  };
  for (size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = AfterString(json, at);
      continue;
    }
    if (c == '[' || c == '{') {
      // Of an object the colon after a key begins the value anew.
      if (++depth == 1) begin = at + 1;
    } else if (c == ']' || c == '}') {
      if (depth-- == 1) end_value(at);
    } else if (depth == 1 && c == ',') {
      end_value(at);
      begin = at + 1;
    } else if (depth == 1 && c == ':') {
      begin = at + 1;
    }
    ++at;
  }
  return values;
}

}  // namespace fathom::rt
