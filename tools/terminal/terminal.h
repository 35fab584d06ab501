// The terminal that a program talks through: its modes, its size, and that it
// is as it was when the program ends, however it ends.
#ifndef FATHOM_TOOLS_TERMINAL_TERMINAL_H_
#define FATHOM_TOOLS_TERMINAL_TERMINAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// There is one at a time. Not thread-safe.
//
// In both modes nothing is echoed, and what is typed stays in order and is
// there to be read at once:
//   - kWaiting: Ctrl-C, Ctrl-Z and Ctrl-\ are the signals that they usually
//     are. For the time when nothing reads what is typed.
//   - kEditing: Ctrl-C and Ctrl-Z are bytes, so that their place among the
//     other keys is known, and pastes are bracketed. Only Ctrl-\ is a signal.
//
// While the object lives, SIGHUP, SIGTERM and SIGQUIT, and SIGINT for whoever
// does not catch it, leave the terminal as it was before they end the process
// as they always do. A signal that was ignored stays so.
class Terminal {
 public:
  enum class Mode { kWaiting, kEditing };

  Terminal(int input, int output);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void Enter(Mode mode);
  void Leave();

  // The process was stopped and goes on: whoever ran meanwhile may have changed
  // the terminal.
  void Resume();

  // Stops the process as Ctrl-Z does, with the terminal as it was before, and
  // returns when it goes on. SIGTSTP must have its usual meaning.
  void Stop();

  // Whether the process is in the foreground: reading the terminal or changing
  // its modes stops it where it is not.
  bool InForeground() const;

  struct Size {
    int columns, rows;
  };
  Size size() const;

  // Whether the terminal rewraps its rows when it becomes narrower.
  bool rewraps() const;

 private:
  int input_;
  int output_;
  Mode mode_ = Mode::kWaiting;
};

// The columns of the terminal that `descriptor` is; 80 where it does not say.
int TerminalColumns(int descriptor);

// Whether escape sequences are understood: TERM does not say "dumb".
bool TerminalIsCapable();

// Whether colours and the like are wanted as well: NO_COLOR is not set.
bool TerminalHasColors();

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_TERMINAL_H_
