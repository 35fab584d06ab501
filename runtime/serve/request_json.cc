// See request_json.h.
#include "runtime/serve/request_json.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json.h"
#include "runtime/base/json_raw.h"
#include "runtime/base/json_string.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/serve/request_keys.h"

namespace fathom::rt {
namespace {

// What is known of the request so far.
struct Draft {
  AskRequest request;
  std::string messages;     // as written
  std::string parameters;   // further members of the conversation, with commas
  std::string a_parameter;  // the name of one of them
  std::string template_variables;
};

// A value of the request with its text.
struct Part {
  absl::string_view key;
  const JsonValue& value;
  absl::string_view raw;
};

struct Field {
  absl::string_view key;
  absl::Status (*read)(const Part& part, Draft* draft);
  bool is_setting = false;  // of the answer, in AskOverrides
};

template <std::optional<float> AskOverrides::* setting>
absl::Status ReadNumber(const Part& part, Draft* draft) {
  FATHOM_ASSIGN_OR_RETURN(const double number, part.value.AsNumber());
  // Beyond a float's range it is infinite, and so out of every setting's.
  draft->request.overrides.*setting = static_cast<float>(number);
  return absl::OkStatus();
}

template <std::optional<int64_t> AskOverrides::* setting, int64_t min,
          int64_t max>
absl::Status ReadWhole(const Part& part, Draft* draft) {
  std::optional<int64_t>& value = draft->request.overrides.*setting;
  if (value.has_value()) {
    return part.value.Expected("it once: the request has another name of it");
  }
  FATHOM_ASSIGN_OR_RETURN(value, part.value.AsInteger(min, max));
  return absl::OkStatus();
}

absl::Status ReadStop(const Part& part, Draft* draft) {
  std::vector<std::string> stops;
  if (part.value.kind() == JsonValue::Kind::kArray) {
    FATHOM_ASSIGN_OR_RETURN(const auto values, part.value.AsArray());
    for (const JsonValue& value : values) {
      FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, value.AsString());
      stops.emplace_back(text);
    }
  } else if (part.value.kind() == JsonValue::Kind::kString) {
    FATHOM_ASSIGN_OR_RETURN(const absl::string_view text,
                            part.value.AsString());
    stops.emplace_back(text);
  } else {
    return part.value.Expected("a string or an array of strings");
  }
  draft->request.overrides.stop_strings = std::move(stops);
  return absl::OkStatus();
}

absl::Status ReadId(const Part& part, Draft* draft) {
  if (part.value.kind() != JsonValue::Kind::kString &&
      part.value.kind() != JsonValue::Kind::kInteger) {
    return part.value.Expected("a string or a whole number");
  }
  draft->request.id_json = std::string(part.raw);
  return absl::OkStatus();
}

absl::Status ReadPrompt(const Part& part, Draft* draft) {
  FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, part.value.AsString());
  draft->request.prompt = std::string(text);
  return absl::OkStatus();
}

absl::Status ReadMessages(const Part& part, Draft* draft) {
  FATHOM_RETURN_IF_ERROR(part.value.AsArray().status());
  draft->messages = std::string(part.raw);
  return absl::OkStatus();
}

absl::Status KeepParameter(const Part& part, Draft* draft) {
  draft->a_parameter = std::string(part.key);
  absl::StrAppend(&draft->parameters, ",", JsonString(part.key), ":", part.raw);
  return absl::OkStatus();
}

absl::Status ReadTemplateVariables(const Part& part, Draft* draft);

constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();
constexpr int64_t kInt64Max = std::numeric_limits<int64_t>::max();

constexpr Field kFields[] = {
    {"prompt", ReadPrompt},
    {"messages", ReadMessages},
    {"tools", KeepParameter},
    {"documents", KeepParameter},
    {"add_generation_prompt", KeepParameter},
    {"continue_final_message", KeepParameter},
    {"chat_template_kwargs", ReadTemplateVariables},
    {"id", ReadId},
    {"max_tokens", ReadWhole<&AskOverrides::max_tokens, 1, kInt32Max>, true},
    {"max_completion_tokens",
     ReadWhole<&AskOverrides::max_tokens, 1, kInt32Max>, true},
    {"think_tokens", ReadWhole<&AskOverrides::think_tokens, 0, kInt32Max>,
     true},
    {"stop", ReadStop, true},
    {"temperature", ReadNumber<&AskOverrides::temperature>, true},
    {"top_k", ReadWhole<&AskOverrides::top_k, 0, kInt32Max>, true},
    {"top_p", ReadNumber<&AskOverrides::top_p>, true},
    {"min_p", ReadNumber<&AskOverrides::min_p>, true},
    {"repetition_penalty", ReadNumber<&AskOverrides::repetition_penalty>, true},
    {"seed", ReadWhole<&AskOverrides::seed, 0, kInt64Max>, true},
};

