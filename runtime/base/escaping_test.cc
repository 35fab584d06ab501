#include "runtime/base/escaping.h"

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(EscapedTest, KeepsPrintableCharactersOfAllScripts) {
  for (const char* text :
       {"plain text", "日本語", "ünï", "Привет", "שלום", "سلام", "नमस्ते",
        "e\u0301", "a\u00a0b", "全角\u3000空白", "می\u200cخواهم", "👍🏽",
        "👩‍👩‍👧", "❤\ufe0f"}) {
    EXPECT_EQ(Escaped(text), text);
  }
}

TEST(EscapedTest, EscapesWhatSteersATerminal) {
  EXPECT_EQ(Escaped("a\r\n\t\x1b[2J\x7fz"), "a\\r\\n\\t\\x1b[2J\\x7fz");
  EXPECT_EQ(Escaped("\u009b"), "\\xc2\\x9b");       // C1
  EXPECT_EQ(Escaped("\u202e"), "\\xe2\\x80\\xae");  // right to left
  EXPECT_EQ(Escaped("\u2066"), "\\xe2\\x81\\xa6");  // isolate
  EXPECT_EQ(Escaped("\u200f"), "\\xe2\\x80\\x8f");  // mark
  EXPECT_EQ(Escaped("\u2028"), "\\xe2\\x80\\xa8");  // line separator
  EXPECT_EQ(Escaped("\ufeff"), "\\xef\\xbb\\xbf");  // byte order mark
  EXPECT_EQ(Escaped("\ue000"), "\\xee\\x80\\x80");  // private
  EXPECT_EQ(Escaped("\u0378"), "\\xcd\\xb8");       // unassigned
  EXPECT_EQ(Escaped("\U0010ffff"), "\\xf4\\x8f\\xbf\\xbf");
  EXPECT_EQ(Escaped(std::string("a\0b", 3)), "a\\x00\\x62");
}

TEST(EscapedTest, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(Escaped("\xff"), "\\xff");
  EXPECT_EQ(Escaped("é\xc3"), "é\\xc3");
  EXPECT_EQ(Escaped("\xe6\x97日"), "\\xe6\\x97日");
  EXPECT_EQ(Escaped("\xc0\x80"), "\\xc0\\x80");           // overlong
  EXPECT_EQ(Escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
}

// What is shown can be read back.
TEST(EscapedTest, IsUnambiguous) {
  EXPECT_EQ(Escaped("\\x41'\""), "\\\\x41\\'\\\"");
  EXPECT_EQ(Escaped("\x01"
                    "f"),
            "\\x01\\x66");
  EXPECT_EQ(Escaped("\x01"
                    "éf"),
            "\\x01éf");
}

}  // namespace
}  // namespace fathom::rt
