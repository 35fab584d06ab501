// Patterns: what is rewritten, what is refused, and what a limit stops.
#include "runtime/text/pattern_syntax.h"

#include <time.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "runtime/text/split_pattern.h"

namespace fathom::rt {
namespace {

// The pieces, each in brackets.
std::string Split(absl::string_view pattern, absl::string_view text) {
  auto compiled = SplitPattern::Create(pattern);
  if (!compiled.ok()) return std::string(compiled.status().message());
  SplitScratch scratch(text.size());
  std::string pieces;
  const absl::Status status = compiled->ForEachPart(
      text, &scratch, [&](size_t begin, size_t end, bool) {
        if (begin == end) return;
        pieces += "[" + std::string(text.substr(begin, end - begin)) + "]";
      });
  return status.ok() ? pieces : std::string(status.message());
}

TEST(PatternSyntaxTest, Rewrites) {
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{
           {R"(\s+(?!\S))", R"(\p{White_Space}+(?!\P{White_Space}))"},
           {R"([^\s\p{L}]*)", R"([^\p{White_Space}\p{L}]*)"},
           {R"(\d\D)", R"(\p{Nd}\P{Nd})"},
           {R"(\s+$)", R"(\p{White_Space}+(?=\n|\z))"},
           {R"((a|b){1,3})", R"((?:a|b){1,3})"},
           {R"((?i:'s|'ll)?)", R"((?i:'s|'ll)?)"},
           {R"([!-/:])", R"([\!-\/\:])"},
           {R"([a\-z\]-])", R"([a\-z\]\-])"},
           {R"(a++b*?c?+)", R"(a++b*?c?+)"},
           {R"(#&-)", R"(\#\&\-)"},
           {R"(\h\p{^L}\p{Han}a])", R"(\p{AHex}\P{L}\p{sc:Hani}a\])"},
           {R"([a&&b[c]])", R"([^\p{Any}])"}}) {
    auto result = TranslatePattern(from);
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_EQ(*result, to);
  }
}

TEST(PatternSyntaxTest, Refuses) {
  for (const char* pattern : {R"(\w)",          R"(\b)",
                              R"(\v)",          R"(\pL)",
                              R"(\1)",          R"(\k<a>)",
                              R"(\x41)",        R"(\u0041)",
                              R"(\<)",          R"(\)",
                              R"(^a)",          R"(a{,3})",
                              R"(a{2}+)",       R"(a{2}?)",
                              R"(a{3,2})",      R"(a{1,1001})",
                              R"(a**)",         R"(a+?+)",
                              R"([[:alpha:]])", R"([])",
                              R"([a)",          R"([a-\p{L}])",
                              R"([\p{L}-z])",   R"([a-b-c])",
                              R"((?<=a)b)",     R"((?<n>a))",
                              R"((?i)a)",       R"((?i:a))",
                              R"((?i:'s|x))",   R"((?i:)",
                              R"((?>a))",       R"((?#a))",
                              R"((?!a)*)",      "a}"}) {
    const auto result = SplitPattern::Create(pattern);
    EXPECT_FALSE(result.ok()) << pattern;
    if (result.ok()) continue;
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(result.status().message(), "found"))
        << result.status().message();
  }
}

// What the library gives for each.
TEST(SplitPatternTest, SplitsAsOniguruma) {
  EXPECT_EQ(Split(R"(\s+$)", "a  \nb  "), "[a][  ][\nb][  ]");
  EXPECT_EQ(Split(R"(a$)", "a\na\r\na"), "[a][\na\r\n][a]");
  EXPECT_EQ(Split(R"(a.b)", "axb a\nb a\rb"), "[axb][ a\nb ][a\rb]");
  EXPECT_EQ(Split(R"(a*)", "bab"), "[b][a][b]");
  EXPECT_EQ(Split(R"((?=[A-Z]))", "aBcD"), "[a][Bc][D]");
  EXPECT_EQ(Split(R"((?i:'s|'t))", "it\u017f it'\u017f"),
            "[it\u017f it]['\u017f]");
  EXPECT_EQ(Split(R"(\s)", "a\u180e\u2003b"), "[a\u180e][\u2003][b]");
  EXPECT_EQ(Split(R"(x)", ""), "");
}

// Matches far apart are found across the borders of calls.
TEST(SplitPatternTest, FindsLateMatches) {
  for (size_t before : {1023u, 1024u, 1025u, 5000u}) {
    const std::string text = std::string(before, 'a') + "xb";
    EXPECT_EQ(Split("x", text), "[" + std::string(before, 'a') + "][x][b]");
    std::string wide;
    for (size_t i = 0; i < before; ++i) wide += "\u00e9";
    EXPECT_EQ(Split("x", wide + "xb"), "[" + wide + "][x][b]");
  }
}

// The time of this thread on the processor: others take none of it.
double ProcessorMs() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

// C9: exponential and quadratic patterns end with a message.
TEST(SplitPatternTest, C9_Limits) {
  const std::string text(size_t{1} << 20, 'a');
  for (const char* pattern :
       {"(?:a|a)*(?=[bc])", "(?:a*)*(?=c)", "(?:a+)+(?=c)", "(?:aa|a)+(?=c)",
        "(?=[ab]*[ac]?[dx])|a", "a(?=.*b)", "(?!.*b)a", ".*?b|.", "(?=.*.*b)a",
        "(?!.*.*b)a", "(?:(?=(?:.*){3}b)a|.*.*b)|a", "[ab]*(?=[ac]*)[ad]*x|.",
        "(?=[a[b]&&\\p{Latin}]*[ac]?[dx])|a"}) {
    const double begin_ms = ProcessorMs();
    const std::string said = Split(pattern, text);
    const double took_ms = ProcessorMs() - begin_ms;
    RecordProperty(pattern, absl::StrCat(took_ms));
    EXPECT_LT(took_ms, 2000) << pattern;
    EXPECT_TRUE(absl::StrContains(said, "limits") ||
                absl::StrContains(said, "too long"))
        << pattern << ": " << said.substr(0, 100);
  }
}

}  // namespace
}  // namespace fathom::rt
