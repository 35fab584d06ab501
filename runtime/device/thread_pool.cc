// See thread_pool.h.
#include "runtime/device/thread_pool.h"

#include <immintrin.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/device/usable_cpus.h"

namespace fathom::rt {
namespace {

// Between two steps lies the sampling of a token: so long a thread spins
// before it sleeps (some 200 us).
constexpr int kSpins = 1 << 13;
constexpr int kParkSpins = 1 << 12;
constexpr int kYields = 32;
constexpr long kParkNanoseconds = 50'000;

// How long steps run before the pool looks at how they went. Reading takes some
// microseconds a thread.
constexpr double kWindowSeconds = 0.02;
constexpr double kWindowSecondsPerThread = 5e-4;

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// How long a thread of this process was ready to run and had no CPU, in
// nanoseconds since it began; 0 where the kernel does not count it.
int64_t WaitedNanoseconds(pid_t thread) {
  std::ifstream file(absl::StrCat("/proc/self/task/", thread, "/schedstat"));
  int64_t ran_ns = 0, waited_ns = 0;
  file >> ran_ns >> waited_ns;
  return file ? waited_ns : 0;
}

bool Arrived(const uint64_t* counter, uint64_t target) {
  return __atomic_load_n(counter, __ATOMIC_ACQUIRE) >= target;
}

void Sleep(const uint64_t* counter, uint64_t target) {
  // The low half of the counter: any arrival changes it.
  const uint64_t seen = __atomic_load_n(counter, __ATOMIC_ACQUIRE);
  if (seen >= target) return;
  const timespec timeout = {0, kParkNanoseconds};
  syscall(SYS_futex, counter, FUTEX_WAIT_PRIVATE, static_cast<uint32_t>(seen),
          &timeout, nullptr, 0);
}

// Where each thread has a core: who waits long waits for one that other work
// holds up. To yield here would hand this core, too, to the other work, for
// some milliseconds; a thread that slept is preferred when it wakes.
void SpinThenSleep(const FathomStep* context, const uint64_t* counter,
                   uint64_t target) {
  for (int i = 0; i < kParkSpins; ++i) {
    if (Arrived(counter, target)) return;
    _mm_pause();
  }
  Sleep(counter, target);
}

// Where threads share cores: the one that is waited for may wait for this one.
void YieldThenSleep(const FathomStep* context, const uint64_t* counter,
                    uint64_t target) {
  for (int i = 0; i < kYields; ++i) {
    if (Arrived(counter, target)) return;
    sched_yield();
  }
  Sleep(counter, target);
}

uint32_t ThreadCount(int32_t wanted, ThreadPolicy policy) {
  if (wanted == 0) wanted = std::min(UsableCores(), kPoolThreadsMax);
  // A thread more than can run would only hold up those that wait for it.
  if (policy == ThreadPolicy::kAdaptive)
    wanted = std::min(wanted, UsableCpus());
  return static_cast<uint32_t>(wanted);
}

}  // namespace

ThreadPool::ThreadPool(uint32_t thread_count, ThreadPolicy policy,
                       PoolCaller caller)
    : thread_count_(thread_count),
      policy_(policy),
      caller_(caller),
      governor_(thread_count),
      ids_(thread_count),
      waited_ns_(thread_count),
      gates_(thread_count) {
  std::vector<int> cores = AllowedCores();
  // With more threads than cores a spinning one holds up those it waits for.
  if (thread_count <= cores.size()) spins_ = kSpins;
  if (thread_count == cores.size() && thread_count > 1) cpus_ = cores;
}

absl::StatusOr<std::unique_ptr<ThreadPool>> ThreadPool::Create(
    int32_t thread_count, ThreadPolicy policy, PoolCaller caller) {
  if (thread_count < 0 || thread_count > kPoolThreadsMax) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "found %d threads, expected 1 to %d", thread_count, kPoolThreadsMax));
  }
  const uint32_t count = ThreadCount(thread_count, policy);
  std::unique_ptr<ThreadPool> pool(new ThreadPool(count, policy, caller));
  FATHOM_RETURN_IF_ERROR(pool->Start());
  return pool;
}

