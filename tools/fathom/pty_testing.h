// A person at a terminal, for tests: a child chats with a model of letters on a
// pseudo-terminal; this side types and reads. Nothing here waits for time to
// pass, but for what the child writes; only a child that is stuck is waited for
// by the clock.
#ifndef FATHOM_TOOLS_FATHOM_PTY_TESTING_H_
#define FATHOM_TOOLS_FATHOM_PTY_TESTING_H_

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/fake_text_model.h"
#include "tools/fathom/chat_command.h"
#include "tools/terminal/screen_testing.h"

namespace fathom::rt {

class Pty {
 public:
  struct Options {
    int columns = 80, rows = 24;
    std::vector<const char*> arguments = {};
    // Variables of the child's environment: name and value, null: unset.
    std::vector<std::pair<const char*, const char*>> environment = {};
    // The child is a job of a shell that goes on with it when it was stopped
    // and Continue() is called.
    bool job = false;
  };

  explicit Pty(const FakeTextModel& model) : Pty(model, Options()) {}
  Pty(const FakeTextModel& model, const Options& options)
      : screen_(options.columns, options.rows) {
    winsize size = {};
    size.ws_col = static_cast<unsigned short>(options.columns);
    size.ws_row = static_cast<unsigned short>(options.rows);
    EXPECT_EQ(pipe(continue_), 0);
    int terminal = -1;
    EXPECT_EQ(openpty(&descriptor_, &terminal, nullptr, nullptr, &size), 0);
    // Before the child can change them.
    tcgetattr(descriptor_, &modes_);
    child_ = fork();
    if (child_ == 0) {
      close(descriptor_);
      login_tty(terminal);
      setenv("TERM", "xterm-256color", 1);
      for (const char* name : {"NO_COLOR", "XTERM_VERSION", "VISUAL"}) {
        unsetenv(name);
      }
      for (const auto& [name, value] : options.environment) {
        value == nullptr ? unsetenv(name) : setenv(name, value, 1);
      }
      _exit(options.job ? Shell(model, options) : Chat(model, options));
    }
    close(terminal);
  }
  ~Pty() {
    close(descriptor_);
    kill(child_, SIGKILL);
    if (!reaped_) waitpid(child_, nullptr, 0);
    for (int end : continue_) close(end);
  }

  void Type(const std::string& text) {
    ASSERT_EQ(write(descriptor_, text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  // Reads until `text` has come after what was awaited before.
  testing::AssertionResult Await(const std::string& text) {
    for (;;) {
      const size_t at = written_.find(text, awaited_);
      if (at != std::string::npos) {
        awaited_ = at + text.size();
        return testing::AssertionSuccess();
      }
      if (!Read()) {
        return testing::AssertionFailure() << "no '" << text << "' in '"
                                           << written_.substr(awaited_) << "'";
      }
    }
  }
  testing::AssertionResult AwaitPrompt() { return Await("> "); }

  // Reads until the screen shows `text` and nothing else.
  testing::AssertionResult AwaitScreen(const std::string& text) {
    while (screen().Text() != text) {
      if (!Read()) {
        return testing::AssertionFailure()
               << "the screen is '" << screen().Text() << "'";
      }
    }
    return testing::AssertionSuccess();
  }

  // The window has another size from now on; the child is told by SIGWINCH.
  void Resize(int columns, int rows) {
    screen();
    screen_.Resize(columns, rows);
    winsize size = {};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = static_cast<unsigned short>(rows);
    ASSERT_EQ(ioctl(descriptor_, TIOCSWINSZ, &size), 0);
  }

  void Signal(int signal_number) { kill(child_, signal_number); }
  void Continue() { ASSERT_EQ(write(continue_[1], "", 1), 1); }

  // The exit code, or the negative number of the signal that ended the child.
  int ExitCode() {
    while (Read()) {
    }
    int status = 0;
    waitpid(child_, &status, 0);
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // Whether the terminal's modes are as they were at first.
  bool ModesAreBack() const {
    termios now = {};
    return tcgetattr(descriptor_, &now) == 0 && now.c_lflag == modes_.c_lflag &&
           now.c_iflag == modes_.c_iflag &&
           now.c_cc[VINTR] == modes_.c_cc[VINTR];
  }

  // What a person sees.
  const Screen& screen() {
    screen_.Write(absl::string_view(written_).substr(shown_));
    shown_ = written_.size();
    return screen_;
  }
  // All that was written so far.
  const std::string& written() const { return written_; }

 private:
  static constexpr int kStuckMs = 60000;

  // False when the child is gone, or stuck.
  bool Read() {
    pollfd wait = {descriptor_, POLLIN, 0};
    char buffer[4096];
    ssize_t bytes = 0;
    if (poll(&wait, 1, kStuckMs) > 0) {
      bytes = read(descriptor_, buffer, sizeof(buffer));
    } else {
      kill(child_, SIGKILL);
    }
    if (bytes <= 0) return false;
    written_.append(buffer, static_cast<size_t>(bytes));
    return true;
  }

  static int Chat(const FakeTextModel& model, const Options& options) {
    std::vector<const char*> argv = {"fathom-chat", "m.fathom"};
    argv.insert(argv.end(), options.arguments.begin(), options.arguments.end());
    return ChatCommand(int(argv.size()), argv.data(), [&](const LoadOptions&) {
      return std::make_unique<FakeTextModel>(model);
    });
  }

  // Runs the chat as the job of a shell does.
  int Shell(const FakeTextModel& model, const Options& options) {
    signal(SIGTTOU, SIG_IGN);
    const pid_t job = fork();
    if (job == 0) {
      setpgid(0, 0);
      tcsetpgrp(STDIN_FILENO, getpid());
      signal(SIGTTOU, SIG_DFL);
      _exit(Chat(model, options));
    }
    int status = 0;
    for (;;) {
      waitpid(job, &status, WUNTRACED);
      tcsetpgrp(STDIN_FILENO, getpid());
      if (!WIFSTOPPED(status)) return WEXITSTATUS(status);
      termios now = {};
      tcgetattr(STDIN_FILENO, &now);
      const bool usual = (now.c_lflag & ECHO) != 0;
      dprintf(STDOUT_FILENO, "[stopped by %d, modes %s]\n", WSTOPSIG(status),
              usual ? "usual" : "changed");
      char byte = 0;
      if (read(continue_[0], &byte, 1) != 1) return 99;
      tcsetpgrp(STDIN_FILENO, job);
      kill(-job, SIGCONT);
    }
  }

  pid_t child_ = -1;
  int descriptor_ = -1;
  int continue_[2] = {-1, -1};
  termios modes_ = {};
  bool reaped_ = false;
  Screen screen_;
  std::string written_;
  size_t awaited_ = 0;  // of written_; so is what follows
  size_t shown_ = 0;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_PTY_TESTING_H_
