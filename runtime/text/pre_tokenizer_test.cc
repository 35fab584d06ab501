// Pre-tokenizer steps: the pieces that the `tokenizers` library makes.
#include "runtime/text/pre_tokenizer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

// The pieces of `text`, each in brackets. `at_start` as in TrackedText.
std::string Pieces(std::unique_ptr<PreTokenizerStep> step,
                   const std::string& text, size_t at_start = 1) {
  PreTokenizer pre_tokenizer;
  pre_tokenizer.AddStep(std::move(step));
  SplitScratch scratch(text.size());
  PiecedText pieced;
  const absl::Status status =
      pre_tokenizer.Split({text, {}, at_start}, &scratch, &pieced);
  EXPECT_TRUE(status.ok()) << status;
  std::string pieces;
  for (const Piece& piece : pieced.pieces) {
    absl::StrAppend(
        &pieces, "[",
        pieced.tracked.text.substr(piece.begin, piece.end - piece.begin), "]");
  }
  return pieces;
}

TEST(PreTokenizerTest, EveryBehavior) {
  for (const auto& [behavior, plain, inverted] :
       std::vector<std::tuple<CutBehavior, std::string, std::string>>{
           {CutBehavior::kIsolated, "[a][-][-][b][-]", "[a][-][-][b][-]"},
           {CutBehavior::kRemoved, "[a][b]", "[-][-][-]"},
           {CutBehavior::kMergedWithPrevious, "[a-][-][b-]", "[a][-][-b][-]"},
           {CutBehavior::kMergedWithNext, "[a][-][-b][-]", "[a-][-][b-]"},
           {CutBehavior::kContiguous, "[a][--][b][-]", "[a][--][b][-]"}}) {
    for (bool invert : {false, true}) {
      EXPECT_EQ(Pieces(MakePatternSplit(
                           {*SplitPattern::Create("-"), behavior, invert}),
                       "a--b-"),
                invert ? inverted : plain)
          << int{static_cast<uint8_t>(behavior)} << invert;
    }
  }
}

TEST(PreTokenizerTest, Characters) {
  EXPECT_EQ(Pieces(MakeCharacterSplit(IsNumeric, CutBehavior::kIsolated),
                   "a12\u00bdb\U00011de0"),
            "[a][1][2][\u00bd][b][\U00011de0]");
  EXPECT_EQ(Pieces(MakeCharacterSplit(IsPunctuation, CutBehavior::kContiguous),
                   "a$!\u3002b\u2e43"),
            "[a][$!\u3002][b\u2e43]");
  EXPECT_EQ(Pieces(MakeCharacterSplit(IsWhiteSpace, CutBehavior::kRemoved),
                   " a\u3000\nb "),
            "[a][b]");
  EXPECT_EQ(Pieces(MakeDelimiterSplit(0x601d, CutBehavior::kRemoved),
                   "a\u601d\u601db"),
            "[a][b]");
  EXPECT_EQ(Pieces(MakeWordSplit(), " a_1+- b\u0301\u24b6\n"),
            "[a_1][+-][b\u0301\u24b6]");
  EXPECT_EQ(Pieces(MakeFixedLengthSplit(2), "\u601da\u601dab"),
            "[\u601da][\u601da][b]");
}

TEST(PreTokenizerTest, Metaspace) {
  const std::string block = "\u2581";
  auto metaspace = [&](PrependScheme prepend, bool split) {
    return MakeMetaspace({block, prepend, split});
  };
  EXPECT_EQ(Pieces(metaspace(PrependScheme::kAlways, true), "a  b"),
            "[\u2581a][\u2581][\u2581b]");
  EXPECT_EQ(Pieces(metaspace(PrependScheme::kAlways, true), " a"), "[\u2581a]");
  EXPECT_EQ(Pieces(metaspace(PrependScheme::kAlways, false), "a b"),
            "[\u2581a\u2581b]");
  EXPECT_EQ(Pieces(metaspace(PrependScheme::kNever, true), "a b"),
            "[a][\u2581b]");
  EXPECT_EQ(Pieces(metaspace(PrependScheme::kFirst, true), "a"), "[\u2581a]");
  EXPECT_EQ(Pieces(metaspace(PrependScheme::kFirst, true), "a", 0), "[a]");
}

TEST(PreTokenizerTest, BytesAndSpaces) {
  EXPECT_EQ(Pieces(MakePrefixSpace(), "a"), "[ a]");
  EXPECT_EQ(Pieces(MakePrefixSpace(), " a"), "[ a]");
  EXPECT_EQ(Pieces(MakePieceByteAlphabet(), " \u00e9"), "[\u0120\u00c3\u00a9]");
}

TEST(PreTokenizerTest, PiecesThatStepsDropStayAway) {
  PreTokenizer pre_tokenizer;
  pre_tokenizer.AddStep(
      MakeCharacterSplit(IsWhiteSpace, CutBehavior::kRemoved));
  pre_tokenizer.AddStep(MakeMetaspace({"_", PrependScheme::kFirst, true}));
  pre_tokenizer.AddStep(MakeFixedLengthSplit(1));
  SplitScratch scratch(8);
  PiecedText pieced;
  ASSERT_TRUE(
      pre_tokenizer.Split({"a \nbc", {{3, 4}}, 1}, &scratch, &pieced).ok());
  EXPECT_EQ(pieced.tracked.text, "_abc");
  EXPECT_EQ(pieced.tracked.foreign, (std::vector<ByteSpan>{{2, 3}}));
  EXPECT_EQ(pieced.pieces.size(), 4u);
  ASSERT_TRUE(pre_tokenizer.Split({"", {}, 0}, &scratch, &pieced).ok());
  EXPECT_TRUE(pieced.pieces.empty());
}

}  // namespace
}  // namespace fathom::rt
