// See terminal_width.h.
#include "tools/cli/terminal_width.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace fathom {
namespace {

constexpr int kHelpWidthDefault = 80;

}  // namespace

std::optional<int> TerminalWidth(int descriptor) {
  winsize size = {};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return std::nullopt;
  }
  return size.ws_col;
}

int HelpWidth() {
  int width = 0;
  const char* columns = std::getenv("COLUMNS");
  if (columns == nullptr || !absl::SimpleAtoi(columns, &width) || width < 1) {
    width = TerminalWidth(STDOUT_FILENO).value_or(kHelpWidthDefault);
  }
  return std::clamp(width, kHelpWidthMin, kHelpWidthMax);
}

}  // namespace fathom
