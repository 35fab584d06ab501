// See output.h.
#include "tools/fathom/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"

namespace fathom::rt {

bool Output::Write(absl::string_view text) {
  while (status_.ok() && !text.empty()) {
    const ssize_t bytes = write(descriptor_, text.data(), text.size());
    if (bytes > 0) {
      text.remove_prefix(static_cast<size_t>(bytes));
    } else if (bytes < 0 && errno == EPIPE) {
      status_ = absl::CancelledError("the reader of the output is gone");
    } else if (bytes < 0 && errno == EAGAIN) {
      // Others who share the terminal or pipe may have made it non-blocking.
      pollfd wait = {descriptor_, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (bytes < 0 && errno != EINTR) {
      status_ = absl::ResourceExhaustedError(
          absl::StrCat("cannot write the output: ", strerror(errno)));
    }
  }
  return status_.ok();
}

std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

std::string ForTerminal(absl::string_view text) {
  constexpr char kReplacement[] = "\xef\xbf\xbd";
  std::string safe;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next =
        static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      safe += kReplacement;
      ++i;
    } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) {
      safe += kReplacement;
    } else {
      safe += text[i];
    }
  }
  return safe;
}

}  // namespace fathom::rt
