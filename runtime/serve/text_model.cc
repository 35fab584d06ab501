#include "runtime/serve/text_model.h"

#include "runtime/base/json_string.h"

namespace fathom::rt {

std::string ChatRequestJson(absl::Span<const ChatMessage> messages) {
  std::string json = "{\"messages\":[";
  bool first = true;
  for (const ChatMessage& message : messages) {
    json += first ? "{\"role\":" : ",{\"role\":";
    first = false;
    AppendJsonString(message.role, &json);
    json += ",\"content\":";
    AppendJsonString(message.content, &json);
    json += '}';
  }
  return json + "]}";
}

}  // namespace fathom::rt
