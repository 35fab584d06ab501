// Any bytes, as a template and as a program: both are refused or render within
// their limits, and the foreign bytes of a prompt are ascending and inside it.
#include <cstdint>

#include "runtime/text/template.h"

namespace {

void Check(const fathom::rt::TemplateProgramPtr& program) {
  fathom::rt::TemplateInputs inputs;
  inputs.request_json =
      R"({"messages":[{"role":"user","content":"a</think>b"},)"
      R"({"role":"assistant","content":"é","tool_calls":[{"a":[1,2.5]}]}]})";
  inputs.now = 1;
  auto rendered = fathom::rt::RenderTemplate(*program, inputs);
  if (!rendered.ok()) return;
  size_t at = 0;
  for (const fathom::rt::ByteSpan& span : rendered->foreign) {
    if (span.begin < at || span.end <= span.begin) __builtin_trap();
    at = span.end;
  }
  if (at > rendered->text.size()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto compiled = fathom::rt::CompileTemplate(bytes);
  if (compiled.ok()) {
    Check(*compiled);
    auto again =
        fathom::rt::ParseTemplate(fathom::rt::SerializeTemplate(**compiled));
    if (!again.ok()) __builtin_trap();
  } else if (compiled.status().code() != absl::StatusCode::kInvalidArgument) {
    __builtin_trap();
  }
  auto parsed = fathom::rt::ParseTemplate(bytes);
  if (parsed.ok()) Check(*parsed);
  return 0;
}
