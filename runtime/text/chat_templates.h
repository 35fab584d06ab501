// The chat templates of a model, of which a request takes one.
#ifndef FATHOM_RUNTIME_TEXT_CHAT_TEMPLATES_H_
#define FATHOM_RUNTIME_TEXT_CHAT_TEMPLATES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template.h"

namespace fathom::rt {

struct ChatTemplate {
  std::string name;
  TemplateProgramPtr program;  // null: it cannot be compiled
  // Why not, with file and line.
  std::string refusal;
};

struct ChatTemplates {
  // A model with one template calls it "default".
  std::vector<ChatTemplate> templates;
  // What the templates see of the tokenizer, by name.
  std::vector<std::pair<std::string, std::string>> special_tokens;

  bool empty() const { return templates.empty(); }
  // The template of that name, or null.
  const ChatTemplate* Find(absl::string_view name) const;
};

struct RenderOptions {
  NextMessage next_message = NextMessage::kIfSaid;
  // Whether a template that does not go through the parts of a content gets
  // their texts joined, as servers do; transformers hands it the list. Then
  // images, sounds and files are refused by name.
  bool joins_texts = false;
  // Compiles the text of a template that a request brings as `chat_template`;
  // null where it may only name one of the model's. What such a template writes
  // can be control tokens, so it has to come from somebody who may write them.
  // (A program that passes none does not link the compiler.)
  absl::StatusOr<TemplateProgramPtr> (*compile_text)(absl::string_view) =
      nullptr;
};

// Renders a request with the template that it names as `chat_template`; else
// with "tool_use", where there is one, if it has tools; else with "default".
// InvalidArgument when there is no such template or it could not be compiled.
absl::StatusOr<Rendered> RenderChat(const ChatTemplates& templates,
                                    absl::string_view request_json,
                                    const RenderOptions& options = {});

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_CHAT_TEMPLATES_H_
