// See signal_inbox.h.
#include "tools/terminal/signal_inbox.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace fathom::rt {
namespace {

// A handler knows nothing but what is global.
std::atomic<bool> came[NSIG];
int pipe_ends[2] = {-1, -1};
struct sigaction before[NSIG];

static_assert(std::atomic<bool>::is_always_lock_free);

void OnSignal(int signal_number) {
  const int saved = errno;
  came[signal_number] = true;
  // A full pipe is readable as well.
  [[maybe_unused]] const ssize_t written = write(pipe_ends[1], "", 1);
  errno = saved;
}

}  // namespace

SignalInbox::SignalInbox(std::initializer_list<int> signal_numbers)
    : caught_(signal_numbers) {
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    status_ = absl::ResourceExhaustedError(
        absl::StrCat("cannot open a pipe: ", strerror(errno)));
    return;
  }
  for (int signal_number : caught_) Catch(signal_number);
}

SignalInbox::~SignalInbox() {
  if (!status_.ok()) return;
  for (int signal_number : caught_) Restore(signal_number);
  for (int& end : pipe_ends) {
    close(end);
    end = -1;
  }
}

int SignalInbox::descriptor() const { return pipe_ends[0]; }

bool SignalInbox::Pending() const {
  return std::any_of(caught_.begin(), caught_.end(), [](int signal_number) {
    return came[signal_number].load();
  });
}

bool SignalInbox::Take(int signal_number) {
  return came[signal_number].exchange(false);
}

void SignalInbox::Drain() {
  char bytes[64];
  while (read(pipe_ends[0], bytes, sizeof(bytes)) > 0) {
  }
}

void SignalInbox::Catch(int signal_number) {
  came[signal_number] = false;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(signal_number, &action, &before[signal_number]);
  if (before[signal_number].sa_handler == SIG_IGN) Restore(signal_number);
}

void SignalInbox::Restore(int signal_number) {
  sigaction(signal_number, &before[signal_number], nullptr);
}

}  // namespace fathom::rt
