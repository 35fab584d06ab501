#include "runtime/device/thread_governor.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using Delays = std::vector<double>;

// Windows in which nobody waits, until the governor changes its mind.
int QuietWindows(ThreadGovernor& governor) {
  const uint32_t count = governor.count();
  int windows = 0;
  while (governor.count() == count && windows < 1000) {
    governor.Observe(Delays(count, 0.0));
    ++windows;
  }
  return windows;
}

TEST(ThreadGovernorTest, QuietMachineKeepsAllThreads) {
  ThreadGovernor governor(8);
  for (int i = 0; i < 1000; ++i) {
    // Interrupts and daemons take a little here and there.
    Delays delays(8, 0.01);
    delays[i % 8] = 0.09;
    governor.Observe(delays);
    ASSERT_EQ(governor.count(), 8u);
  }
}

TEST(ThreadGovernorTest, ABusyProcessBesideTwoThreadsLeavesOne) {
  ThreadGovernor governor(2);
  governor.Observe(Delays{0.0, 0.5});
  EXPECT_EQ(governor.count(), 1u);
}

TEST(ThreadGovernorTest, ManyThreadsGiveUpAsManyAsWait) {
  ThreadGovernor governor(16);
  Delays delays(16, 0.0);
  delays[3] = 0.5;
  governor.Observe(delays);
  EXPECT_EQ(governor.count(), 15u);

  ThreadGovernor crowded(16);
  crowded.Observe(Delays(16, 0.5));
  EXPECT_EQ(crowded.count(), 8u);
}

// Two threads of which one loses a quarter still beat one.
TEST(ThreadGovernorTest, GivesUpNothingThatHelps) {
  ThreadGovernor governor(2);
  governor.Observe(Delays{0.0, 0.25});
  EXPECT_EQ(governor.count(), 2u);
}

TEST(ThreadGovernorTest, TriesAllAgainAndWaitsLongerEachTimeInVain) {
  ThreadGovernor governor(2);
  governor.Observe(Delays{0.5, 0.5});
  int expected = ThreadGovernor::kTrialWindows;
  for (int trial = 0; trial < 8; ++trial) {
    ASSERT_EQ(governor.count(), 1u);
    EXPECT_EQ(QuietWindows(governor), expected);
    ASSERT_EQ(governor.count(), 2u);
    governor.Observe(Delays{0.5, 0.0});
    expected = std::min(2 * expected, ThreadGovernor::kTrialWindowsMax);
  }
}

TEST(ThreadGovernorTest, ATrialThatGoesWellEndsIt) {
  ThreadGovernor governor(2);
  governor.Observe(Delays{0.5, 0.0});
  QuietWindows(governor);
  governor.Observe(Delays{0.0, 0.0});
  EXPECT_EQ(governor.count(), 2u);
  // And what comes later is a new trouble: tried again soon.
  governor.Observe(Delays{0.5, 0.0});
  EXPECT_EQ(QuietWindows(governor), ThreadGovernor::kTrialWindows);
}

TEST(ThreadGovernorTest, NeverBelowOneThread) {
  ThreadGovernor governor(3);
  governor.Observe(Delays{1.0, 1.0, 1.0});
  EXPECT_EQ(governor.count(), 1u);
  governor.Observe(Delays{1.0});
  EXPECT_EQ(governor.count(), 1u);
}

}  // namespace
}  // namespace fathom::rt
