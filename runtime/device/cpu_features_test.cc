#include "runtime/device/cpu_features.h"

#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

// A CPU that has everything.
CpuidRegisters All(uint32_t leaf, uint32_t subleaf) {
  return {~0u, ~0u, ~0u, ~0u};
}

TEST(CpuFeaturesTest, A5TheOperatingSystemMustSaveTheRegisters) {
  const CpuFeatures all = CpuFeatures::From(All, ~uint64_t{0});
  EXPECT_TRUE(all.Has("avx512bf16") && all.Has("avx2") && all.Has("sse2"));
  EXPECT_FALSE(all.Has("avx1024"));
  const CpuFeatures no_zmm = CpuFeatures::From(All, 0x7);
  EXPECT_TRUE(no_zmm.Has("avx2") && no_zmm.Has("fma") && no_zmm.Has("bmi2"));
  EXPECT_FALSE(no_zmm.Has("avx512f") || no_zmm.Has("avx512vnni"));
  // Masks alone are not enough.
  EXPECT_FALSE(CpuFeatures::From(All, 0x27).Has("avx512f"));
  const CpuFeatures no_ymm = CpuFeatures::From(All, 0x3);
  EXPECT_TRUE(no_ymm.Has("sse4.2") && no_ymm.Has("bmi2"));
  EXPECT_FALSE(no_ymm.Has("avx") || no_ymm.Has("f16c"));
}

TEST(CpuFeaturesTest, A5WithoutOsxsaveNothingAboveSse) {
  const CpuFeatures features = CpuFeatures::From(
      [](uint32_t leaf, uint32_t subleaf) -> CpuidRegisters {
        CpuidRegisters r = All(leaf, subleaf);
        if (leaf == 1) r[2] &= ~(1u << 27);
        return r;
      },
      ~uint64_t{0});
  EXPECT_FALSE(features.Has("avx2"));
  EXPECT_TRUE(features.Has("sse4.2"));
}

TEST(CpuFeaturesTest, SubleavesBeyondTheLastAreNotRead) {
  const CpuFeatures features = CpuFeatures::From(
      [](uint32_t leaf, uint32_t subleaf) -> CpuidRegisters {
        CpuidRegisters r = All(leaf, subleaf);
        if (leaf == 7) r[0] = 0;
        return r;
      },
      ~uint64_t{0});
  EXPECT_FALSE(features.Has("avxvnni"));
  EXPECT_TRUE(features.Has("avx512vnni"));
}

// Against what the kernel says, under its own names.
TEST(CpuFeaturesTest, AgreesWithTheKernel) {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line, flags;
  while (std::getline(cpuinfo, line)) {
    if (line.rfind("flags", 0) == 0) flags = line + " ";
  }
  if (flags.empty()) GTEST_SKIP() << "no flags in /proc/cpuinfo";
  const CpuFeatures features = CpuFeatures::Detect();
  const std::pair<const char*, const char*> kNames[] = {
      {"avx2", "avx2"},
      {"fma", "fma"},
      {"f16c", "f16c"},
      {"bmi2", "bmi2"},
      {"avx512f", "avx512f"},
      {"avx512bw", "avx512bw"},
      {"avx512vl", "avx512vl"},
      {"avx512dq", "avx512dq"},
      {"avx512cd", "avx512cd"},
      {"avx512vnni", "avx512_vnni"},
      {"gfni", "gfni"},
      {"avx512bf16", "avx512_bf16"},
      {"sse4.2", "sse4_2"},
      {"lzcnt", "abm"},
      {"avx512vbmi", "avx512vbmi"},
  };
  for (const auto& [ours, kernels] : kNames) {
    EXPECT_EQ(features.Has(ours),
              flags.find(std::string(" ") + kernels + " ") != std::string::npos)
        << ours;
  }
}

}  // namespace
}  // namespace fathom::rt
