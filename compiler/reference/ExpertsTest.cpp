//===- ExpertsTest.cpp - Choices of experts that are given ----------------===//
//
// Margins of given choices, worked out by hand.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Experts.h"
#include "gtest/gtest.h"

#include <limits>

namespace fathom {
namespace {

/// The margin of `given`, where `scores` of experts in groups of two stand in
/// the bias: all logits are 0, whose sigmoid is 1/2 for each.
double marginOf(std::vector<double> given, std::vector<double> scores,
                int64_t topGroups, bool byBest = false) {
  int64_t count = scores.size();
  Matrix logits(1, count), bias(1, count), choice(1, given.size());
  bias.values = std::move(scores);
  choice.values = std::move(given);
  std::vector<double> margins;
  auto [ids, weights] = route(logits, bias,
                              {mlir::fathom::Scoring::Sigmoid, count / 2,
                               topGroups, choice.columns, byBest, 1.0, false},
                              &choice, &margins);
  EXPECT_EQ(ids.values, choice.values);
  EXPECT_EQ(weights.values, std::vector<double>(choice.columns, 0.5));
  EXPECT_EQ(margins.size(), 1u);
  return margins.at(0);
}

TEST(ExpertsTest, OwnChoiceHasNoMargin) {
  EXPECT_EQ(marginOf({0, 3}, {0.4, 0.1, 0.2, 0.3}, 2), 0);
  EXPECT_EQ(marginOf({3, 0}, {0.4, 0.1, 0.2, 0.3}, 2), 0);
  EXPECT_EQ(marginOf({0, 1}, {0.4, 0.2, 0.2, 0.3}, 1), 0);
}

TEST(ExpertsTest, MarginIsToTheBestThatWasLeft) {
  EXPECT_EQ(marginOf({0, 2}, {0.5, 0.125, 0.25, 0.375}, 2), 0.125);
  EXPECT_EQ(marginOf({1, 2}, {0.5, 0.125, 0.25, 0.375}, 2), 0.375);
}

TEST(ExpertsTest, MarginOfGroupsCounts) {
  // Groups are worth 0.5 and 0.375.
  EXPECT_EQ(marginOf({2, 3}, {0.375, 0.125, 0.25, 0.125}, 1), 0.125);
  // By their best, 0.375 and 0.25.
  EXPECT_EQ(marginOf({2, 3}, {0.375, 0.125, 0.25, 0.25}, 1, true), 0.125);
}

TEST(ExpertsTest, MoreGroupsThanMayBeCannotBe) {
  EXPECT_EQ(marginOf({0, 2}, {0.4, 0.1, 0.25, 0.3}, 1),
            std::numeric_limits<double>::infinity());
}

} // namespace
} // namespace fathom
