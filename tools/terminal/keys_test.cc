#include "tools/terminal/keys.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using K = KeyKind;

// Keys as numbers and texts; `cut` bytes at a time.
std::string Decode(const std::string& bytes, size_t cut = std::string::npos) {
  KeyDecoder decoder;
  std::deque<Key> keys;
  for (size_t at = 0; at < bytes.size(); at += std::min(cut, bytes.size())) {
    decoder.Push(bytes.substr(at, cut), &keys);
  }
  return absl::StrJoin(keys, " ", [](std::string* out, const Key& key) {
    absl::StrAppend(out, key.text.empty() ? absl::StrCat(int(key.kind))
                                          : "'" + key.text + "'");
  });
}

std::string Kinds(const std::vector<KeyKind>& kinds) {
  return absl::StrJoin(kinds, " ", [](std::string* out, KeyKind kind) {
    absl::StrAppend(out, int(kind));
  });
}

TEST(KeyDecoderTest, TextAndControls) {
  EXPECT_EQ(Decode("ab\xc3\xa9"), "'ab\xc3\xa9'");
  EXPECT_EQ(Decode("\r\n\t\x03\x1a\x04\x7f\x08"),
            Kinds({K::kEnter, K::kEnter, K::kTab, K::kInterrupt, K::kSuspend,
                   K::kDeleteOrEnd, K::kBackspace, K::kBackspace}));
  EXPECT_EQ(Decode(std::string("a\0b", 3)), "'ab'");
}

TEST(KeyDecoderTest, Sequences) {
  EXPECT_EQ(Decode("\x1b[A\x1bOB\x1b[3~\x1b[1;5C\x1b[13;2u\x1b\r\x1b\nb"),
            Kinds({K::kUp, K::kDown, K::kDelete, K::kWordRight, K::kNewLine,
                   K::kNewLine, K::kNewLine}) +
                " 'b'");
  // Answers of the terminal, focus, function keys: nothing.
  EXPECT_EQ(Decode("\x1b[24;80R\x1b[I\x1b[15~\x1b[[Ax"), "'x'");
  // ESC alone means nothing, and takes no key with it.
  EXPECT_EQ(Decode("\x1b\x1b[Ax\x1bxy"), Kinds({K::kUp}) + " 'xxy'");
}

// Whatever was begun, Ctrl-C is Ctrl-C.
TEST(KeyDecoderTest, CtrlCIsNeverSwallowed) {
  for (const char* begun :
       {"", "\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\xc3", "\xe4\xb8", "\x1b[200",
        "\xff", "\x1b[200~", "\x1b[200~abc\r", "\x1b[200~a\x1b[201"}) {
    EXPECT_TRUE(
        Decode(absl::StrCat(begun, "\x03")).ends_with(Kinds({K::kInterrupt})))
        << begun;
  }
  // A sequence that never ends.
  EXPECT_EQ(Decode("\x1b[" + std::string(1000, '1') + "\x03").back(),
            Kinds({K::kInterrupt}).back());
}

// The end of the paste was lost, or comes yet: what follows is typed.
TEST(KeyDecoderTest, CtrlCDropsAPaste) {
  const std::string bytes = "\x1b[200~never closed\x03 is\r\x1b[201~x";
  for (size_t cut = 1; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(Decode(bytes, cut),
              Kinds({K::kInterrupt}) + " ' is' " + Kinds({K::kEnter}) + " 'x'");
  }
  // One that was too long as well.
  EXPECT_EQ(Decode("\x1b[200~" + std::string(kPasteBytesMax + 1, 'a') +
                       "\x03\x1b[200~b\x1b[201~",
                   1 << 16),
            Kinds({K::kInterrupt}) + " 'b'");
}

// They are marked, so that nobody takes the replacement for what was typed.
TEST(KeyDecoderTest, MarksBytesThatAreNotUtf8) {
  for (const auto& [bytes, broken] :
       {std::pair("a\xe9", true), std::pair("\xef\xbf\xbd", false),
        std::pair("\x1b[200~caf\xe9\x1b[201~", true),
        std::pair("\x1b[200~\xef\xbf\xbd\x1b[201~", false)}) {
    KeyDecoder decoder;
    std::deque<Key> keys;
    decoder.Push(absl::StrCat(bytes, "\r"), &keys);
    EXPECT_EQ(keys.front().broken, broken) << bytes;
    EXPECT_FALSE(keys.back().broken);
  }
}

TEST(KeyDecoderTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Decode("a\xff\xc3z"), "'a\xef\xbf\xbd\xef\xbf\xbdz'");
}

TEST(KeyDecoderTest, APasteIsOneKeyWithAllThatItHolds) {
  const std::string paste =
      "\x1b[200~  def f():\r\treturn\x04\x1a\x1b[A\r\n\n\x1b[201~";
  const std::string text = "  def f():\n\treturn\x04\x1a\x1b[A\n\n";
  for (size_t cut : {size_t{1}, size_t{2}, size_t{5}, paste.size()}) {
    EXPECT_EQ(Decode("a" + paste + "\r", cut),
              "'a' '" + text + "' " + Kinds({K::kEnter}));
  }
  EXPECT_EQ(Decode("\x1b[200~\x1b[201~x"), "'x'");
  EXPECT_EQ(Decode("\x1b[200~\xff\x1b[201~"), "'\xef\xbf\xbd'");
}

TEST(KeyDecoderTest, PastesHaveALimit) {
  const std::string most(kPasteBytesMax, 'a');
  EXPECT_EQ(Decode("\x1b[200~" + most + "\x1b[201~").size(), most.size() + 2);
  EXPECT_EQ(Decode("\x1b[200~" + most + "a\x1b[201~b", 1 << 16),
            Kinds({K::kPasteTooLong}) + " 'b'");
}

// How the bytes were cut makes no difference to keys, only to where text is
// joined, and it is joined here.
TEST(KeyDecoderTest, CutsMakeNoDifference) {
  const std::string bytes =
      "a\xe4\xb8\xad\x1b[1;5D\x1b[200~p\x1b[201~\x1bOC\x03\xf0\x9f\x98\x80z";
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    EXPECT_EQ(Decode(bytes, cut), Decode(bytes)) << cut;
  }
}

}  // namespace
}  // namespace fathom::rt
