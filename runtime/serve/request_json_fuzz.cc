// Any bytes, as a request: refused, or read to a request whose parts are JSON
// again and say what they said.
#include <cstdint>

#include "absl/strings/match.h"
#include "runtime/base/json.h"
#include "runtime/serve/request_json.h"

namespace {

// A list that nests as deep as it may is too deep inside an object: that is
// refused where it is used.
void CheckJson(const std::string& text) {
  auto document = fathom::rt::JsonDocument::Parse(text, "part");
  if (!document.ok() &&
      absl::StrContains(document.status().message(), "not JSON")) {
    __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto request = fathom::rt::ParseRequest(bytes, "request");
  if (!request.ok()) {
    if (request.status().code() != absl::StatusCode::kInvalidArgument) {
      __builtin_trap();
    }
    return 0;
  }
  if (request->prompt.has_value() == request->conversation_json.has_value()) {
    __builtin_trap();
  }
  if (!request->id_json.empty()) CheckJson(request->id_json);
  if (request->conversation_json) CheckJson(*request->conversation_json);
  fathom::rt::AskSettings settings;
  (void)fathom::rt::ApplyOverrides(request->overrides, &settings);
  return 0;
}
