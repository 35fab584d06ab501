#include "runtime/base/units.h"

#include <limits>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(UnitsTest, HasThreeSignificantDigits) {
  EXPECT_EQ(BytesText(0), "0 bytes");
  EXPECT_EQ(BytesText(999), "999 bytes");
  EXPECT_EQ(BytesText(1000), "1.00 kB");
  EXPECT_EQ(BytesText(9994), "9.99 kB");
  EXPECT_EQ(BytesText(9996), "10.0 kB");
  EXPECT_EQ(BytesText(236'000), "236 kB");
  EXPECT_EQ(BytesText(999'499), "999 kB");
  EXPECT_EQ(BytesText(999'500), "1.00 MB");
  EXPECT_EQ(BytesText(3'093'000'000), "3.09 GB");
  EXPECT_EQ(BytesText(std::numeric_limits<uint64_t>::max()), "18.4 EB");
}

TEST(UnitsTest, CountsInWords) {
  EXPECT_EQ(CountText(512), "512");
  EXPECT_EQ(CountText(12'345), "12.3 thousand");
  EXPECT_EQ(CountText(2'037'000), "2.04 million");
  EXPECT_EQ(CountText(671'026'000'000), "671 billion");
}

}  // namespace
}  // namespace fathom::rt
