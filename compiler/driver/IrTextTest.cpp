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
  EXPECT_EQ(message(std::string(kIrBytesMax, ' ')), "");
  EXPECT_NE(message(std::string(kIrBytesMax + 1, ' ')).find("67108865 bytes"),
            std::string::npos);
}

TEST(IrTextTest, GreaterOrEqualClosesNothing) {
  std::string deeper = "[affine_set<(d0) : (d0 > // no end\n = 0)>, ";
  EXPECT_EQ(message(repeat(deeper, kIrDepthMax - 2)), "");
  EXPECT_NE(message(repeat(deeper, kIrDepthMax - 1)), "");
}

/// The aliases PREFIX0 to PREFIX`count`, each of which nests one deeper than
/// the one before it.
std::string chain(const std::string &prefix, int count,
                  const std::string &equals = " = ") {
  std::string all = prefix + "0 = []\n";
  for (int i = 1; i <= count; ++i)
    all += prefix + std::to_string(i) + equals + "[" + prefix +
           std::to_string(i - 1) + "]\n";
  return all;
}

TEST(IrTextTest, K10NestingThroughAliasesHasALimit) {
  for (const char *prefix : {"#a", "!a", "#_-$", "#", "!", "#-"}) {
    EXPECT_EQ(message(chain(prefix, kIrDepthMax - 1)), "") << prefix;
    EXPECT_NE(message(chain(prefix, kIrDepthMax)), "") << prefix;
  }
  EXPECT_NE(message(chain("#a", kIrDepthMax))
                .find("found an alias and its brackets 257 deep at byte"),
            std::string::npos);
  // However it is written, and whatever stands before it.
  for (const char *equals : {"=", "\n\n=\n\n", " // =\n= // =\n"})
    EXPECT_NE(message(chain("#a", kIrDepthMax, equals)), "") << equals;
  EXPECT_NE(message("[[[\n" + chain("#a", kIrDepthMax)), "");
  EXPECT_NE(message(">>>\n" + chain("#a", kIrDepthMax)), "");
  std::string split;
  for (int i = 1; i <= kIrDepthMax; ++i)
    split += "!a" + std::to_string(i) + " =\ntuple\n<\n!a" +
             std::to_string(i - 1) + "\n>\n";
  EXPECT_EQ(message("!a0 = i32\n" + split), "");
  EXPECT_NE(message("!a0 = tuple<>\n" + split), "");
}

TEST(IrTextTest, BracketsInAndAroundAliasesCount) {
  std::string half = "#a = " + repeat("[", kIrDepthMax / 2) +
                     repeat("]", kIrDepthMax / 2) + "\n";
  EXPECT_EQ(message(half + repeat("(", kIrDepthMax / 2) + "#a"), "");
  EXPECT_NE(message(half + repeat("(", kIrDepthMax / 2 + 1) + "#a"), "");
  // Many that do not nest, of any depth, and operations after them.
  std::string many = half;
  for (int i = 0; i < 5000; ++i)
    many += "#b" + std::to_string(i) + " = [#a]\n";
  EXPECT_EQ(message(many), "");
  std::string between = "#a0 = 1\n";
  for (int i = 1; i < 2 * kIrDepthMax; ++i)
    between += "module { \"x\"() {b = #a" + std::to_string(i - 1) +
               "} : () -> () }\n#a" + std::to_string(i) + " = affine_map<>\n";
  EXPECT_EQ(message(between), "");
  // What has a dot in its name is no alias.
  EXPECT_EQ(message(chain("#a.", 5000)), "");
}

TEST(IrTextTest, K10ExpressionsHaveALimit) {
  for (const char *term : {" + d0", "*d0", " - d0", "- ", " floordiv 3",
                           " ceildiv 3", " mod 3", " + (d0)"}) {
    EXPECT_EQ(message(repeat(term, kIrOperatorsMax)), "") << term;
    EXPECT_NE(message("affine_map<(d0) -> (d0" + repeat(term, 1025) + ")>")
                  .find("found more than 1024 operators in one expression at "),
              std::string::npos)
        << term;
  }
  // Those of names, of arrows and of other expressions are none.
  EXPECT_EQ(message(repeat("arith.mod modern mode_ ", 5000)), "");
  EXPECT_EQ(message(repeat("-> ", 5000)), "");
  EXPECT_EQ(message("[" + repeat("-1.0e-06, d0 + d1, ", 5000)), "");
  EXPECT_EQ(message(repeat("%0 = arith.constant -1.0e-06 : f32\n", 5000)), "");
}

} // namespace
} // namespace fathom
