// Signals as something that a loop waits for, beside its input.
#ifndef FATHOM_TOOLS_TERMINAL_SIGNAL_INBOX_H_
#define FATHOM_TOOLS_TERMINAL_SIGNAL_INBOX_H_

#include <initializer_list>
#include <vector>

#include "absl/status/status.h"

namespace fathom::rt {

// Catches some signals until it is destroyed; there is one at a time. A signal
// is kept until it is taken, so that none is lost between two waits: its
// handler sets a flag, then makes a pipe readable. Whoever waits for the pipe
// calls Drain() first and looks at the flags, by Pending() or Take(), after
// that.
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

  // Readable after a signal has come, until Drain().
  int descriptor() const;
  void Drain();

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
