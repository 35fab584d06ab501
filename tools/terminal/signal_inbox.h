// Signals as something that a loop waits for, beside its input.
#ifndef FATHOM_TOOLS_TERMINAL_SIGNAL_INBOX_H_
#define FATHOM_TOOLS_TERMINAL_SIGNAL_INBOX_H_

#include <initializer_list>
#include <vector>

#include "absl/status/status.h"

namespace fathom::rt {

// Catches some signals until it is destroyed; there is one at a time. A signal
// is kept until it is taken, so that none is lost between two waits: the
// handler sets a flag and then makes a pipe readable, and Take() empties the
// pipe before it looks at the flags.
//
// A signal that the process ignored before stays ignored.
class SignalInbox {
 public:
  explicit SignalInbox(std::initializer_list<int> signal_numbers);
  ~SignalInbox();
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  // ResourceExhausted when there are no more file descriptors.
  const absl::Status& status() const { return status_; }

  // Readable once a signal has come that was not taken.
  int descriptor() const;

  // Whether there is one that was not taken. A handler runs before the system
  // call that its signal interrupted returns, but after that call has looked at
  // the descriptor: what poll() says is not enough.
  bool Pending() const;

  // Whether `signal_number` came since it was last taken; false for one that is
  // not caught.
  bool Take(int signal_number);

  // For as long as `call` runs the signal does what it did before this object.
  template <typename Call>
  void Without(int signal_number, Call call) {
    Restore(signal_number);
    call();
    Catch(signal_number);
  }

 private:
  static void Catch(int signal_number);
  static void Restore(int signal_number);

  std::vector<int> caught_;
  absl::Status status_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_SIGNAL_INBOX_H_