const Field* FindField(absl::string_view key) {
  for (const Field& field : kFields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

// A variable that has the name of a key above would say the same twice.
absl::Status ReadTemplateVariables(const Part& part, Draft* draft) {
  FATHOM_ASSIGN_OR_RETURN(const auto members, part.value.AsObject());
  const std::vector<absl::string_view> raw = JsonRawValues(part.raw);
  FATHOM_CHECK(raw.size() == members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    if (FindField(members[i].first) != nullptr) {
      return members[i].second.Expected(
          "a variable of the template: this is a key of the request itself");
    }
    absl::StrAppend(&draft->template_variables, ",",
                    JsonString(members[i].first), ":", raw[i]);
  }
  draft->a_parameter = std::string(part.key);
  return absl::OkStatus();
}

constexpr char kConversationForm[] =
    "an array of messages, or an object with 'messages'";

absl::Status Refuse(absl::string_view where, absl::string_view found,
                    absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(where, ": found ", found, ", expected ", expected));
}

absl::Status ReadMembers(const JsonValue& root, absl::string_view json,
                         absl::string_view where, Draft* draft) {
  FATHOM_ASSIGN_OR_RETURN(const auto members, root.AsObject());
  const std::vector<absl::string_view> raw = JsonRawValues(json);
  FATHOM_CHECK(raw.size() == members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    const auto& [key, value] = members[i];
    if (IsNeutralKey(key)) {
      FATHOM_RETURN_IF_ERROR(CheckNeutral(key, value, root));
      continue;
    }
    if (IsUnusedKey(key)) {
      if (!value.IsNull()) draft->request.unused_keys.emplace_back(key);
      continue;
    }
    const Field* field = FindField(key);
    if (field == nullptr) {
      return Refuse(
          where, absl::StrCat("the key '", Shown(key), "'"),
          absl::StrCat("one of ",
                       absl::StrJoin(kFields, ", ",
                                     [](std::string* out, const Field& f) {
                                       absl::StrAppend(out, f.key);
                                     })));
    }
    if (value.IsNull()) continue;
    FATHOM_RETURN_IF_ERROR(field->read({key, value, raw[i]}, draft));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AskRequest> ParseRequest(absl::string_view json,
                                        absl::string_view where,
                                        RequestForm form) {
  FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                          JsonDocument::Parse(json, where));
  const JsonValue root = document.root();
  Draft draft;
  draft.request.where = std::string(where);
  switch (root.kind()) {
    case JsonValue::Kind::kString: {
      if (form == RequestForm::kConversation) {
        return root.Expected(kConversationForm);
      }
      FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, root.AsString());
      draft.request.prompt = std::string(text);
      break;
    }
    case JsonValue::Kind::kArray: draft.messages = std::string(json); break;
    case JsonValue::Kind::kObject:
      FATHOM_RETURN_IF_ERROR(ReadMembers(root, json, where, &draft));
      break;
    default:
      return root.Expected(form == RequestForm::kConversation
                               ? kConversationForm
                               : "a string, an array of messages, or an object "
                                 "with 'prompt' or 'messages'");
  }
  const bool is_conversation = !draft.messages.empty();
  if (form == RequestForm::kConversation &&
      (!is_conversation || draft.request.prompt.has_value())) {
    return Refuse(where,
                  is_conversation ? "'prompt' beside 'messages'"
                  : draft.request.prompt.has_value() ? "'prompt'"
                                                     : "no 'messages'",
                  kConversationForm);
  }
  if (is_conversation == draft.request.prompt.has_value()) {
    return Refuse(where,
                  is_conversation ? "both 'prompt' and 'messages'"
                                  : "neither 'prompt' nor 'messages'",
                  "one of them");
  }
  if (!is_conversation && !draft.a_parameter.empty()) {
    return Refuse(where,
                  absl::StrCat("'", draft.a_parameter, "' beside 'prompt'"),
                  "'messages' with it");
  }
  if (is_conversation) {
    draft.request.conversation_json =
        absl::StrCat("{\"messages\":", draft.messages, draft.parameters,
                     draft.template_variables, "}");
  }
  return std::move(draft.request);
}

absl::Status CheckHoldsNoSettings(absl::string_view json,
                                  absl::string_view where,
                                  absl::string_view place) {
  const auto document = JsonDocument::Parse(json, where);
  if (!document.ok()) return document.status();
  // What is no object is for the template's reader to refuse.
  const JsonValue root = document->root();
  const auto members = root.AsObject();
  if (!members.ok()) return absl::OkStatus();
  for (const auto& [key, value] : *members) {
    const Field* field = FindField(key);
    if (field != nullptr && field->is_setting && !value.IsNull()) {
      return value.Expected(absl::StrCat("it in ", place));
    }
    FATHOM_RETURN_IF_ERROR(CheckNeutral(key, value, root));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
