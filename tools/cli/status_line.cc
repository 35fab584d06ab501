// See status_line.h.
#include "tools/cli/status_line.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "tools/cli/terminal_width.h"

namespace fathom {
namespace {

constexpr auto kRedrawAfter = std::chrono::milliseconds(100);
constexpr auto kLineAfter = std::chrono::seconds(30);
constexpr int kWidthDefault = 80;
// Of a line in a log.
constexpr int kPlainWidth = 100;

volatile sig_atomic_t is_shown = 0;

bool CanDraw() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 &&
         !(terminal != nullptr && absl::string_view(terminal) == "dumb");
}

}  // namespace

StatusLine::StatusLine(std::string prefix, WithoutTerminal without_terminal)
    : prefix_(std::move(prefix)),
      without_terminal_(without_terminal),
      is_terminal_(CanDraw()),
      last_(is_terminal_ ? Clock::time_point() : Clock::now()) {}

void StatusLine::Show(const Text& text, bool now) {
  const Clock::time_point time = Clock::now();
  if (!is_terminal_) {
    if (without_terminal_ == WithoutTerminal::kNothing ||
        time - last_ < kLineAfter) {
      return;
    }
    last_ = time;
    absl::FPrintF(stderr, "%s%s\n", prefix_, text(kPlainWidth));
    return;
  }
  if (!now && time - last_ < kRedrawAfter) return;
  last_ = time;
  // The last column stays free: some terminals break the line after it.
  const int columns = TerminalWidth(STDERR_FILENO).value_or(kWidthDefault) - 1;
  is_shown = 1;
  absl::FPrintF(stderr, "\r\033[K%s", text(columns));
  std::fflush(stderr);
}

void StatusLine::Clear() {
  if (is_shown == 0) return;
  is_shown = 0;
  absl::FPrintF(stderr, "\r\033[K");
  std::fflush(stderr);
}

void StatusLine::LeaveOnSignal() {
  if (is_shown == 0) return;
  const ssize_t ignored = write(STDERR_FILENO, "\n", 1);
  (void)ignored;
}

}  // namespace fathom
