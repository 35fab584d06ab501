// See api_error.h.
#include "runtime/api/api_error.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

// No allocation: it has to work where memory is out.
constexpr size_t kMessageBytes = 1024;
thread_local char last_message[kMessageBytes] = "";

}  // namespace

fathom_code Fail(fathom_code code, absl::string_view message) {
  size_t bytes = std::min(message.size(), kMessageBytes - 1);
  // Not in the middle of a character.
  while (bytes > 0 && bytes < message.size() &&
         (message[bytes] & 0xC0) == 0x80) {
    --bytes;
  }
  std::memcpy(last_message, message.data(), bytes);
  last_message[bytes] = '\0';
  std::replace(last_message, last_message + bytes, '\n', ' ');
  return code;
}

fathom_code Fail(const absl::Status& status) {
  switch (ExitCode(status)) {
    case 1: return Fail(FATHOM_ERROR_INPUT, status.message());
    case 3: return Fail(FATHOM_ERROR_MACHINE, status.message());
    default: return Fail(FATHOM_ERROR_INTERNAL, status.message());
  }
}

const char* LastMessage() { return last_message; }

}  // namespace fathom::rt
