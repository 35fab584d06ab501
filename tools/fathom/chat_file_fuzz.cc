// Any bytes: refused with one line, or a conversation that is the same after it
// was written and read again.
#include <cstddef>
#include <cstdint>

#include "runtime/base/status.h"
#include "tools/fathom/chat_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace rt = fathom::rt;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto file = rt::ReadChatFile(bytes, "fuzz");
  if (!file.ok()) {
    FATHOM_CHECK(file.status().message().find('\n') == std::string::npos);
    return 0;
  }
  const std::string written = rt::WriteChatFile(*file);
  const auto again = rt::ReadChatFile(written, "fuzz");
  FATHOM_CHECK(again.ok());
  FATHOM_CHECK(rt::WriteChatFile(*again) == written);
  return 0;
}
