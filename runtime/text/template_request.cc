#include "runtime/text/template_request.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/content_parts.h"
#include "runtime/text/request_arguments.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;
using Entries = std::vector<std::pair<Value, Value>>;

// Roles that templates build control tokens from. They are ours even when a
// message names them: which role a message has is not hidden from its sender.
constexpr absl::string_view kRoles[] = {"system", "user",      "assistant",
                                        "tool",   "developer", "function"};

absl::StatusOr<Value> Message(Arena& arena, const Value& message, size_t index,
                              bool joins_texts) {
  if (!message.Is(Kind::kDict)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a message of kind ", KindName(message), ", expected a mapping"));
  }
  Entries entries;
  for (auto [key, value] : message.dict->entries) {
    bool is_role = key.text->bytes == "role" && value.IsText() &&
                   std::find(std::begin(kRoles), std::end(kRoles),
                             value.text->bytes) != std::end(kRoles);
    if (is_role) {
      FATHOM_ASSIGN_OR_RETURN(value, arena.NewText(value.text->bytes, false));
    }
    if (joins_texts && key.text->bytes == "content" && value.Is(Kind::kSeq) &&
        value.seq->type == Seq::Type::kList) {
      FATHOM_ASSIGN_OR_RETURN(value, JoinTexts(arena, value, index));
    }
    entries.emplace_back(key, value);
  }
  // As transformers' _alias_reasoning_fields: {"thinking": reasoning,
  // **message, "reasoning_content": reasoning}.
  for (absl::string_view name : kReasoningFields) {
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

absl::StatusOr<RequestArguments> Parse(Arena& arena, absl::string_view json) {
  FATHOM_ASSIGN_OR_RETURN(const Value request, ValueFromJson(arena, json));
  return ReadArguments(request);
}

// Whether the template is to ask for the next message, as the request says it
// or its reader assumes.
absl::StatusOr<Value> GenerationPrompt(const RequestArguments& arguments,
                                       NextMessage next_message) {
  const Value* said = arguments.add_generation_prompt;
  const bool continues = arguments.continue_final_message != nullptr &&
                         Truth(*arguments.continue_final_message);
  if (next_message == NextMessage::kUnlessSaid &&
      (said == nullptr || said->Is(Kind::kNone))) {
    return Value::Bool(!continues);
  }
  if (said == nullptr) return Value::Bool(false);
  if (continues && Truth(*said)) {
    return absl::InvalidArgumentError(
        "found 'add_generation_prompt' and 'continue_final_message', expected "
        "one of them: the next message begins or the final one goes on");
  }
  return *said;
}

}  // namespace

absl::StatusOr<TemplateRequest> ReadRequest(Arena& arena,
                                            const TemplateInputs& inputs) {
  FATHOM_ASSIGN_OR_RETURN(const RequestArguments arguments,
                          Parse(arena, inputs.request_json));
  TemplateRequest request;
  std::vector<Value> messages;
  for (const Value& item : arguments.messages->seq->items) {
    FATHOM_ASSIGN_OR_RETURN(
        const Value message,
        Message(arena, item, messages.size(), inputs.joins_texts));
    messages.push_back(message);
  }
  FATHOM_ASSIGN_OR_RETURN(const Value prompt,
                          GenerationPrompt(arguments, inputs.next_message));
  const Value* continued = arguments.continue_final_message;
  if (continued != nullptr && Truth(*continued)) {
    FATHOM_ASSIGN_OR_RETURN(request.final_message,
                            FinalMessage::Mark(arena, *continued, &messages));
  }
  FATHOM_ASSIGN_OR_RETURN(const Value list,
                          arena.NewSeq(Seq::Type::kList, std::move(messages)));

  Entries entries;
  auto add = [&](absl::string_view name, const Value& value) -> absl::Status {
    FATHOM_ASSIGN_OR_RETURN(const Value key, arena.NewText(name, false));
    entries.emplace_back(key, value);
    return absl::OkStatus();
  };
  auto or_none = [](const Value* value) {
    return value == nullptr ? Value::None() : *value;
  };
  for (const auto& [name, text] : inputs.special_tokens) {
    FATHOM_ASSIGN_OR_RETURN(const Value value, arena.NewText(text, false));
    FATHOM_RETURN_IF_ERROR(add(name, value));
  }
  entries.insert(entries.end(), arguments.variables.begin(),
                 arguments.variables.end());
  FATHOM_RETURN_IF_ERROR(add("messages", list));
  FATHOM_RETURN_IF_ERROR(add("tools", or_none(arguments.tools)));
  FATHOM_RETURN_IF_ERROR(add("documents", or_none(arguments.documents)));
  FATHOM_RETURN_IF_ERROR(add("add_generation_prompt", prompt));
  FATHOM_ASSIGN_OR_RETURN(request.variables, arena.NewDict(std::move(entries)));
  return request;
}

absl::StatusOr<TemplateChoice> ReadTemplateChoice(
    absl::string_view request_json) {
  Arena arena(kTemplateWorkBytes + kTemplateWorkFactor * request_json.size());
  FATHOM_ASSIGN_OR_RETURN(const RequestArguments arguments,
                          Parse(arena, request_json));
  TemplateChoice choice;
  choice.has_tools = arguments.tools != nullptr;
  if (arguments.chat_template != nullptr) {
    choice.chat_template = arguments.chat_template->text->bytes;
  }
  return choice;
}

}  // namespace fathom::rt
