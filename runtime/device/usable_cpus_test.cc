#include "runtime/device/usable_cpus.h"

#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

constexpr int32_t kNone = std::numeric_limits<int32_t>::max();

// The /proc and /sys of a container.
class CpuQuotaTest : public testing::Test {
 protected:
  CpuQuotaTest() {
    std::string name = testing::TempDir() + "/usable_cpus.XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~CpuQuotaTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  std::string root_;
};

TEST_F(CpuQuotaTest, NoControlGroups) { EXPECT_EQ(CpuQuota(root_), kNone); }

TEST_F(CpuQuotaTest, Version2RoundsUp) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(CpuQuota(root_), 2);
  Write("/sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(CpuQuota(root_), 1);
  Write("/sys/fs/cgroup/cpu.max", "1000 100000\n");
  EXPECT_EQ(CpuQuota(root_), 1);
  Write("/sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(CpuQuota(root_), kNone);
}

TEST_F(CpuQuotaTest, TheTightestGroupAboveCounts) {
  Write("/proc/self/cgroup", "0::/a/b\n");
  Write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  Write("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  EXPECT_EQ(CpuQuota(root_), 3);
}

TEST_F(CpuQuotaTest, Version1) {
  Write("/proc/self/cgroup", "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n");
  Write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "400000\n");
  Write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(CpuQuota(root_), 4);
  Write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(CpuQuota(root_), kNone);
}

TEST_F(CpuQuotaTest, NonsenseIsNoLimit) {
  Write("/proc/self/cgroup", "0::/\nnonsense\n7::");
  for (const char* text : {"", "a b\n", "100000\n", "0 0\n", "1 2 3\n"}) {
    Write("/sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(CpuQuota(root_), kNone) << text;
  }
}

TEST(UsableCpusTest, AtLeastOneAndNoFewerThanCores) {
  EXPECT_GE(UsableCores(), 1);
  EXPECT_GE(UsableCpus(), UsableCores());
}

}  // namespace
}  // namespace fathom::rt
