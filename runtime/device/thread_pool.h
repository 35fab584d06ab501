// N threads that enter one function together: the step is written for threads
// that are there from its beginning to its end.
#ifndef FATHOM_RUNTIME_DEVICE_THREAD_POOL_H_
#define FATHOM_RUNTIME_DEVICE_THREAD_POOL_H_

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "runtime/abi/step.h"

namespace fathom::rt {

inline constexpr int32_t kPoolThreadsMax = 1024;

// The cores that this process may use; threads of one core count once.
int32_t UsableCores();

// Owns N - 1 threads; the caller of Run() is thread 0. One thread at a time
// may call Run(). Where N is the number of cores each thread keeps to its own;
// with fewer threads the scheduler places them, so that two processes do not
// share a core while another one is idle. Lives and dies on one thread.
class ThreadPool {
 public:
  // `thread_count` 0 takes UsableCores().
  static absl::StatusOr<std::unique_ptr<ThreadPool>> Create(
      int32_t thread_count);
  ~ThreadPool();

  uint32_t thread_count() const { return thread_count_; }

  // Calls `work(t)` on each thread t and returns when all have left it.
  void Run(absl::FunctionRef<void(uint32_t)> work);

 private:
  explicit ThreadPool(uint32_t thread_count);

  absl::Status Start();
  void Serve(uint32_t thread);
  void Pin(uint32_t thread);
  void WaitWhile(const std::atomic<uint32_t>& word, uint32_t value) const;

  const uint32_t thread_count_;
  int spins_ = 0;
  std::vector<int> cpus_;   // of each thread; empty: not pinned
  cpu_set_t callers_cpus_;  // as they were, given back at the end
  std::vector<std::thread> threads_;

  absl::FunctionRef<void(uint32_t)>* work_ = nullptr;
  // On lines of their own: all threads spin on the one and write the other.
  alignas(64) std::atomic<uint32_t> generation_{0};
  alignas(64) std::atomic<uint32_t> running_{0};
  std::atomic<bool> over_{false};
};

// FathomStep::park: lets others run, then sleeps for a moment. Nobody wakes
// the sleeper (generated code knows no system call), so the sleep is short.
void ParkStep(const FathomStep* context, const uint64_t* counter,
              uint64_t target);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_DEVICE_THREAD_POOL_H_
