#include "runtime/text/template_request.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;
using Entries = std::vector<std::pair<Value, Value>>;

// Roles that templates build control tokens from. They are ours even when a
// message names them: which role a message has is not hidden from its sender.
constexpr absl::string_view kRoles[] = {"system", "user",      "assistant",
                                        "tool",   "developer", "function"};

constexpr absl::string_view kReasoning[] = {"reasoning_content", "thinking",
                                            "reasoning"};

absl::StatusOr<Value> Message(Arena& arena, const Value& message) {
  if (!message.Is(Kind::kDict)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a message of kind ", KindName(message), ", expected a mapping"));
  }
  Entries entries;
  for (auto [key, value] : message.dict->entries) {
    if (value.Is(Kind::kNone)) continue;
    bool is_role = key.text->bytes == "role" && value.IsText() &&
                   std::find(std::begin(kRoles), std::end(kRoles),
                             value.text->bytes) != std::end(kRoles);
    if (is_role) {
      FATHOM_ASSIGN_OR_RETURN(value, arena.NewText(value.text->bytes, false));
    }
    entries.emplace_back(key, value);
  }
  for (absl::string_view name : kReasoning) {
    const Value* reasoning = FindText(*message.dict, name);
    if (reasoning == nullptr || reasoning->Is(Kind::kNone)) continue;
    FATHOM_ASSIGN_OR_RETURN(Value thinking, arena.NewText("thinking", false));
    FATHOM_ASSIGN_OR_RETURN(Value content,
                            arena.NewText("reasoning_content", false));
    entries.insert(entries.begin(), {thinking, *reasoning});
    entries.emplace_back(content, *reasoning);
    break;
  }
  return arena.NewDict(std::move(entries));
}

absl::StatusOr<Value> Messages(Arena& arena, const Value* list) {
  std::string found;
  if (list == nullptr) {
    found = "no 'messages'";
  } else if (!list->Is(Kind::kSeq)) {
    found = absl::StrCat("'messages' of kind ", KindName(*list));
  } else if (list->seq->items.empty()) {
    found = "'messages' that is an empty list";
  }
  if (!found.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("found ", found, ", expected a list of at least one"));
  }
  std::vector<Value> messages;
  for (const Value& item : list->seq->items) {
    FATHOM_ASSIGN_OR_RETURN(Value message, Message(arena, item));
    messages.push_back(message);
  }
  return arena.NewSeq(Seq::Type::kList, std::move(messages));
}

}  // namespace

absl::StatusOr<Value> RequestValues(Arena& arena,
                                    const TemplateInputs& inputs) {
  FATHOM_ASSIGN_OR_RETURN(Value request,
                          ValueFromJson(arena, inputs.request_json));
  if (!request.Is(Kind::kDict)) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a request of kind ", KindName(request),
                     ", expected a mapping with 'messages'"));
  }
  Entries entries;
  auto add = [&](absl::string_view name, Value value) -> absl::Status {
    FATHOM_ASSIGN_OR_RETURN(Value key, arena.NewText(name, false));
    entries.emplace_back(key, value);
    return absl::OkStatus();
  };
  FATHOM_RETURN_IF_ERROR(add("tools", Value::None()));
  FATHOM_RETURN_IF_ERROR(add("documents", Value::None()));
  const Value* continued = FindText(*request.dict, "continue_final_message");
  FATHOM_RETURN_IF_ERROR(
      add("add_generation_prompt",
          Value::Bool(inputs.next_message == NextMessage::kUnlessSaid &&
                      (continued == nullptr || !Truth(*continued)))));
  for (const auto& [name, text] : inputs.special_tokens) {
    FATHOM_ASSIGN_OR_RETURN(Value value, arena.NewText(text, false));
    FATHOM_RETURN_IF_ERROR(add(name, value));
  }
  const Value* messages = FindText(*request.dict, "messages");
  FATHOM_ASSIGN_OR_RETURN(Value list, Messages(arena, messages));
  for (const auto& [key, value] : request.dict->entries) {
    bool is_messages = key.text->bytes == "messages";
    entries.emplace_back(key, is_messages ? list : value);
  }
  return arena.NewDict(std::move(entries));
}

}  // namespace fathom::rt
