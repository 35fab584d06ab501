// A line that says how far a program is, drawn anew in place.
#ifndef FATHOM_TOOLS_CLI_STATUS_LINE_H_
#define FATHOM_TOOLS_CLI_STATUS_LINE_H_

#include <chrono>
#include <functional>
#include <string>

namespace fathom {

// What a StatusLine does where standard error is no terminal.
enum class WithoutTerminal {
  kNothing,
  kLines,  // whole lines, at most one every 30 seconds
};

// Draws on standard error at most ten times a second, never past the last
// column of the terminal as wide as it is then. Not thread-safe. At most one at
// a time.
class StatusLine {
 public:
  // What to show in at most so many columns.
  using Text = std::function<std::string(int columns)>;

  // Lines that are not drawn in place begin with `prefix`, as "fathom bench: ".
  StatusLine(std::string prefix, WithoutTerminal without_terminal);
  ~StatusLine() { Clear(); }

  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Shows `text` unless something was shown just before; always with `now`.
  void Show(const Text& text, bool now = false);

  // Takes the line away, so that others may write.
  void Clear();

  // For a signal handler that ends the program: leaves the line and begins the
  // next, where one is shown. Async-signal-safe.
  static void LeaveOnSignal();

 private:
  using Clock = std::chrono::steady_clock;

  std::string prefix_;
  WithoutTerminal without_terminal_;
  bool is_terminal_;
  Clock::time_point last_;
};

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_STATUS_LINE_H_
