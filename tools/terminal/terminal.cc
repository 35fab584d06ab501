// See terminal.h.
#include "tools/terminal/terminal.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

namespace fathom::rt {
namespace {

constexpr int kEnding[] = {SIGINT, SIGHUP, SIGTERM, SIGQUIT};

constexpr absl::string_view kBracketPastes = "\x1b[?2004h";
constexpr absl::string_view kDoNotBracketPastes = "\x1b[?2004l";

// What a signal handler needs to put the terminal back.
struct Saved {
  int input = -1;
  int output = -1;
  termios modes = {};
  volatile sig_atomic_t entered = 0;
  volatile sig_atomic_t bracketed = 0;
};
Saved saved;
struct sigaction before[NSIG];

void WriteAll(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t bytes = write(saved.output, text.data(), text.size());
    if (bytes <= 0) return;
    text.remove_prefix(static_cast<size_t>(bytes));
  }
}

Terminal::Size SizeOf(int descriptor) {
  winsize size = {};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
      size.ws_row == 0) {
    return {80, 24};
  }
  return {size.ws_col, size.ws_row};
}

// Calls nothing that is unsafe in a signal handler.
void PutBack() {
  if (saved.bracketed != 0) WriteAll(kDoNotBracketPastes);
  saved.bracketed = 0;
  if (saved.entered != 0) tcsetattr(saved.input, TCSANOW, &saved.modes);
  saved.entered = 0;
}

void OnEnding(int signal_number) {
  // In the background the terminal is another's.
  if (tcgetpgrp(saved.input) == getpgrp()) {
    if (saved.entered != 0) WriteAll("\x1b[0m\r\n");
    PutBack();
  }
  // The handler is gone (SA_RESETHAND): this ends the process.
  raise(signal_number);
}

}  // namespace

Terminal::Terminal(int input, int output) : input_(input), output_(output) {
  saved.input = input;
  saved.output = output;
  for (int signal_number : kEnding) {
    struct sigaction action = {};
    action.sa_handler = OnEnding;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal_number, &action, &before[signal_number]);
    if (before[signal_number].sa_handler == SIG_IGN) {
      sigaction(signal_number, &before[signal_number], nullptr);
    }
  }
}

Terminal::~Terminal() {
  Leave();
  for (int signal_number : kEnding) {
    sigaction(signal_number, &before[signal_number], nullptr);
  }
}

void Terminal::Enter(Mode mode) {
  mode_ = mode;
  if (saved.entered == 0 && tcgetattr(input_, &saved.modes) != 0) return;
  termios modes = saved.modes;
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  // What is typed is kept when a signal comes, and Ctrl-S stops nothing: the
  // Ctrl-C after it would not be read.
  modes.c_lflag |= NOFLSH;
  modes.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | INLCR | ISTRIP);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  if (mode == Mode::kEditing) {
    modes.c_cc[VINTR] = _POSIX_VDISABLE;
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
  }
  saved.entered = 1;
  // Not TCSAFLUSH, which would drop what was typed ahead.
  tcsetattr(input_, TCSANOW, &modes);
  if (mode == Mode::kEditing && saved.bracketed == 0) {
    saved.bracketed = 1;
    WriteAll(kBracketPastes);
  }
}

void Terminal::Leave() { PutBack(); }

void Terminal::Resume() {
  if (!InForeground()) return;
  saved.bracketed = 0;
  Enter(mode_);
}

void Terminal::Stop() {
  Leave();
  raise(SIGTSTP);
  Resume();
}

bool Terminal::InForeground() const { return tcgetpgrp(input_) == getpgrp(); }

Terminal::Size Terminal::size() const { return SizeOf(output_); }

int TerminalColumns(int descriptor) { return SizeOf(descriptor).columns; }

bool Terminal::rewraps() const {
  // xterm itself and the Linux console cut rows off.
  const char* name = std::getenv("TERM");
  return std::getenv("XTERM_VERSION") == nullptr &&
         (name == nullptr || absl::string_view(name) != "linux");
}

bool TerminalIsCapable() {
  const char* name = std::getenv("TERM");
  return name == nullptr || absl::string_view(name) != "dumb";
}

bool TerminalHasColors() {
  const char* none = std::getenv("NO_COLOR");
  return TerminalIsCapable() && (none == nullptr || *none == '\0');
}

}  // namespace fathom::rt
