// Chat templates, compiled ahead of time: Jinja source becomes a small flat
// program, and the program and a list of messages become a prompt.
//
// The prompt equals what transformers' apply_chat_template renders, and says
// which of its bytes came from the caller's messages: those are text and never
// control tokens, whatever they spell.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/byte_span.h"

namespace fathom::rt {

// A rendering may take this many steps (statements, calls and loop rounds) and
// some for each byte of its request,
inline constexpr int64_t kTemplateStepsMax = 1'000'000;
inline constexpr int64_t kTemplateStepsFactor = 16;
// and write this many bytes: a multiple of its input's and a constant.
inline constexpr size_t kTemplateOutputFactor = 16;
inline constexpr size_t kTemplateOutputBytes = 1 << 20;
// Values may nest this deep; macros and loops may call each other this deep.
inline constexpr int kTemplateDepthMax = 128;
inline constexpr size_t kTemplateCallsMax = 200;

struct TemplateProgram;  // runtime/text/template/program.h
using TemplateProgramPtr = std::shared_ptr<const TemplateProgram>;

// Compiles Jinja source with the language of Jinja 3.1, as transformers sets it
// up. An error is of the kind InvalidArgument and says "template line N: ...",
// then what was found there: a construct that needs other templates (include,
// import, from, extends), by its name, or what is no Jinja. Such a template is
// of no use, but the model is: who compiles a folder warns with that line, and
// keeps it to show to who asks for the template.
absl::StatusOr<TemplateProgramPtr> CompileTemplate(absl::string_view source);

// A program as bytes and back. The bytes are not trusted: whatever
// ParseTemplate() accepts renders within the limits above.
std::string SerializeTemplate(const TemplateProgram& program);
absl::StatusOr<TemplateProgramPtr> ParseTemplate(absl::string_view bytes);

struct Rendered {
  std::string text;
  // The bytes of `text` that came from the request: ascending, apart.
  std::vector<ByteSpan> foreign;
};

// Whether a prompt asks for the next message where the request has no
// `add_generation_prompt`: transformers' apply_chat_template does not, servers
// do unless the request continues the final message.
enum class NextMessage { kIfSaid, kUnlessSaid };

struct TemplateInputs {
  // One JSON object: `messages`, and what else the template may see (`tools`,
  // `documents`, `add_generation_prompt`, ...). All of its strings are foreign.
  std::string request_json;
  // The tokenizer's own strings (`bos_token`, `eos_token`, ...); not foreign.
  std::vector<std::pair<std::string, std::string>> special_tokens;
  NextMessage next_message = NextMessage::kIfSaid;
  // Whether a message's content that is a list of texts is given as one text.
  bool joins_texts = false;
  // What strftime_now() shows; 0 is the time of the call.
  std::time_t now = 0;
};

absl::StatusOr<Rendered> RenderTemplate(const TemplateProgram& program,
                                        const TemplateInputs& inputs);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_H_
