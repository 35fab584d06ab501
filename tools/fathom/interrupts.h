// Ctrl-C and `kill` as something that a loop looks at between two steps.
#ifndef FATHOM_TOOLS_FATHOM_INTERRUPTS_H_
#define FATHOM_TOOLS_FATHOM_INTERRUPTS_H_

namespace fathom::rt {

// Catches SIGINT and SIGTERM until it is destroyed; there is one at a time. A
// signal that was ignored before stays ignored.
//
// Only the first of each is caught. The second one ends the process at once, as
// it would have without this object: whatever the program hangs in, a user who
// presses Ctrl-C twice is done with it.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // The signal that came first; 0 where none did.
  int signal() const;

  // Readable once a signal has come, so that a wait for input ends as well; -1
  // where the system has no descriptors left.
  int descriptor() const;
};

// What a shell shows for a program that `signal_number` ended: 130 for Ctrl-C,
// 143 for `kill`.
constexpr int InterruptedExitCode(int signal_number) {
  return 128 + signal_number;
}

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_INTERRUPTS_H_
