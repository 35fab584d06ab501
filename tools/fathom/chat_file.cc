// See chat_file.h.
#include "tools/fathom/chat_file.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "runtime/base/json.h"
#include "runtime/base/json_string.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

// Thinking goes by these names in others' files; ours is the first.
constexpr absl::string_view kThinkingKeys[] = {"thinking", "reasoning_content",
                                               "reasoning"};
// Keys of a message that say nothing about its text.
constexpr absl::string_view kHarmlessKeys[] = {"id", "name", "model",
                                               "timestamp", "created_at"};
// Beside the messages; what they offer to the model is not offered here.
constexpr absl::string_view kRefusedKeys[] = {"tools", "functions",
                                              "response_format"};

struct Role {
  absl::string_view written, role;
};
constexpr Role kRoles[] = {{"system", "system"},
                           {"developer", "system"},
                           {"user", "user"},
                           {"assistant", "assistant"}};

bool Has(absl::Span<const absl::string_view> keys, absl::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// "0.6" is, ".5" and "1e" are not.
bool IsJsonNumber(absl::string_view text) {
  const auto document = JsonDocument::Parse(text, "");
  return document.ok() && document->root().AsNumber().ok();
}

// Whether a value says as much as its absence.
bool IsEmpty(const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull: return true;
    case JsonValue::Kind::kString: return value.AsString()->empty();
    case JsonValue::Kind::kArray: return value.AsArray()->empty();
    case JsonValue::Kind::kObject: return value.AsObject()->empty();
    default: return false;
  }
}

absl::StatusOr<std::string> Content(const JsonValue& value) {
  if (value.IsNull()) return "";
  if (value.kind() != JsonValue::Kind::kArray) {
    FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, value.AsString());
    return std::string(text);
  }
  FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonValue> parts, value.AsArray());
  // One after another on lines of their own, as templates get them that take
  // only strings.
  std::string content;
  for (const JsonValue& part : parts) {
    FATHOM_ASSIGN_OR_RETURN(const JsonValue type, part.Get("type"));
    FATHOM_ASSIGN_OR_RETURN(const absl::string_view name, type.AsString());
    if (name != "text") return type.Expected("'text': a chat holds text only");
    FATHOM_ASSIGN_OR_RETURN(const JsonValue text, part.Get("text"));
    FATHOM_ASSIGN_OR_RETURN(const absl::string_view bytes, text.AsString());
    if (&part != &parts.front()) content += '\n';
    content.append(bytes.data(), bytes.size());
  }
  return content;
}

absl::StatusOr<ChatTurn> ReadTurn(const JsonValue& value) {
  ChatTurn turn;
  FATHOM_ASSIGN_OR_RETURN(const JsonValue role, value.Get("role"));
  FATHOM_ASSIGN_OR_RETURN(const absl::string_view written, role.AsString());
  for (const Role& known : kRoles) {
    if (known.written == written) turn.message.role = std::string(known.role);
  }
  if (turn.message.role.empty()) {
    return role.Expected("'system', 'user' or 'assistant'");
  }
  FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                          value.AsObject());
  for (const auto& [key, member] : members) {
    if (key == "role" || Has(kHarmlessKeys, key)) continue;
    if (key == "content") {
      FATHOM_ASSIGN_OR_RETURN(turn.message.content, Content(member));
    } else if (IsEmpty(member)) {
      continue;
    } else if (Has(kThinkingKeys, key)) {
      FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, member.AsString());
      if (turn.message.role != "assistant") {
        return member.Expected("none: only the assistant thinks");
      }
      turn.thinking = std::string(text);
    } else {
      return member.Expected("none: a chat holds text only");
    }
  }
  return turn;
}

