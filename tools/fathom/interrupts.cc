// See interrupts.h.
#include "tools/fathom/interrupts.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace fathom::rt {
namespace {

constexpr int kCaught[] = {SIGINT, SIGTERM};

// A handler knows nothing but what is global.
std::atomic<int> first_signal = 0;
int pipe_ends[2] = {-1, -1};
struct sigaction before[NSIG];

static_assert(std::atomic<int>::is_always_lock_free);

void OnSignal(int signal_number) {
  const int saved = errno;
  int none = 0;
  first_signal.compare_exchange_strong(none, signal_number);
  // A full pipe is readable as well.
  [[maybe_unused]] const ssize_t written = write(pipe_ends[1], "", 1);
  errno = saved;
}

}  // namespace

Interrupts::Interrupts() {
  first_signal = 0;
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    pipe_ends[0] = pipe_ends[1] = -1;
  }
  for (int signal_number : kCaught) {
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART | SA_RESETHAND;
    sigaction(signal_number, &action, &before[signal_number]);
    if (before[signal_number].sa_handler == SIG_IGN) {
      sigaction(signal_number, &before[signal_number], nullptr);
    }
  }
}

Interrupts::~Interrupts() {
  for (int signal_number : kCaught) {
    sigaction(signal_number, &before[signal_number], nullptr);
  }
  for (int& end : pipe_ends) {
    if (end >= 0) close(end);
    end = -1;
  }
}

int Interrupts::signal() const { return first_signal; }

int Interrupts::descriptor() const { return pipe_ends[0]; }

}  // namespace fathom::rt
