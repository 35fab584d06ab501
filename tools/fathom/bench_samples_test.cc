// Samples on a clock of our own: every figure is exact.
#include "tools/fathom/bench_samples.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(BenchSamplesTest, MedianIsTheMiddle) {
  EXPECT_EQ(Median({3}), 3);
  EXPECT_EQ(Median({5, 1, 3}), 3);
  EXPECT_EQ(Median({4, 1, 3, 9}), 3.5);
}

// Probes give 100, 200, 300, ... units a second; work of 3 tokens takes 1/64 s,
// so that two pieces of it fill a sample: 192 tokens a second.
TEST(BenchSamplesTest, EachStandsBetweenTwoProbes) {
  double now_s = 0, limit = 0;
  int runs = 0;
  const auto samples = Sample({[&] { return now_s; },
                               [&] {
                                 now_s += 1000;  // is not the work's
                                 return limit += 100;
                               },
                               0.5,
                               [&]() -> absl::StatusOr<int64_t> {
                                 ++runs;
                                 now_s += 1.0 / 64;
                                 return 3;
                               }});
  ASSERT_TRUE(samples.ok());
  EXPECT_EQ(runs, 2 * kSampleCount);
  ASSERT_EQ(samples->limits.size(), size_t{kSampleCount + 1});
  ASSERT_EQ(samples->rates.size(), size_t{kSampleCount});
  ASSERT_EQ(samples->ratios.size(), size_t{kSampleCount});
  for (size_t i = 0; i < samples->ratios.size(); ++i) {
    const double before = 100.0 * static_cast<double>(i + 1);
    EXPECT_EQ(samples->limits[i], before);
    EXPECT_EQ(samples->rates[i], 192);
    EXPECT_EQ(samples->ratios[i], 96 / (before + 50));
  }
}

TEST(BenchSamplesTest, WorkThatFailsEndsThem) {
  const auto samples = Sample({[] { return 0.0; }, [] { return 1.0; }, 1,
                               []() -> absl::StatusOr<int64_t> {
                                 return absl::InvalidArgumentError("no more");
                               }});
  EXPECT_EQ(samples.status().message(), "no more");
}

}  // namespace
}  // namespace fathom::rt
