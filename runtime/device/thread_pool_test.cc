#include "runtime/device/thread_pool.h"

#include <sched.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/device/usable_cpus.h"

namespace fathom::rt {
namespace {

TEST(ThreadPoolTest, EachThreadEntersOnceAndAllHaveLeft) {
  for (int32_t count : {1, 2, 3, 9}) {
    auto pool = ThreadPool::Create(count, ThreadPolicy::kFixed);
    ASSERT_TRUE(pool.ok());
    ASSERT_EQ((*pool)->thread_count(), uint32_t(count));
    std::vector<int> entered(count);
    for (int round = 1; round <= 300; ++round) {
      (*pool)->Run([&](uint32_t thread) { ++entered[thread]; });
      for (int times : entered) ASSERT_EQ(times, round);
    }
  }
}

// All are inside at the same time: each waits for the others.
TEST(ThreadPoolTest, ThreadsAreThereTogether) {
  for (uint32_t count : {2u, 5u}) {
    auto pool = ThreadPool::Create(int32_t(count), ThreadPolicy::kFixed);
    ASSERT_TRUE(pool.ok());
    alignas(64) uint64_t counter = 0;
    for (uint64_t round = 1; round <= 200; ++round) {
      (*pool)->Run([&](uint32_t thread) {
        __atomic_fetch_add(&counter, 1, __ATOMIC_ACQ_REL);
        const uint64_t target = round * count;
        while (__atomic_load_n(&counter, __ATOMIC_ACQUIRE) < target) {
          (*pool)->park()(nullptr, &counter, target);
        }
      });
      ASSERT_EQ(counter, round * count);
    }
  }
}

// A thread that waits long sleeps and does not burn its core.
TEST(ThreadPoolTest, WaitingThreadsSleep) {
  auto pool = ThreadPool::Create(2, ThreadPolicy::kFixed);
  ASSERT_TRUE(pool.ok());
  (*pool)->Run([](uint32_t) {});
  timespec before = {}, after = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  const double used_s = double(after.tv_sec - before.tv_sec) +
                        1e-9 * double(after.tv_nsec - before.tv_nsec);
  EXPECT_LT(used_s, 0.1);
  std::atomic<int> entered{0};
  (*pool)->Run([&](uint32_t) { ++entered; });
  EXPECT_EQ(entered, 2);
}

TEST(ThreadPoolTest, AsManyThreadsAsCoresKeepToTheirOwn) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  const int32_t cores = UsableCores();
  ASSERT_GE(cores, 1);
  {
    auto pool = ThreadPool::Create(0);
    ASSERT_TRUE(pool.ok());
    ASSERT_EQ((*pool)->thread_count(), uint32_t(cores));
    std::vector<int> allowed(cores);
    (*pool)->Run([&](uint32_t thread) {
      cpu_set_t set;
      sched_getaffinity(0, sizeof set, &set);
      allowed[thread] = CPU_COUNT(&set);
    });
    for (int count : allowed) {
      EXPECT_EQ(count, cores > 1 ? 1 : CPU_COUNT(&before));
    }
  }
  // And the caller has its cores back.
  cpu_set_t after;
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

// Runs may take any number of the threads, in any order.
TEST(ThreadPoolTest, FewerThreadsThanThereAre) {
  auto pool = ThreadPool::Create(5, ThreadPolicy::kFixed);
  ASSERT_TRUE(pool.ok());
  for (int round = 0; round < 300; ++round) {
    const uint32_t count = 1 + uint32_t(round * 7) % 5;
    std::vector<int> entered(5);
    (*pool)->Run(count, [&](uint32_t thread) { ++entered[thread]; });
    for (uint32_t thread = 0; thread < 5; ++thread) {
      ASSERT_EQ(entered[thread], thread < count ? 1 : 0);
    }
  }
}

// More threads than can run at once only hold one another up.
TEST(ThreadPoolTest, AdaptiveTakesNoMoreThreadsThanCpus) {
  const int32_t cpus = UsableCpus();
  auto more = ThreadPool::Create(std::min(cpus + 6, kPoolThreadsMax));
  ASSERT_TRUE(more.ok());
  EXPECT_EQ((*more)->thread_count(), uint32_t(cpus));
}

// Where two threads are put on one core, the pool finds out and leaves one.
TEST(ThreadPoolTest, AdaptiveGivesUpThreadsThatWaitForACore) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  if (CPU_COUNT(&before) < 2) GTEST_SKIP() << "needs two CPUs";
  auto pool = ThreadPool::Create(2);
  ASSERT_TRUE(pool.ok());
  CPU_ZERO(&one);
  CPU_SET(AllowedCpus()[0], &one);
  (*pool)->Run([&](uint32_t) { sched_setaffinity(0, sizeof one, &one); });
  bool fewer = false;
  auto spin = [](uint32_t) {
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
    while (std::chrono::steady_clock::now() < end) {
    }
  };
  for (int step = 0; step < 2000 && !fewer; ++step) {
    (*pool)->RunStep(spin);
    fewer = (*pool)->step_thread_count() == 1;
  }
  EXPECT_TRUE(fewer);
}

TEST(ThreadPoolTest, CountsAreLimited) {
  EXPECT_FALSE(ThreadPool::Create(-1).ok());
  EXPECT_FALSE(ThreadPool::Create(kPoolThreadsMax + 1).ok());
}

}  // namespace
}  // namespace fathom::rt
