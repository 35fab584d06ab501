// What classes become, and which characters they hold.
#include "runtime/text/pattern_class.h"

#include <string>

#include "gtest/gtest.h"
#include "runtime/text/split_pattern.h"

namespace fathom::rt {
namespace {

std::string Read(absl::string_view pattern) {
  size_t at = 0;
  size_t computed = 0;
  auto text = ReadClass(pattern, &at, &computed);
  if (!text.ok()) return std::string(text.status().message());
  EXPECT_EQ(at, pattern.size());
  return *text;
}

// The characters of ASCII from ' ' that the class holds.
std::string Held(absl::string_view pattern) {
  auto compiled = SplitPattern::Create(pattern);
  if (!compiled.ok()) return std::string(compiled.status().message());
  std::string held;
  for (char c = ' '; c < 0x7f; ++c) {
    const std::string text(1, c);
    SplitScratch scratch(1);
    EXPECT_TRUE(compiled
                    ->ForEachPart(text, &scratch,
                                  [&](size_t, size_t, bool is_match) {
                                    if (is_match) held += c;
                                  })
                    .ok());
  }
  return held;
}

TEST(PatternClassTest, CopiesUnions) {
  EXPECT_EQ(Read("[a-c[x[yz]]\\s]"), "[a-c\\p{White_Space}xyz]");
  EXPECT_EQ(Read("[^(\\s|[.,])]"), "[^\\(\\p{White_Space}\\|\\)\\.\\,]");
  EXPECT_EQ(Read("[[:digit:]\\h]"), "[\\p{AHex}\\p{Nd}]");
}

TEST(PatternClassTest, WritesIntersectionsAsOneClass) {
  EXPECT_EQ(Read("[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]"),
            "[^\\p{sc:Hani}\\p{Ll}\\p{Nd}\\p{Nl}\\p{No}\\p{Pc}\\p{Pd}\\p{Ps}"
            "\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{Sm}\\p{Sc}\\p{Sk}\\p{So}\\p{Zs}"
            "\\p{Zl}\\p{Zp}\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}]");
  EXPECT_EQ(Read("[a-z&&[^c]]"), "[\\x{61}-\\x{62}\\x{64}-\\x{7a}]");
}

// What the library gives for each.
TEST(PatternClassTest, HoldsWhatOnigurumaDoes) {
  EXPECT_EQ(Held("[a[^ -x]]"), "ayz{|}~");
  EXPECT_EQ(Held("[^a[^b-f]]"), "bcdef");
  EXPECT_EQ(Held("[^a-z&&[^c]]").find("c"), Held("[^abd-z]").find("c"));
  EXPECT_EQ(Held("[a-z&&b-d&&[^c]]"), "bd");
  EXPECT_EQ(Held("[a-z&&^c]"), "c");
  EXPECT_EQ(Held("[a-c&&b-d[x]]"), "bc");
  EXPECT_EQ(Held("[^[a-y]&&[b-~][^!-~]]"), Held("[^b-y]"));
  EXPECT_EQ(Held("[]a]"), "]a");
  EXPECT_EQ(Held("[a[]b]]"), "]ab");
  EXPECT_EQ(Held("[[:alpha]]"), ":ahlp");
  EXPECT_EQ(Held("[a-c&&]"), "");
  EXPECT_EQ(Held("[^&&a]").size(), 95);
  EXPECT_EQ(Held("[a&b]"), "&ab");
  EXPECT_EQ(Held("[[:^ascii:]a]"), "a");
  EXPECT_EQ(Held("[[:xdigit:]&&[^[:digit:]]]"), "ABCDEFabcdef");
  EXPECT_EQ(Held("[\\p{^Greek}&&\\P{^ASCII}&&a-c]"), "abc");
}

TEST(PatternClassTest, NamesWhatItRefuses) {
  EXPECT_EQ(Read("[\\p{Klingon}]"),
            "found the property '\\p{Klingon}' at byte 1 of the pattern "
            "'[\\p{Klingon}]', expected only constructs that Fathom supports");
  EXPECT_EQ(Read("[[:alpha:]]").substr(0, 19), "found '[:alpha:]' a");
  for (const char* pattern :
       {"[]", "[^]", "[a[]]", "[a-[b]]", "[[a]-c]", "[a-b-c]", "[a&&-b]",
        "[a-&&b]", "[z-a]", "[a", "[[:x", "[\\", "[a-"}) {
    EXPECT_EQ(Read(pattern).substr(0, 6), "found ") << pattern;
  }
}

TEST(PatternClassTest, DepthIsLimited) {
  EXPECT_EQ(Read(std::string(16, '[') + "a" + std::string(16, ']')), "[a]");
  EXPECT_EQ(
      Read(std::string(17, '[') + "a" + std::string(17, ']')).substr(0, 9),
      "found mor");
}

// Both sides of the limit, and that plain classes do not count.
TEST(PatternClassTest, ComputedBytesAreLimited) {
  std::string classes;
  for (size_t i = 0; i < kComputedBytesMax / 8; ++i) classes += "[a-c&&b]";
  EXPECT_TRUE(SplitPattern::Create(classes + "[a[b]]").ok());
  EXPECT_EQ(Held(classes + "[a&&b]").substr(0, 31),
            "found more than 4096 bytes of i");
}

}  // namespace
}  // namespace fathom::rt
