// For tests that raise signals or send them to a child: a shell starts what it
// puts into the background with SIGINT and SIGQUIT ignored, and what a process
// was started with it passes on.
#ifndef FATHOM_TOOLS_TERMINAL_DEFAULT_SIGNALS_TESTING_H_
#define FATHOM_TOOLS_TERMINAL_DEFAULT_SIGNALS_TESTING_H_

#include <signal.h>

namespace fathom::rt {

// A variable of this type in a test's file gives the signals of a terminal
// their default actions, before the first test.
struct DefaultSignals {
  DefaultSignals() {
    for (int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGPIPE}) {
      signal(number, SIG_DFL);
    }
  }
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_DEFAULT_SIGNALS_TESTING_H_
