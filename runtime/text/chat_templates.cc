#include "runtime/text/chat_templates.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/content_parts.h"
#include "runtime/text/template_request.h"

namespace fathom::rt {
namespace {

// The names that there are, for messages.
std::string Names(const ChatTemplates& templates) {
  constexpr size_t kShownMax = 8;
  std::vector<std::string> names;
  for (const ChatTemplate& known : templates.templates) {
    if (names.size() == kShownMax) {
      names.push_back("...");
      break;
    }
    names.push_back(absl::StrCat("'", Shown(known.name), "'"));
  }
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

absl::StatusOr<TemplateProgramPtr> ProgramOf(const ChatTemplate& chosen) {
  if (chosen.program != nullptr) return chosen.program;
  return absl::InvalidArgumentError(
      absl::StrCat("the chat template '", Shown(chosen.name),
                   "' cannot be used: ", chosen.refusal));
}

absl::StatusOr<TemplateProgramPtr> Choose(const ChatTemplates& templates,
                                          const TemplateChoice& choice,
                                          const RenderOptions& options) {
  if (!choice.chat_template.has_value()) {
    const ChatTemplate* chosen =
        choice.has_tools ? templates.Find("tool_use") : nullptr;
    if (chosen == nullptr) chosen = templates.Find("default");
    if (chosen != nullptr) return ProgramOf(*chosen);
    return absl::InvalidArgumentError(absl::StrCat(
        "found no chat template 'default', expected 'chat_template' in the "
        "request to name one of: ",
        Names(templates)));
  }
  const ChatTemplate* named = templates.Find(*choice.chat_template);
  if (named != nullptr) return ProgramOf(*named);
  if (options.compile_text == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found 'chat_template' '", Shown(*choice.chat_template),
        "', expected the name of one of the model's: ", Names(templates)));
  }
  auto program = options.compile_text(*choice.chat_template);
  if (program.ok()) return program;
  return absl::Status(program.status().code(),
                      absl::StrCat("the request's 'chat_template': ",
                                   program.status().message()));
}

}  // namespace

const ChatTemplate* ChatTemplates::Find(absl::string_view name) const {
  for (const ChatTemplate& known : templates) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

absl::StatusOr<Rendered> RenderChat(const ChatTemplates& templates,
                                    absl::string_view request_json,
                                    const RenderOptions& options) {
  FATHOM_ASSIGN_OR_RETURN(const TemplateChoice choice,
                          ReadTemplateChoice(request_json));
  FATHOM_ASSIGN_OR_RETURN(const TemplateProgramPtr program,
                          Choose(templates, choice, options));
  TemplateInputs inputs;
  inputs.request_json = std::string(request_json);
  inputs.special_tokens = templates.special_tokens;
  inputs.next_message = options.next_message;
  if (!options.joins_texts) return RenderTemplate(*program, inputs);
  FATHOM_ASSIGN_OR_RETURN(const ListedContents contents,
                          ListedContents::Read(request_json));
  absl::StatusOr<Rendered> as_given = RenderTemplate(*program, inputs);
  if (contents.empty() || (as_given.ok() && contents.StandIn(as_given->text))) {
    return as_given;
  }
  inputs.joins_texts = true;
  absl::StatusOr<Rendered> joined = RenderTemplate(*program, inputs);
  // A template for lists alone, or parts that only it knows.
  return joined.ok() || !as_given.ok() ? joined : as_given;
}

}  // namespace fathom::rt