absl::Status ThreadPool::Start() {
  if (sched_getaffinity(0, sizeof callers_cpus_, &callers_cpus_) != 0) {
    cpus_.clear();
  }
  // Signals are the first thread's: a handler must not interrupt a step of
  // another one.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  absl::Status status;
  try {
    for (uint32_t thread = 1; thread < thread_count_; ++thread) {
      threads_.emplace_back([this, thread] { Serve(thread); });
    }
  } catch (const std::system_error& error) {
    status = absl::ResourceExhaustedError(
        absl::StrFormat("cannot start thread %d of %d: %s", threads_.size() + 1,
                        thread_count_, error.what()));
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (status.ok()) Pin(true);
  return status;
}

ThreadPool::~ThreadPool() {
  over_.store(true);
  for (size_t i = 1; i <= threads_.size(); ++i) {
    gates_[i].runs.fetch_add(1);
    gates_[i].runs.notify_one();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  Pin(false);  // the caller alone is left
}

void ThreadPool::Pin(bool pinned) {
  if (cpus_.empty() || pinned == pinned_) return;
  pinned_ = pinned;
  for (size_t i = caller_ == PoolCaller::kPinned ? 0 : 1; i <= threads_.size();
       ++i) {
    cpu_set_t set = callers_cpus_;
    if (pinned) {
      CPU_ZERO(&set);
      CPU_SET(cpus_[i], &set);
    }
    // Where it is refused the thread runs unpinned.
    pthread_setaffinity_np(
        i == 0 ? pthread_self() : threads_[i - 1].native_handle(), sizeof set,
        &set);
  }
}

void ThreadPool::WaitWhile(const std::atomic<uint32_t>& word,
                           uint32_t value) const {
  for (int i = 0; i < spins_; ++i) {
    if (word.load(std::memory_order_acquire) != value) return;
    _mm_pause();
  }
  while (word.load(std::memory_order_acquire) == value) word.wait(value);
}

void ThreadPool::Serve(uint32_t thread) {
  ids_[thread] = gettid();
  for (uint32_t run = 0;; ++run) {
    WaitWhile(gates_[thread].runs, run);
    if (over_.load()) return;
    (*work_)(thread);
    if (running_.fetch_sub(1) == 1) running_.notify_one();
  }
}

void ThreadPool::Run(uint32_t count, absl::FunctionRef<void(uint32_t)> work) {
  FATHOM_CHECK(count >= 1 && count <= thread_count_);
  if (count == 1) return work(0);
  work_ = &work;
  running_.store(count - 1);
  for (uint32_t thread = 1; thread < count; ++thread) {
    gates_[thread].runs.fetch_add(1);
    gates_[thread].runs.notify_one();
  }
  work(0);
  for (uint32_t left = running_.load(); left != 0; left = running_.load()) {
    WaitWhile(running_, left);
  }
}

void ThreadPool::RunStep(absl::FunctionRef<void(uint32_t)> work) {
  const uint32_t count = step_thread_count();
  if (policy_ == ThreadPolicy::kFixed || thread_count_ == 1) {
    return Run(count, work);
  }
  // Another caller than the last one, or the first.
  if (std::exchange(ids_[0], gettid()) != gettid()) BeginWindow();
  const double start_s = NowSeconds();
  Run(count, work);
  window_s_ += NowSeconds() - start_s;
  if (window_s_ >= kWindowSeconds + kWindowSecondsPerThread * count) Observe();
}

void ThreadPool::Observe() {
  delays_.clear();
  for (uint32_t thread = 0; thread < step_thread_count(); ++thread) {
    const int64_t waited_ns =
        WaitedNanoseconds(ids_[thread]) - waited_ns_[thread];
    delays_.push_back(1e-9 * static_cast<double>(waited_ns) / window_s_);
  }
  governor_.Observe(delays_);
  // Fewer threads than cores go where there is room.
  Pin(step_thread_count() == thread_count_);
  BeginWindow();
}

void ThreadPool::BeginWindow() {
  window_s_ = 0;
  for (uint32_t thread = 0; thread < step_thread_count(); ++thread) {
    waited_ns_[thread] = WaitedNanoseconds(ids_[thread]);
  }
}

FathomPark ThreadPool::park() const {
  return spins_ > 0 ? &SpinThenSleep : &YieldThenSleep;
}

}  // namespace fathom::rt
