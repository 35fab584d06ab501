#include "runtime/io/block_scales.h"

#include <cmath>
#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(BlockScalesTest, EachType) {
  EXPECT_EQ(ScaleAt(DType::kF32, "\x00\x00\x40\x3f"), 0.75f);
  EXPECT_EQ(ScaleAt(DType::kBF16, "\x40\x3f"), 0.75f);
  EXPECT_EQ(ScaleAt(DType::kF16, "\x00\x3a"), 0.75f);
  for (DType type : {DType::kF8E8M0, DType::kU8}) {
    EXPECT_EQ(ScaleAt(type, "\x7f"), 1.0f);
    EXPECT_EQ(ScaleAt(type, "\x7c"), 0.125f);
    EXPECT_EQ(ScaleAt(type, "\xfe"), 0x1p127f);
    EXPECT_EQ(ScaleAt(type, "\x00"), 0x1p-127f);
    EXPECT_TRUE(std::isnan(ScaleAt(type, "\xff")));
  }
  for (DType type : {DType::kF64, DType::kI8, DType::kF8E4M3, DType::kI32}) {
    EXPECT_FALSE(IsScaleType(type));
  }
}

TEST(BlockScalesTest, Shapes) {
  using Shape = std::vector<uint64_t>;
  EXPECT_EQ(ScaleShape(576, 7168, 128, 128), (Shape{5, 56}));
  EXPECT_EQ(ScaleShape(1, 129, 128, 128), (Shape{1, 2}));
  EXPECT_TRUE(IsScaleShape(Shape{5, 56}, Shape{5, 56}));
  EXPECT_FALSE(IsScaleShape(Shape{56, 5}, Shape{5, 56}));
  EXPECT_FALSE(IsScaleShape(Shape{2}, Shape{1, 2}));
  for (const Shape& one : {Shape{}, Shape{1}, Shape{1, 1}}) {
    EXPECT_TRUE(IsScaleShape(one, Shape{1, 1}));
    EXPECT_FALSE(IsScaleShape(one, Shape{1, 2}));
  }
  EXPECT_FALSE(IsScaleShape(Shape{1, 1, 1}, Shape{1, 1}));
  EXPECT_FALSE(IsScaleShape(Shape{0}, Shape{1, 1}));
}

}  // namespace
}  // namespace fathom::rt
