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

TEST(ProgressTest, WritesOneLine) {
  EXPECT_EQ(progressLine({2'000'000, 4'000'000, 1, 4}, 67.0),
            "[============>           ] 1/4 tensors, 2.0 of 4.0 MB, 1:07 left");
  EXPECT_EQ(progressLine({0, 0, 0, 0}, std::nullopt),
            "[========================] 0/0 tensors, 0.0 of 0.0 MB");
}

} // namespace
} // namespace fathom