absl::Status ReadSettings(const JsonValue& value, ChatFile* file) {
  FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                          value.AsObject());
  for (const auto& [key, member] : members) {
    if (key == "stop") {
      FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonValue> stops,
                              member.AsArray());
      for (const JsonValue& stop : stops) {
        FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, stop.AsString());
        file->stops.emplace_back(text);
      }
      continue;
    }
    std::string text;
    if (member.kind() == JsonValue::Kind::kString) {
      FATHOM_ASSIGN_OR_RETURN(const absl::string_view bytes, member.AsString());
      text = std::string(bytes);
    } else if (member.kind() == JsonValue::Kind::kInteger) {
      FATHOM_ASSIGN_OR_RETURN(const int64_t number,
                              member.AsInteger(INT64_MIN, INT64_MAX));
      text = absl::StrCat(number);
    } else {
      FATHOM_ASSIGN_OR_RETURN(const double number, member.AsNumber());
      text = absl::StrFormat("%.9g", number);
    }
    file->settings.emplace_back(std::string(key), std::move(text));
  }
  return absl::OkStatus();
}

absl::Status ReadMessages(const JsonValue& messages, ChatFile* file) {
  FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonValue> values,
                          messages.AsArray());
  if (values.size() > kChatMessagesMax) {
    return messages.Expected(
        absl::StrCat("at most ", kChatMessagesMax, " messages"));
  }
  for (const JsonValue& value : values) {
    FATHOM_ASSIGN_OR_RETURN(ChatTurn turn, ReadTurn(value));
    if (turn.message.role != "system") {
      file->turns.push_back(std::move(turn));
    } else if (file->turns.empty() && file->system.empty()) {
      file->system = std::move(turn.message.content);
    } else {
      return value.Expected("one system message, at the beginning");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string WriteChatFile(const ChatFile& file) {
  std::string json = "{";
  if (!file.settings.empty() || !file.stops.empty()) {
    json += "\"settings\": {";
    absl::string_view comma;
    for (const auto& [name, value] : file.settings) {
      absl::StrAppend(&json, comma, JsonString(name), ": ",
                      IsJsonNumber(value) ? value : JsonString(value));
      comma = ", ";
    }
    if (!file.stops.empty()) {
      absl::StrAppend(
          &json, comma, "\"stop\": [",
          absl::StrJoin(file.stops, ", ",
                        [](std::string* out, absl::string_view stop) {
                          *out += JsonString(stop);
                        }),
          "]");
    }
    json += "},\n ";
  }
  json += "\"messages\": [";
  absl::string_view separator = "\n";
  const auto add = [&](const ChatMessage& message, absl::string_view thinking) {
    absl::StrAppend(&json, separator, "{\"role\": ", JsonString(message.role));
    if (!thinking.empty()) {
      absl::StrAppend(&json, ", \"thinking\": ", JsonString(thinking));
    }
    absl::StrAppend(&json, ", \"content\": ", JsonString(message.content), "}");
    separator = ",\n";
  };
  if (!file.system.empty()) add({"system", file.system}, "");
  for (const ChatTurn& turn : file.turns) add(turn.message, turn.thinking);
  return json + "\n]}\n";
}

absl::StatusOr<ChatFile> ReadChatFile(absl::string_view json,
                                      absl::string_view what) {
  ChatFile file;
  FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                          JsonDocument::Parse(json, what));
  const JsonValue root = document.root();
  if (root.kind() == JsonValue::Kind::kArray) {
    FATHOM_RETURN_IF_ERROR(ReadMessages(root, &file));
    return file;
  }
  FATHOM_ASSIGN_OR_RETURN(const JsonValue messages,
                          root.Get("messages", "the messages of a chat"));
  FATHOM_RETURN_IF_ERROR(ReadMessages(messages, &file));
  FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                          root.AsObject());
  for (const auto& [key, member] : members) {
    if (key == "messages" || IsEmpty(member)) continue;
    if (key == "settings") {
      FATHOM_RETURN_IF_ERROR(ReadSettings(member, &file));
    } else if (Has(kRefusedKeys, key)) {
      return member.Expected("none: a chat offers the model none");
    } else {
      file.unused.emplace_back(key);
    }
  }
  return file;
}

}  // namespace fathom::rt
