// Normalizer steps, and what they keep of foreign bytes and of the text's
// begin.
#include "runtime/text/normalizer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TrackedText Tracked(const std::string& text,
                    const std::vector<ByteSpan>& foreign = {}) {
  return {text, foreign, text.empty() ? size_t{0} : size_t{1}};
}

TrackedText Applied(std::unique_ptr<NormalizerStep> step,
                    const TrackedText& text) {
  SplitScratch scratch(text.text.size());
  auto result = step->Apply(text, &scratch);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : TrackedText();
}

std::string Text(std::unique_ptr<NormalizerStep> step,
                 const std::string& text) {
  return Applied(std::move(step), Tracked(text)).text;
}

using Spans = std::vector<ByteSpan>;

TEST(NormalizerTest, NormalForms) {
  const std::string text = "\ufb01e\u0301\u212b\uac01\u1e9b\u0323";
  EXPECT_EQ(Text(MakeNormalFormStep({true, false}), text),
            "\ufb01\u00e9\u00c5\uac01\u1e9b\u0323");
  EXPECT_EQ(Text(MakeNormalFormStep({false, false}), text),
            "\ufb01e\u0301A\u030a\u1100\u1161\u11a8\u017f\u0323\u0307");
  EXPECT_EQ(Text(MakeNormalFormStep({true, true}), text),
            "fi\u00e9\u00c5\uac01\u1e69");
  EXPECT_EQ(Text(MakeNormalFormStep({false, true}), text),
            "fie\u0301A\u030a\u1100\u1161\u11a8s\u0323\u0307");
  // Unassigned in the library's Unicode.
  for (const char* odd : {"\u32ff", "\U00011935\U00011930", "\U00011938"}) {
    EXPECT_EQ(Text(MakeNormalFormStep({true, true}), odd), odd);
    EXPECT_EQ(Text(MakeNormalFormStep({false, true}), odd), odd);
  }
}

TEST(NormalizerTest, Characters) {
  EXPECT_EQ(Text(MakeLowercase(), "A\u0130\u03a3\u1e9e\ua7cb"),
            "ai\u0307\u03c3\u00df\u0264");
  EXPECT_EQ(Text(MakeStripAccents(), "e\u0301\u0323x\u20dd\u093e"), "ex");
  EXPECT_EQ(Text(MakeNmt(), std::string("a\x01\t\u200b\u2581\x7f") + "b"),
            "a   b");
  EXPECT_EQ(Text(MakeByteAlphabetStep(), " \u00e9a"), "\u0120\u00c3\u00a9a");
}

TEST(NormalizerTest, StripReplacePrepend) {
  EXPECT_EQ(Text(MakeStrip(true, true), "\u3000 a b\n "), "a b");
  EXPECT_EQ(Text(MakeStrip(true, false), " a "), "a ");
  EXPECT_EQ(Text(MakeStrip(false, true), " a "), " a");
  EXPECT_EQ(Text(MakeStrip(true, true), " \n"), "");
  EXPECT_EQ(Text(MakeReplaceText("aa", "b"), "aaaxaa"), "baxb");
  EXPECT_EQ(
      Text(MakeReplacePattern(*SplitPattern::Create("\\s+"), "_"), " a \n b"),
      "_a_b");
  EXPECT_EQ(Text(MakePrepend("__"), "a"), "__a");
  EXPECT_EQ(Text(MakePrepend("__"), ""), "");
}

// Foreign bytes are known wherever they go, and leave a mark where they are
// removed: what is around it is not taken together.
TEST(NormalizerTest, ForeignBytes) {
  const TrackedText text = Tracked("ab cd", {{1, 4}});
  EXPECT_EQ(Applied(MakeReplaceText(" ", "\u2581"), text).foreign,
            (Spans{{1, 6}}));
  EXPECT_EQ(Applied(MakeReplaceText("cd", "x"), text).foreign, (Spans{{1, 4}}));
  EXPECT_EQ(Applied(MakePrepend("__"), text).foreign, (Spans{{3, 6}}));
  EXPECT_EQ(Applied(MakeReplaceText("b c", ""), text).foreign, (Spans{{1, 1}}));
  EXPECT_EQ(Applied(MakeStripAccents(), Tracked("a\u0301b", {{1, 3}})).foreign,
            (Spans{{1, 1}}));
  // Composed with what is not foreign.
  EXPECT_EQ(
      Applied(MakeNormalFormStep({true, false}), Tracked("ae\u0301b", {{2, 4}}))
          .foreign,
      (Spans{{1, 3}}));
}

TEST(NormalizerTest, BeginOfTheText) {
  const TrackedText text = Tracked("a b");
  EXPECT_EQ(Applied(MakePrepend("__"), text).at_start, 3u);
  EXPECT_EQ(Applied(MakeReplaceText("a", "xyz"), text).at_start, 3u);
  EXPECT_EQ(Applied(MakeReplaceText("a b", "x"), text).at_start, 0u);
  EXPECT_EQ(Applied(MakeReplaceText("a", ""), text).at_start, 0u);
  EXPECT_EQ(Slice(text, 0, 2).at_start, 1u);
  EXPECT_EQ(Slice(text, 1, 2).at_start, 0u);
}

// One byte more than a text may grow to.
TEST(NormalizerTest, TextsGrowToALimit) {
  const std::string part(size_t{1} << 20, 'x');
  const TrackedText text = Tracked(std::string(257, 'a'));
  for (bool is_beyond : {false, true}) {
    TrackedTextBuilder builder(text);
    for (size_t i = 0; i < kTrackedBytesMax / part.size(); ++i) {
      builder.Replace(i, i + 1, part);
    }
    if (is_beyond) builder.Keep(256, 257);
    const auto result = std::move(builder).Finish();
    EXPECT_EQ(result.ok(), !is_beyond);
    if (is_beyond) {
      EXPECT_EQ(result.status().message(),
                "found a text that grows beyond 268435456 bytes once it is "
                "normalized, expected a shorter one");
    }
  }
}

}  // namespace
}  // namespace fathom::rt
