// N threads that enter one function together: the step is written for threads
// that are there from its beginning to its end.
#ifndef FATHOM_RUNTIME_DEVICE_THREAD_POOL_H_
#define FATHOM_RUNTIME_DEVICE_THREAD_POOL_H_

#include <sched.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "runtime/abi/step.h"
#include "runtime/device/thread_governor.h"

namespace fathom::rt {

inline constexpr int32_t kPoolThreadsMax = 1024;

enum class ThreadPolicy {
  // Never more threads than CPUs that may be used, and fewer in a step while
  // other work takes the cores.
  kAdaptive,
  // Exactly as many as asked for, in every step: to measure and to test.
  kFixed,
};

// Whose thread calls Run().
enum class PoolCaller {
  // One that lives as long as the pool, which may pin it: a program's own.
  kPinned,
  // Any, another one each time, which is left where it is: a library's.
  kAny,
};

// Owns N - 1 threads; the caller of Run() is thread 0. One thread at a time
// may call Run(). Where N is the number of cores each thread keeps to its own;
// with fewer threads the scheduler places them, so that two processes do not
// share a core while another one is idle.
class ThreadPool {
 public:
  // `thread_count` 0 takes UsableCores(). InvalidArgument for a count that is
  // negative or above kPoolThreadsMax, ResourceExhausted where a thread cannot
  // be started.
  static absl::StatusOr<std::unique_ptr<ThreadPool>> Create(
      int32_t thread_count, ThreadPolicy policy = ThreadPolicy::kAdaptive,
      PoolCaller caller = PoolCaller::kPinned);
  ~ThreadPool();

  // N: the most threads that a run takes.
  uint32_t thread_count() const { return thread_count_; }

  // The threads that the next step should take: N, or fewer where other work
  // takes the cores.
  uint32_t step_thread_count() const { return governor_.count(); }

  // FathomStep::park for these threads: waits, then sleeps for a moment. Nobody
  // wakes the sleeper (generated code knows no system call), so the sleep is
  // short.
  FathomPark park() const;

  // Calls `work(t)` on each thread t below `count`, at most N, and returns when
  // all have left it. Threads from `count` on sleep.
  void Run(uint32_t count, absl::FunctionRef<void(uint32_t)> work);

  // The same on all N threads.
  void Run(absl::FunctionRef<void(uint32_t)> work) { Run(thread_count_, work); }

  // The same on step_thread_count() threads; learns from how it went.
  void RunStep(absl::FunctionRef<void(uint32_t)> work);

 private:
  // Where a thread waits for its next run, alone on its cache line.
  struct alignas(64) Gate {
    std::atomic<uint32_t> runs{0};
  };

  ThreadPool(uint32_t thread_count, ThreadPolicy policy, PoolCaller caller);

  absl::Status Start();
  void Serve(uint32_t thread);
  void WaitWhile(const std::atomic<uint32_t>& word, uint32_t value) const;
  // Pins all threads each to its core, or lets them go.
  void Pin(bool pinned);
  // The window: some steps, looked at together.
  void BeginWindow();
  void Observe();

  const uint32_t thread_count_;
  const ThreadPolicy policy_;
  const PoolCaller caller_;
  int spins_ = 0;
  std::vector<int> cpus_;  // of each thread; empty: never pinned
  bool pinned_ = false;
  cpu_set_t callers_cpus_;  // as they were, given back at the end
  std::vector<std::thread> threads_;

  ThreadGovernor governor_;
  std::vector<pid_t> ids_;          // of the threads, as the kernel knows them
  std::vector<int64_t> waited_ns_;  // for a core, when the window began
  std::vector<double> delays_;
  double window_s_ = 0;  // how long steps ran in the window

  absl::FunctionRef<void(uint32_t)>* work_ = nullptr;
  std::vector<Gate> gates_;
  alignas(64) std::atomic<uint32_t> running_{0};
  std::atomic<bool> over_{false};
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_DEVICE_THREAD_POOL_H_
