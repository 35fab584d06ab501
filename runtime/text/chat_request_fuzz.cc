// Any bytes, as a request: it is refused or rendered within its limits, and the
// foreign bytes of the prompt are ascending and inside it, cut or not.
#include <cstdint>
#include <string>

#include "runtime/text/chat_templates.h"

namespace {

fathom::rt::ChatTemplates Templates() {
  fathom::rt::ChatTemplates templates;
  templates.templates.push_back(
      {"default",
       *fathom::rt::CompileTemplate(
           "{{ bos_token }}{% for m in messages %}[{{ m.role }}]"
           "{{ m.thinking }}{{ m.content | trim }}{{ m.content }}{% endfor %}"
           "{{ tools | tojson }}{{ documents }}{{ add_generation_prompt }}"),
       ""});
  templates.templates.push_back({"tool_use", nullptr, "refused"});
  templates.special_tokens = {{"bos_token", "<s>"}};
  return templates;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* templates = new fathom::rt::ChatTemplates(Templates());
  const std::string request(reinterpret_cast<const char*>(data), size);
  for (const auto next : {fathom::rt::NextMessage::kIfSaid,
                          fathom::rt::NextMessage::kUnlessSaid}) {
    fathom::rt::RenderOptions options;
    options.next_message = next;
    options.joins_texts = next == fathom::rt::NextMessage::kUnlessSaid;
    options.compile_text = fathom::rt::CompileTemplate;
    const auto rendered = fathom::rt::RenderChat(*templates, request, options);
    if (!rendered.ok()) {
      if (!absl::IsInvalidArgument(rendered.status())) __builtin_trap();
      continue;
    }
    size_t at = 0;
    for (const fathom::rt::ByteSpan& span : rendered->foreign) {
      if (span.begin < at || span.end <= span.begin) __builtin_trap();
      at = span.end;
    }
    if (at > rendered->text.size()) __builtin_trap();
  }
  return 0;
}
