// Writes strings of JSON.
#ifndef FATHOM_RUNTIME_BASE_JSON_STRING_H_
#define FATHOM_RUNTIME_BASE_JSON_STRING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// Appends `text` to `json` as a JSON string, quotes included. Control
// characters, quotes and backslashes are escaped; all else is copied, so the
// result is UTF-8 where `text` is.
void AppendJsonString(absl::string_view text, std::string* json);

// `text` as a JSON string, likewise.
std::string JsonString(absl::string_view text);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_STRING_H_
