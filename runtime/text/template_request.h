// The variables that a template sees for a request.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_REQUEST_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_REQUEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/text/final_message.h"
#include "runtime/text/template.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

// A rendering may move this many bytes: a constant and a multiple of its
// input's.
inline constexpr size_t kTemplateWorkBytes = 32 << 20;
inline constexpr size_t kTemplateWorkFactor = 64;

struct TemplateRequest {
  Value variables;  // a dict
  // The message that the prompt continues, where the request asks for that.
  std::optional<FinalMessage> final_message;
};

// What transformers' render_jinja_template hands to a template: the messages,
// with reasoning by all of its names; `tools`, `documents` and
// `add_generation_prompt`, which always exist; the special tokens; and the
// variables of the request, which win over those. A null in a message is a
// value, `none`.
absl::StatusOr<TemplateRequest> ReadRequest(Arena& arena,
                                            const TemplateInputs& inputs);

// What a request says about the template that is to render it.
struct TemplateChoice {
  bool has_tools = false;
  // `chat_template`: the name of a template, or the text of one.
  std::optional<std::string> chat_template;
};
absl::StatusOr<TemplateChoice> ReadTemplateChoice(
    absl::string_view request_json);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_REQUEST_H_
