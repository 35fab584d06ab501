#include "runtime/io/half.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(HalfTest, EveryCodeComesBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    auto code = static_cast<uint16_t>(bits);
    if (std::isnan(F16ToFloat(code))) {
      EXPECT_TRUE(std::isnan(F16ToFloat(FloatToF16(F16ToFloat(code)))));
    } else {
      EXPECT_EQ(FloatToF16(F16ToFloat(code)), code);
    }
    if (std::isnan(Bf16ToFloat(code))) {
      EXPECT_TRUE(std::isnan(Bf16ToFloat(FloatToBf16(Bf16ToFloat(code)))));
    } else {
      EXPECT_EQ(FloatToBf16(Bf16ToFloat(code)), code);
    }
  }
  for (uint32_t bits = 0; bits < 256; ++bits) {
    auto code = static_cast<uint8_t>(bits);
    EXPECT_EQ(FloatToF8E4M3(F8E4M3ToFloat(code)), code) << bits;
  }
}

TEST(HalfTest, KnownValues) {
  EXPECT_EQ(Bf16ToFloat(0x3f80), 1.0f);
  EXPECT_EQ(F16ToFloat(0x3c00), 1.0f);
  EXPECT_EQ(F16ToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(F16ToFloat(0x0001), 0x1p-24f);
  EXPECT_EQ(F16ToFloat(0xfc00), -kInfinity);
  EXPECT_EQ(F8E4M3ToFloat(0x7e), 448.0f);
  EXPECT_EQ(F8E4M3ToFloat(0x01), 0x1p-9f);
  EXPECT_EQ(F8E4M3ToFloat(0xb8), -1.0f);
  EXPECT_TRUE(std::isnan(F8E4M3ToFloat(0x7f)));
  EXPECT_TRUE(std::isnan(F8E4M3ToFloat(0xff)));
}

// Between two neighbours: the nearer one, and at the middle the even one.
TEST(HalfTest, TiesGoToEven) {
  for (uint32_t bits = 0; bits < 0x7bff; ++bits) {
    auto low = static_cast<uint16_t>(bits);
    auto high = static_cast<uint16_t>(bits + 1);
    float middle = (F16ToFloat(low) + F16ToFloat(high)) / 2;
    EXPECT_EQ(FloatToF16(middle), bits & 1 ? high : low) << bits;
    EXPECT_EQ(FloatToF16(std::nextafter(middle, 0.0f)), low);
    EXPECT_EQ(FloatToF16(std::nextafter(middle, kInfinity)), high);
    EXPECT_EQ(FloatToF16(-middle), 0x8000u | (bits & 1 ? high : low));
  }
  for (uint32_t bits = 0; bits < 0x7e; ++bits) {
    auto low = static_cast<uint8_t>(bits),
         high = static_cast<uint8_t>(bits + 1);
    float middle = (F8E4M3ToFloat(low) + F8E4M3ToFloat(high)) / 2;
    EXPECT_EQ(FloatToF8E4M3(middle), bits & 1 ? high : low) << bits;
    EXPECT_EQ(FloatToF8E4M3(std::nextafter(middle, 0.0f)), low);
    EXPECT_EQ(FloatToF8E4M3(std::nextafter(middle, kInfinity)), high);
  }
  EXPECT_EQ(FloatToBf16(0x1.01p0f), 0x3f80);  // a tie, down to even
  EXPECT_EQ(FloatToBf16(0x1.03p0f), 0x3f82);  // a tie, up to even
  EXPECT_EQ(FloatToBf16(0x1.010002p0f), 0x3f81);
}

TEST(HalfTest, Extremes) {
  EXPECT_EQ(FloatToF16(65519.99f), 0x7bff);
  EXPECT_EQ(FloatToF16(65520.0f), 0x7c00);
  EXPECT_EQ(FloatToF16(kInfinity), 0x7c00);
  EXPECT_EQ(FloatToF16(0x1p-26f), 0);
  EXPECT_EQ(FloatToF16(1e-40f), 0);
  EXPECT_TRUE(std::isnan(F16ToFloat(FloatToF16(kNaN))));
  EXPECT_TRUE(std::isnan(Bf16ToFloat(FloatToBf16(kNaN))));
  EXPECT_EQ(FloatToBf16(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_EQ(FloatToF8E4M3(464.0f), 0x7e);
  EXPECT_EQ(FloatToF8E4M3(465.0f), 0x7f);
  EXPECT_EQ(FloatToF8E4M3(1e30f), 0x7f);
  EXPECT_EQ(FloatToF8E4M3(kNaN) & 0x7f, 0x7f);
}

}  // namespace
}  // namespace fathom::rt
