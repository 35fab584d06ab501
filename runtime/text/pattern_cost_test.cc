// Which patterns are linear at each place, and with how many steps a byte.
#include "runtime/text/pattern_cost.h"

#include <string>

#include "gtest/gtest.h"
#include "runtime/text/pattern_syntax.h"

namespace fathom::rt {
namespace {

PatternCost CostOf(absl::string_view pattern) {
  auto translated = TranslatePattern(pattern);
  EXPECT_TRUE(translated.ok()) << translated.status().message();
  return CostOfPattern(translated.ok() ? *translated : "(?:a*)*b");
}

// None of these is ever run under a limit.
TEST(PatternCostTest, PublishedPatternsAreLinear) {
  const char* const kTail = R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
  for (const std::string& pattern :
       {// GPT-2
        std::string(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+)"
                    R"(| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"),
        // Llama 3, and Qwen 2 and 3 with \p{N} alone
        std::string(R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+)"
                    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)") +
            kTail,
        // DeepSeek V3
        std::string(R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)"
                    R"(|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
                    R"(| ?[\p{P}\p{S}]+[\r\n]*)") +
            kTail,
        std::string(R"(\p{N}{1,3})"), std::string("[\u4e00-\u9fa5]+"),
        // GPT-4o, Llama 4
        std::string(R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*)"
                    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
                    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+)"
                    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
                    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*)") +
            kTail,
        // Kimi K2
        std::string(R"([\p{Han}]+|[^\r\n\p{L}\p{N}]?)"
                    R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*)"
                    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)"
                    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?)"
                    R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)"
                    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*)"
                    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
                    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)") +
            kTail,
        // BLOOM
        std::string(
            " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+")}) {
    const PatternCost cost = CostOf(pattern);
    EXPECT_TRUE(cost.is_linear) << pattern << cost.per_byte;
    EXPECT_LE(cost.per_byte, 32) << pattern;
    EXPECT_LE(cost.fixed, 1000) << pattern;
  }
}

TEST(PatternCostTest, OneLoopThatMayFailIsLinear) {
  for (const char* pattern :
       {"a(?=.*b)", "(?!.*b)a", ".*?b|.", "a*b+", "a*(?:b+c)?", "a++b",
        "a{0,17}b", "(?:a|b)c*d", "a*|b*c|d*e"}) {
    EXPECT_TRUE(CostOf(pattern).is_linear) << pattern;
    EXPECT_GT(CostOf(pattern).At(1'000'000), CostOf(pattern).At(0)) << pattern;
  }
  for (const char* pattern : {"a*", "a?b*", "[a*+]b", "\\*\\+a", "a{2,3}b+"}) {
    EXPECT_TRUE(CostOf(pattern).is_linear) << pattern;
    EXPECT_EQ(CostOf(pattern).per_byte, 0) << pattern;
  }
}

TEST(PatternCostTest, MoreIsNotLinear) {
  std::string choices, branches, loops, letters = ".*";
  for (int i = 0; i < 40; ++i) {
    choices += "a?";
    branches += "(?:a|a)";
    loops += "a*b|";
    letters += "aaaaa";
  }
  for (const std::string& pattern :
       {std::string(".*.*b"), std::string("(?=.*.*b)a"),
        std::string("(?:.*){2}b"), std::string("(?:a*)*"),
        std::string("(?:ab)+"), std::string("a*(?=b*)c"),
        std::string("a*(?!b*)"), std::string("a*b*+c"),
        std::string("a*(?:b*c)d"), std::string("a*(?:b|c*)d"),
        std::string("[\\]a]*[b]{3,}c"), std::string("\u00e9*\u00e9*b"),
        std::string("a{17}b{17}c"), std::string("a{2,}$b*$"), choices + "b",
        branches + "b", loops + "a", letters + "b"}) {
    EXPECT_FALSE(CostOf(pattern).is_linear) << pattern;
  }
}

}  // namespace
}  // namespace fathom::rt
