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
#include <fstream>
#include <set>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

// Between two steps lies the sampling of a token: so long a thread spins
// before it sleeps (some 200 us).
constexpr int kSpins = 1 << 13;
constexpr int kYields = 32;
constexpr long kParkNanoseconds = 50'000;

std::vector<int> AllowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// One CPU of each core.
std::vector<int> AllowedCores() {
  std::vector<int> cores;
  std::set<std::string> seen;
  for (int cpu : AllowedCpus()) {
    std::ifstream file(absl::StrCat("/sys/devices/system/cpu/cpu", cpu,
                                    "/topology/thread_siblings_list"));
    std::string siblings;
    if (!std::getline(file, siblings)) siblings = absl::StrCat("cpu", cpu);
    if (seen.insert(siblings).second) cores.push_back(cpu);
  }
  return cores;
}

}  // namespace

int32_t UsableCores() { return static_cast<int32_t>(AllowedCores().size()); }

ThreadPool::ThreadPool(uint32_t thread_count) : thread_count_(thread_count) {
  std::vector<int> cores = AllowedCores();
  // With more threads than cores a spinning one holds up those it waits for.
  if (thread_count <= cores.size()) spins_ = kSpins;
  if (thread_count == cores.size() && thread_count > 1) cpus_ = cores;
}

absl::StatusOr<std::unique_ptr<ThreadPool>> ThreadPool::Create(
    int32_t thread_count) {
  if (thread_count < 0 || thread_count > kPoolThreadsMax) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "found %d threads, expected 1 to %d", thread_count, kPoolThreadsMax));
  }
  if (thread_count == 0) {
    thread_count = std::min(UsableCores(), kPoolThreadsMax);
  }
  const auto count = static_cast<uint32_t>(thread_count);
  std::unique_ptr<ThreadPool> pool(new ThreadPool(count));
  FATHOM_RETURN_IF_ERROR(pool->Start());
  return pool;
}

absl::Status ThreadPool::Start() {
  if (sched_getaffinity(0, sizeof callers_cpus_, &callers_cpus_) != 0) {
    cpus_.clear();
  }
  Pin(0);
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
  return status;
}

ThreadPool::~ThreadPool() {
  over_.store(true);
  generation_.fetch_add(1);
  generation_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  if (!cpus_.empty()) {
    pthread_setaffinity_np(pthread_self(), sizeof callers_cpus_,
                           &callers_cpus_);
  }
}

void ThreadPool::Pin(uint32_t thread) {
  if (cpus_.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpus_[thread], &set);
  // Where it is refused the thread runs unpinned.
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
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
  Pin(thread);
  for (uint32_t generation = 0;; ++generation) {
    WaitWhile(generation_, generation);
    if (over_.load()) return;
    (*work_)(thread);
    if (running_.fetch_sub(1) == 1) running_.notify_one();
  }
}

void ThreadPool::Run(absl::FunctionRef<void(uint32_t)> work) {
  if (thread_count_ == 1) return work(0);
  work_ = &work;
  running_.store(thread_count_ - 1);
  generation_.fetch_add(1);
  generation_.notify_all();
  work(0);
  for (uint32_t left = running_.load(); left != 0; left = running_.load()) {
    WaitWhile(running_, left);
  }
}

void ParkStep(const FathomStep* context, const uint64_t* counter,
              uint64_t target) {
  auto arrived = [&] {
    return __atomic_load_n(counter, __ATOMIC_ACQUIRE) >= target;
  };
  for (int i = 0; i < kYields; ++i) {
    if (arrived()) return;
    sched_yield();
  }
  // The low half of the counter: any arrival changes it.
  const uint64_t seen = __atomic_load_n(counter, __ATOMIC_ACQUIRE);
  if (seen >= target) return;
  const timespec timeout = {0, kParkNanoseconds};
  syscall(SYS_futex, counter, FUTEX_WAIT_PRIVATE, static_cast<uint32_t>(seen),
          &timeout, nullptr, 0);
}

}  // namespace fathom::rt
