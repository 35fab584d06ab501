// See thread_governor.h.
#include "runtime/device/thread_governor.h"

#include <algorithm>
#include <cmath>

namespace fathom::rt {
namespace {

// A thread that waits for a smaller part of the time than this competes with
// nobody: interrupts and short-lived work take so much on a quiet machine.
constexpr double kQuietDelay = 0.1;

}  // namespace

void ThreadGovernor::Observe(absl::Span<const double> delays) {
  double sum = 0, longest = 0;
  for (double delay : delays) {
    if (delay < kQuietDelay) continue;
    sum += std::min(delay, 1.0);
    longest = std::max(longest, std::min(delay, 1.0));
  }
  // What was waited for in all is about the number of cores that are missing.
  const double missing = std::ceil(sum);
  const double fewer = std::max(1.0, count_ - missing);
  // Now all go at the pace of the slowest; with fewer, each has its core.
  const bool gains = fewer < count_ && fewer >= count_ * (1 - longest);
  if (gains) {
    // All threads were tried and it did not help: wait longer for the next.
    const bool was_trial = count_ == thread_count_ && windows_ > 0;
    if (was_trial) {
      trial_windows_ = std::min(trial_windows_ * 2, kTrialWindowsMax);
    }
    count_ = static_cast<uint32_t>(fewer);
    windows_ = 0;
    return;
  }
  if (count_ == thread_count_) {
    // A good window with all threads: the next trouble is a new one.
    windows_ = 0;
    trial_windows_ = kTrialWindows;
    return;
  }
  if (++windows_ >= trial_windows_) count_ = thread_count_;
}

}  // namespace fathom::rt
