#include "runtime/base/json_string.h"

#include "absl/strings/str_format.h"

namespace fathom::rt {

void AppendJsonString(absl::string_view text, std::string* json) {
  *json += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      *json += {'\\', c};
    } else if (c == '\n') {
      *json += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(json, "\\u%04x", c);
    } else {
      *json += c;
    }
  }
  *json += '"';
}

std::string JsonString(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

}  // namespace fathom::rt
