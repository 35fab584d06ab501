#include "runtime/text/request_arguments.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

bool IsList(const Value& value) {
  return value.Is(Kind::kSeq) && value.seq->type == Seq::Type::kList;
}

// A value as messages show it.
std::string Show(const Value& value) {
  if (value.Is(Kind::kBool)) return value.boolean ? "true" : "false";
  if (value.IsText()) return absl::StrCat("'", Shown(value.text->bytes), "'");
  if (IsList(value) && value.seq->items.empty()) return "that is an empty list";
  return absl::StrCat("of kind ", KindName(value));
}

// Each check returns what was expected; nothing where the value is right.
using Check = const char* (*)(const Value& value);

const char* AnyValue(const Value&) { return nullptr; }

const char* Messages(const Value& value) {
  return IsList(value) && !value.seq->items.empty()
             ? nullptr
             : "a list of at least one message";
}

// Functions, which Python takes as tools too, have no form in JSON.
const char* Mappings(const Value& value) {
  if (!IsList(value)) return "a list of mappings";
  for (const Value& item : value.seq->items) {
    if (!item.Is(Kind::kDict)) return "a mapping in each place of the list";
  }
  return nullptr;
}

const char* Template(const Value& value) {
  return value.IsText() ? nullptr : "the name of a chat template, or its text";
}

const char* Switch(const Value& value) {
  return value.Is(Kind::kBool) ? nullptr : "true or false";
}

const char* Tensors(const Value& value) {
  return value.IsText() ? nullptr : "the name of a library";
}

bool IsOff(const Value& value, absl::string_view name) {
  return value.IsText() ? value.text->bytes == name : !Truth(value);
}

const char* NoTruncation(const Value& value) {
  return IsOff(value, "do_not_truncate") ? nullptr
                                         : "false: a prompt is never cut";
}

// One prompt is as long as the longest.
const char* NoPadding(const Value& value) {
  const bool is_on =
      value.IsText() ? value.text->bytes != "longest" : !value.Is(Kind::kBool);
  return is_on && !IsOff(value, "do_not_pad") ? "false: a prompt is not padded"
                                              : nullptr;
}

const char* NoLength(const Value&) {
  return "none: a prompt is neither cut nor padded";
}

const char* NoMask(const Value& value) {
  return Truth(value) ? "false: no mask is computed" : nullptr;
}

const char* NoTokenizerArguments(const Value& value) {
  return Truth(value) ? "none: the tokenizer takes no arguments" : nullptr;
}

const char* Sanitized(const Value& value) {
  return Truth(value) ? nullptr
                      : "true: what a request holds is text, it never becomes "
                        "a control token";
}

const char* CalledMessages(const Value&) {
  return "a list of messages by the name 'messages'";
}

const char* NoVariable(const Value&) {
  return "a variable of another name: templates see something else by it";
}

// The parameters of apply_chat_template, and what its ways of passing
// variables on leave no room for.
struct Parameter {
  absl::string_view name;
  Check check;
  // Where the value goes; null for what has no effect.
  const Value* RequestArguments::* field = nullptr;
  // Whether null is a value like any other.
  bool takes_null = false;
};

constexpr Parameter kParameters[] = {
    {"messages", Messages, &RequestArguments::messages, true},
    {"tools", Mappings, &RequestArguments::tools},
    {"documents", Mappings, &RequestArguments::documents},
    {"chat_template", Template, &RequestArguments::chat_template},
    {"add_generation_prompt", AnyValue,
     &RequestArguments::add_generation_prompt, true},
    {"continue_final_message", AnyValue,
     &RequestArguments::continue_final_message},
    {"tokenize", Switch},
    {"return_dict", Switch},
    {"return_tensors", Tensors},
    {"sanitize_control_tokens", Sanitized},
    {"padding", NoPadding},
    {"truncation", NoTruncation},
    {"max_length", NoLength},
    {"return_assistant_tokens_mask", NoMask},
    {"tokenizer_kwargs", NoTokenizerArguments},
    {"conversation", CalledMessages, nullptr, true},
    {"conversations", CalledMessages, nullptr, true},
    {"self", NoVariable, nullptr, true},
};

constexpr absl::string_view kMore = "chat_template_kwargs";

absl::Status Wrong(absl::string_view name, const Value& value,
                   absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(
      "found '", name, "' ", Show(value), ", expected ", expected));
}

absl::Status Take(const Value& key, const Value& value,
                  RequestArguments* arguments) {
  const std::string& name = key.text->bytes;
  for (const Parameter& parameter : kParameters) {
    if (parameter.name != name) continue;
    if (value.Is(Kind::kNone) && !parameter.takes_null) return absl::OkStatus();
    const char* expected = parameter.check(value);
    if (expected != nullptr) return Wrong(name, value, expected);
    if (parameter.field != nullptr) arguments->*parameter.field = &value;
    return absl::OkStatus();
  }
  arguments->variables.emplace_back(key, value);
  return absl::OkStatus();
}

absl::Status TakeMore(const Value& request, const Value& more,
                      RequestArguments* arguments) {
  if (more.Is(Kind::kNone)) return absl::OkStatus();
  if (!more.Is(Kind::kDict)) return Wrong(kMore, more, "a mapping");
  for (const auto& [key, value] : more.dict->entries) {
    const std::string& name = key.text->bytes;
    if (name == kMore || FindText(*request.dict, name) != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("found '", Shown(name), "' in '", kMore,
                       "' and in the request, expected it once"));
    }
    FATHOM_RETURN_IF_ERROR(Take(key, value, arguments));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RequestArguments> ReadArguments(const Value& request) {
  if (!request.Is(Kind::kDict)) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a request of kind ", KindName(request),
                     ", expected a mapping with 'messages'"));
  }
  RequestArguments arguments;
  for (const auto& [key, value] : request.dict->entries) {
    FATHOM_RETURN_IF_ERROR(key.text->bytes == kMore
                               ? TakeMore(request, value, &arguments)
                               : Take(key, value, &arguments));
  }
  if (arguments.messages == nullptr) {
    return absl::InvalidArgumentError(
        "found no 'messages', expected a list of at least one message");
  }
  return arguments;
}

}  // namespace fathom::rt
