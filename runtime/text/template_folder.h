// The chat templates of a Hugging Face folder, and the strings of its special
// tokens.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_FOLDER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_FOLDER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template.h"

namespace fathom::rt {

struct ChatTemplates {
  // By name; a folder with one template calls it "default".
  std::vector<std::pair<std::string, TemplateProgramPtr>> programs;
  std::vector<std::pair<std::string, std::string>> special_tokens;
};

// Compiles `chat_template.jinja` or what `tokenizer_config.json` holds.
absl::StatusOr<ChatTemplates> LoadChatTemplates(const std::string& folder);

// The template for a request: "tool_use", if there is one, for requests with
// tools, else "default".
absl::StatusOr<TemplateProgramPtr> ChooseTemplate(
    const ChatTemplates& templates, bool has_tools);

// Renders `request_json` with the template of its kind.
absl::StatusOr<Rendered> RenderChat(
    const ChatTemplates& templates, absl::string_view request_json,
    NextMessage next_message = NextMessage::kIfSaid);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_FOLDER_H_
