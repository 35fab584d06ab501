//===- ProgressTest.cpp - Tests of the progress line ----------------------===//

#include "tools/fathom-compile/Progress.h"

#include "gtest/gtest.h"

namespace fathom {
namespace {

TEST(ProgressTest, CountsTimeFromTheFirstReport) {
  TimeLeft left;
  // A hundred seconds of making code are no speed of packing.
  EXPECT_FALSE(left.report({10, 100, 1, 4}, 100));
  EXPECT_EQ(left.report({20, 100, 1, 4}, 101), 8.0);
  EXPECT_EQ(left.report({90, 100, 3, 4}, 108), 1.0);
  EXPECT_FALSE(left.report({100, 100, 4, 4}, 109));
}

TEST(ProgressTest, SaysNothingOfAHundredth) {
  TimeLeft left;
  EXPECT_FALSE(left.report({0, 1000, 0, 4}, 5));
  EXPECT_FALSE(left.report({9, 1000, 0, 4}, 6));
  EXPECT_TRUE(left.report({10, 1000, 0, 4}, 6));
}

TEST(ProgressTest, ForgetsTheSpeedOfLongAgo) {
  TimeLeft left;
  // 100 bytes a second into the cache, then 10 to the disk.
  EXPECT_FALSE(left.report({0, 10000, 0, 4}, 0));
  EXPECT_EQ(left.report({1000, 10000, 0, 4}, 10), 90.0);
  for (int i = 1; i <= 10; ++i)
    left.report({1000 + 10 * static_cast<uint64_t>(i), 10000, 0, 4}, 10 + i);
  EXPECT_EQ(left.report({1110, 10000, 0, 4}, 21), 889.0);
}

TEST(ProgressTest, FitsAnyWidth) {
  PackProgress progress = {2'000'000, 4'000'000, 1, 4};
  EXPECT_EQ(progressLine(progress, 67.0, 51),
            "[============>           ] 2.0 of 4.0 MB, 1:07 left");
  EXPECT_EQ(progressLine(progress, 67.0, 37),
            "[=====>    ] 2.0 of 4.0 MB, 1:07 left");
  EXPECT_EQ(progressLine(progress, 67.0, 36), "2.0 of 4.0 MB, 1:07 left");
  EXPECT_EQ(progressLine(progress, 67.0, 19), "2.0 of 4.0 MB");
  EXPECT_EQ(progressLine(progress, 67.0, 5), "50%");
  EXPECT_EQ(progressLine(progress, 67.0, 2), "");
  for (int columns = 0; columns <= 500; ++columns) {
    std::string line = progressLine(progress, 67.0, columns);
    EXPECT_LE(line.size(), static_cast<size_t>(columns));
    EXPECT_LE(line.size(), 70u);
  }
}

TEST(ProgressTest, SaysHowLongInHoursToo) {
  EXPECT_EQ(progressLine({1, 4, 0, 4}, 7387.0, 30),
            "0.0 of 0.0 MB, 2:03:07 left");
}

TEST(ProgressTest, WaitsForTheDiskAtTheEnd) {
  EXPECT_EQ(progressLine({4'000'000, 4'000'000, 4, 4}, std::nullopt, 46),
            "[============] 4.0 of 4.0 MB, flushing to disk");
}

} // namespace
} // namespace fathom
