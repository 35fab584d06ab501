//===- IrTextTest.cpp - What MLIR's parser never sees ---------------------===//
//
// Each limit on both sides.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/IrText.h"

#include "gtest/gtest.h"

namespace fathom {
namespace {

std::string repeat(const std::string &text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

std::string message(const std::string &text) {
  return std::string(checkIrText(text, "f.mlir").message());
}

TEST(IrTextTest, K10NestingHasALimit) {
  for (const char *open : {"(", "[", "{", "<"}) {
    EXPECT_EQ(message(repeat(open, kIrDepthMax)), "");
    EXPECT_EQ(message(repeat(open, kIrDepthMax + 1)),
              "'f.mlir': found brackets 257 deep at byte 256, expected at most "
              "256");
  }
  EXPECT_EQ(message(repeat("{(<[]>)} ", 1000)), "");
  EXPECT_NE(message(repeat("builtin.module {\n", 10000)), "");
}

TEST(IrTextTest, ArrowsStringsAndCommentsAreNoBrackets) {
  EXPECT_EQ(message(repeat("(i32) -> i32\n", 1000) + repeat("<", kIrDepthMax)),
            "");
  EXPECT_EQ(message(repeat("\"((((\" // [[[[\n", 1000)), "");
  EXPECT_EQ(message(repeat("\"a\\\"((\"\n", 1000)), "");
  // A string that is not closed ends with its line.
  EXPECT_NE(message("\"\n" + repeat("(", kIrDepthMax + 1)), "");
}

TEST(IrTextTest, K10OtherThings) {
  EXPECT_NE(message(std::string("a\0b", 3)).find("a NUL at byte 1"),
            std::string::npos);
  EXPECT_EQ(message(repeat("-", kIrMinusMax)), "");
  EXPECT_NE(message(repeat("- ", kIrMinusMax + 1)), "");
  EXPECT_EQ(message(std::string(kIrBytesMax, ' ')), "");
  EXPECT_NE(message(std::string(kIrBytesMax + 1, ' ')).find("67108865 bytes"),
            std::string::npos);
}

} // namespace
} // namespace fathom
