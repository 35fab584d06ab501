// Decoder steps one by one: what becomes of tokens, whole and in parts.
#include "runtime/text/token_decoder.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using Steps = std::vector<std::unique_ptr<DecoderStep>>;
using Texts = std::vector<std::string>;

template <typename... Step>
Steps Chain(Step... step) {
  Steps steps;
  (steps.push_back(std::move(step)), ...);
  return steps;
}

// What comes out after each token, and at the end.
Texts Streamed(const Steps& steps, const Texts& tokens) {
  TokenDecoder decoder(steps);
  Texts texts;
  for (const std::string& token : tokens) texts.push_back(decoder.Push(token));
  texts.push_back(decoder.Finish());
  return texts;
}

std::string Decoded(const Steps& steps, const Texts& tokens) {
  std::string text;
  for (const std::string& piece : Streamed(steps, tokens)) text += piece;
  return text;
}

TEST(TokenDecoderTest, NoDecoderJoinsBySpaces) {
  EXPECT_EQ(Decoded(Chain(MakeSpaceDecoder()), {"a", "b", "", "c"}), "a b  c");
  EXPECT_EQ(Decoded(Chain(MakeSpaceDecoder()), {}), "");
  EXPECT_EQ(Decoded(Chain(), {"a", "b"}), "ab");
}

TEST(TokenDecoderTest, ByteLevel) {
  const Steps steps = Chain(MakeByteLevelDecoder(/*takes_bytes=*/false));
  EXPECT_EQ(Decoded(steps, {"a\u0120b", "\u00c3", "\u00a9"}), "a b\u00e9");
  // A token with one character beyond the alphabet is its own text.
  EXPECT_EQ(Decoded(steps, {"\u0120\u601d"}), "\u0120\u601d");
  EXPECT_EQ(Streamed(steps, {"\u00c3", "\u00a9", "\u00c3"}),
            (Texts{"", "\u00e9", "", "\ufffd"}));
}

// Bytes are held until the run ends, for one broken byte breaks all of it.
TEST(TokenDecoderTest, ByteFallback) {
  const Steps steps = Chain(MakeByteFallbackDecoder());
  EXPECT_EQ(Streamed(steps, {"a", "<0xC3>", "<0xa9>", "b"}),
            (Texts{"a", "", "", "\u00e9b", ""}));
  EXPECT_EQ(Streamed(steps, {"<0x41>", "<0xC3>", "b", "<0xE5>"}),
            (Texts{"", "", "\ufffd\ufffdb", "", "\ufffd"}));
  EXPECT_EQ(Decoded(steps, {"<0x+9>"}), "\t");  // as the library reads it
  for (const char* token : {"<0x4>", "<0x411>", "<0xZZ>", "<0x4+>", "<0X41>"}) {
    EXPECT_EQ(Decoded(steps, {token}), token);
  }
}

TEST(TokenDecoderTest, StripOfEachTokenAndOfAll) {
  const Steps each = Chain(MakeStripDecoder("_", 1, 2));
  EXPECT_EQ(Decoded(each, {"__a___", "_", "b_", "", "c"}), "_a_bc");
  EXPECT_EQ(Streamed(Chain(MakeFuseDecoder(), MakeStripDecoder("_", 2, 1)),
                     {"_", "__a", "_", "_b_", "_"}),
            (Texts{"", "_a", "", "__b", "_", ""}));
}

TEST(TokenDecoderTest, MetaspaceDropsAllOfTheFirstToken) {
  EXPECT_EQ(Decoded(Chain(MakeMetaspaceDecoder("\u2581", true)),
                    {"\u2581a\u2581", "\u2581b"}),
            "a b");
  EXPECT_EQ(Decoded(Chain(MakeMetaspaceDecoder("\u2581", false)),
                    {"\u2581a", "\u2581b"}),
            " a b");
  // Once fused all is the first token.
  EXPECT_EQ(Decoded(Chain(MakeFuseDecoder(), MakeMetaspaceDecoder("_", true)),
                    {"_a", "_b"}),
            "ab");
}

TEST(TokenDecoderTest, ReplaceWithinTokensAndAcross) {
  const Texts tokens = {"xa", "bx", "aab", "a"};
  EXPECT_EQ(Decoded(Chain(MakeReplaceDecoder("ab", "-")), tokens), "xabxa-a");
  EXPECT_EQ(
      Streamed(Chain(MakeFuseDecoder(), MakeReplaceDecoder("ab", "-")), tokens),
      (Texts{"x", "-x", "a-", "", "a"}));
  EXPECT_EQ(Decoded(Chain(MakeReplaceDecoder("aa", "")), {"aaa"}), "a");
}

TEST(TokenDecoderTest, SuffixIsASpaceButAtTheEnd) {
  const Steps steps = Chain(MakeSuffixDecoder("</w>"));
  EXPECT_EQ(Streamed(steps, {"a</w>", "b", "c</w>"}),
            (Texts{"", "a ", "b", "c"}));
  EXPECT_EQ(Decoded(steps, {}), "");
}

TEST(TokenDecoderTest, WordPieceCleansUpPunctuation) {
  EXPECT_EQ(Decoded(Chain(MakeWordPieceDecoder("##", true)),
                    {"##a", "##b", "c", ".", "do not", "##"}),
            "##ab c. don't");
  EXPECT_EQ(Decoded(Chain(MakeWordPieceDecoder("", false)), {"a", "b"}), "ab");
}

}  // namespace
}  // namespace fathom::rt
