// What a person sees of a text that streams in, on a screen that is emulated.
#include "tools/terminal/word_wrap.h"

#include <string>

#include "gtest/gtest.h"
#include "tools/terminal/screen_testing.h"

namespace fathom::rt {
namespace {

// Letter by letter, all at once and by threes: the screen is the same.
std::string Wrapped(const std::string& text, int columns = 10) {
  std::string shown;
  for (size_t cut : {size_t{1}, text.size(), size_t{3}}) {
    WordWrap wrap(columns);
    Screen screen(columns, 20);
    std::string held;
    for (size_t i = 0; i < text.size(); ++i) {
      held += text[i];
      const bool whole = i + 1 == text.size() || (text[i + 1] & 0xc0) != 0x80;
      if (!whole || (held.size() < cut && i + 1 < text.size())) continue;
      screen.Write(wrap.Push(held));
      held.clear();
    }
    EXPECT_EQ(screen.faults(), 0);
    if (!shown.empty()) EXPECT_EQ(screen.Text(), shown) << cut;
    shown = screen.Text();
  }
  return shown;
}

TEST(WordWrapTest, WordsMoveToTheNextRowWhole) {
  EXPECT_EQ(Wrapped("the quick brown fox"), "the quick\nbrown fox");
  EXPECT_EQ(Wrapped("0123456789 ab"), "0123456789\nab");
  EXPECT_EQ(Wrapped("012345678 ab"), "012345678\nab");
  EXPECT_EQ(Wrapped("a\n\n  b c"), "a\n\n  b c");
}

TEST(WordWrapTest, AWordIsTakenBackInOnePiece) {
  WordWrap wrap(10);
  EXPECT_EQ(wrap.Push("the quick"), "the quick");
  EXPECT_EQ(wrap.Push("ly"), "l\x1b[5G\x1b[K\nquickly");
  EXPECT_EQ(wrap.row(), "quickly");
  EXPECT_EQ(wrap.column(), 7);
}

TEST(WordWrapTest, WordsWiderThanARowAreCut) {
  EXPECT_EQ(Wrapped("0123456789abcdefghijklm n"),
            "0123456789\nabcdefghij\nklm n");
  EXPECT_EQ(Wrapped("ab 0123456789abc"), "ab\n0123456789\nabc");
}

TEST(WordWrapTest, CodeIsCutAtTheMargin) {
  EXPECT_EQ(Wrapped("```c\nint  a = b  + c;\n```\nthe quick brown"),
            "```c\nint  a = b\n  + c;\n```\nthe quick\nbrown");
  // Backticks inside a line open nothing; "~~~" closes no "```".
  EXPECT_EQ(Wrapped("```a```\nthe quick brown"), "```a```\nthe quick\nbrown");
  EXPECT_EQ(Wrapped("  ```\n~~~\na  b  c  d  e\n"),
            "  ```\n~~~\na  b  c  d\n  e");
}

TEST(WordWrapTest, IdeographsBreakAnywhereButBeforePunctuation) {
  EXPECT_EQ(Wrapped("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8"
                    "\xad\xe6\x96\x87"),
            "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\n"
            "\xe6\x96\x87");
  // U+3002, a full stop.
  EXPECT_EQ(Wrapped("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe6\x96"
                    "\x87\xe3\x80\x82"),
            "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\n\xe6\x96\x87"
            "\xe3\x80\x82");
  EXPECT_EQ(Wrapped("a \xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"
                    "abc"),
            "a \xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\nabc");
}

TEST(WordWrapTest, MarksStayWithTheirLetterAndTakeNoColumn) {
  EXPECT_EQ(Wrapped("e\xcc\x81"
                    "e\xcc\x81"
                    "34567890 x"),
            "e\xcc\x81"
            "e\xcc\x81"
            "34567890\nx");
}

TEST(WordWrapTest, HyphensInsideWordsMayEndARow) {
  EXPECT_EQ(Wrapped("a well-known fact"), "a well-\nknown fact");
  EXPECT_EQ(Wrapped("minus is -12 here"), "minus is\n-12 here");
  EXPECT_EQ(Wrapped("options: --all"), "options:\n--all");
}

TEST(WordWrapTest, TabsBecomeSpaces) {
  EXPECT_EQ(Wrapped("a\tb"), "a       b");
  EXPECT_EQ(Wrapped("```\n123456789\tb\n"), "```\n123456789\nb");
}

TEST(WordWrapTest, NothingIsWrappedWithoutAWidth) {
  WordWrap wrap(0);
  const std::string text(1000, 'x');
  EXPECT_EQ(wrap.Push(text + " y"), text + " y");
}

TEST(WordWrapTest, ANewWidthHoldsFromThenOn) {
  WordWrap wrap(20);
  Screen screen(20, 9);
  screen.Write(wrap.Push("one two three four"));
  screen.Resize(10, 9);
  wrap.Resize(10);
  EXPECT_EQ(wrap.column(), 8);
  screen.Write(wrap.Push(" five"));
  EXPECT_EQ(screen.Text(), "one two th\nree four\nfive");
}

}  // namespace
}  // namespace fathom::rt
