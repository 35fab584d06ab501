// How many threads a step should use while other work takes part of the cores.
#ifndef FATHOM_RUNTIME_DEVICE_THREAD_GOVERNOR_H_
#define FATHOM_RUNTIME_DEVICE_THREAD_GOVERNOR_H_

#include <cstdint>

#include "absl/types/span.h"

namespace fathom::rt {

// A step is cut into equal shares, so all threads go at the pace of the one
// that gets the least of its core. One busy process beside two threads costs
// half of the speed or more; one thread that has a core to itself loses
// nothing. The governor gives up threads that wait for a core, and tries all of
// them again from time to time.
//
// It is told, window by window, how long the threads were ready to run and had
// no core. No clock, no system call: the pool measures.
class ThreadGovernor {
 public:
  // Windows with fewer threads before all are tried again: doubled each time
  // that the trial fails, up to the most.
  static constexpr int kTrialWindows = 8;
  static constexpr int kTrialWindowsMax = 128;

  // `thread_count`: the most threads, at least 1.
  explicit ThreadGovernor(uint32_t thread_count)
      : thread_count_(thread_count), count_(thread_count) {}

  // The threads to use now: 1 to the most.
  uint32_t count() const { return count_; }

  // After a window of steps with count() threads. `delays[i]` is the part of
  // the window, 0 to 1, in which thread i waited for a core.
  void Observe(absl::Span<const double> delays);

 private:
  uint32_t thread_count_;
  uint32_t count_;
  int windows_ = 0;  // with fewer threads, since the last trial
  int trial_windows_ = kTrialWindows;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_DEVICE_THREAD_GOVERNOR_H_
