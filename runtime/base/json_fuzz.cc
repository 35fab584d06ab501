// Any bytes: refused with one line, or every value answers its typed getter,
// and JSON to the one reader is JSON to the other.
#include <cstddef>
#include <cstdint>

#include "runtime/base/json.h"
#include "runtime/base/json_fault.h"
#include "runtime/base/status.h"

namespace {

using fathom::rt::JsonDialect;
using fathom::rt::JsonFault;

void Visit(const fathom::rt::JsonValue& value, size_t depth) {
  FATHOM_CHECK(depth <= fathom::rt::kJsonDepthMax);
  FATHOM_CHECK(!value.Expected("x").ok());
  const auto wide = value.AsWideNumber();
  if (wide.has_value()) {
    FATHOM_CHECK(fathom::rt::IsWideJsonNumber(*wide, JsonDialect::kPython));
    FATHOM_CHECK(!value.AsUnsigned(0, UINT64_MAX).ok());
    FATHOM_CHECK(!value.AsInteger(INT64_MIN, INT64_MAX).ok());
  }
  auto values = value.AsArray();
  if (values.ok()) {
    for (const auto& child : *values) Visit(child, depth + 1);
  }
  auto members = value.AsObject();
  if (members.ok()) {
    for (const auto& member : *members) Visit(member.second, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto document = fathom::rt::JsonDocument::Parse(bytes, "fuzz");
  if (document.ok()) {
    Visit(document->root(), 0);
    FATHOM_CHECK(JsonFault(bytes, JsonDialect::kPython).empty());
  } else {
    auto message = document.status().message();
    FATHOM_CHECK(message.find('\n') == absl::string_view::npos);
    bool is_syntax = message.find("not JSON") != absl::string_view::npos;
    FATHOM_CHECK(!is_syntax || !JsonFault(bytes, JsonDialect::kPython).empty());
  }
  return 0;
}
