// See print.h.
#include "tools/cli/print.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_format.h"
#include "tools/exit_codes.h"

namespace fathom {

int PrintToStdout(absl::string_view program, absl::string_view text) {
  std::signal(SIGPIPE, SIG_IGN);
  const size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if ((written == text.size() && std::fflush(stdout) == 0) || errno == EPIPE) {
    return 0;
  }
  absl::FPrintF(stderr, "%s: cannot write the output: %s\n", program,
                std::strerror(errno));
  return kExitMachine;
}

}  // namespace fathom
