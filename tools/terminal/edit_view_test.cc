// What a person sees of a line that is edited, on a screen that is emulated.
#include "tools/terminal/edit_view.h"

#include <string>

#include "gtest/gtest.h"
#include "tools/terminal/screen_testing.h"

namespace fathom::rt {
namespace {

class EditViewTest : public testing::Test {
 protected:
  void Show(const std::string& text, size_t cursor) {
    screen_.Write(view_.Show(LayOut("> ", text, cursor, columns_), rows_));
    EXPECT_EQ(screen_.faults(), 0);
  }
  void Show(const std::string& text) { Show(text, text.size()); }
  void Resize(int columns, int rows) {
    columns_ = columns;
    rows_ = rows;
    screen_.Resize(columns, rows);
    screen_.Write(view_.Resized(columns, /*rewraps=*/true));
  }

  int columns_ = 20, rows_ = 6;
  Screen screen_{20, 6};
  EditView view_;
};

TEST_F(EditViewTest, TypingWritesTheKeysAlone) {
  Show("");
  EXPECT_EQ(view_.Show(LayOut("> ", "/e", 2, 20), 6), "/e");
  EXPECT_EQ(view_.Show(LayOut("> ", "/exi", 4, 20), 6), "xi");
  EXPECT_EQ(view_.Show(LayOut("> ", "/exi", 4, 20), 6), "");
}

TEST_F(EditViewTest, LinesRowsAndTheCursor) {
  Show("one\ntwo three four five six", 3);
  EXPECT_EQ(screen_.Text(), "> one\n  two three four fiv\n  e six");
  EXPECT_EQ(screen_.row(), 0);
  EXPECT_EQ(screen_.column(), 5);
  Show("one\ntwo three four five six");
  EXPECT_EQ(screen_.row(), 2);
  // A full row: the cursor stands in the next one.
  Show("123456789012345678");
  EXPECT_EQ(screen_.Text(), "> 123456789012345678");
  EXPECT_EQ(screen_.row(), 1);
  EXPECT_EQ(screen_.column(), 2);
  Show("");
  EXPECT_EQ(screen_.Text(), ">");
  EXPECT_EQ(screen_.row(), 0);
}

TEST_F(EditViewTest, WideMarkedAndControlCharacters) {
  Show("e\xcc\x81\xe4\xb8\xad\tx\x1b[31m\xc2\x9b\x7f");
  EXPECT_EQ(screen_.Text(),
            "> e\xcc\x81\xe4\xb8\xad     x^[[31m\xef\xbf\xbd"
            "^?");
  // A wide character does not fit into the last column.
  Show("12345678901234567\xe4\xb8\xad");
  EXPECT_EQ(screen_.Text(), "> 12345678901234567\n  \xe4\xb8\xad");
}

TEST_F(EditViewTest, EditsInTheMiddleLeaveNothingBehind) {
  Show("abc\ndef\nghi", 5);
  Show("abc\ndXef\nghi", 6);
  EXPECT_EQ(screen_.Text(), "> abc\n  dXef\n  ghi");
  EXPECT_EQ(screen_.row(), 1);
  EXPECT_EQ(screen_.column(), 4);
  Show("abc\nd", 5);
  EXPECT_EQ(screen_.Text(), "> abc\n  d");
  Show("abc", 1);
  EXPECT_EQ(screen_.Text(), "> abc");
  EXPECT_EQ(screen_.column(), 3);
}

TEST_F(EditViewTest, ATextTallerThanTheScreenShowsTheRowsAroundTheCursor) {
  screen_.Write("before\n");
  Show("1\n2\n3\n4\n5\n6\n7\n8");
  EXPECT_EQ(screen_.Text(), "  3\n  4\n  5\n  6\n  7\n  8");
  Show("1\n2\n3\n4\n5\n6\n7\n8", 0);
  EXPECT_EQ(screen_.Text(), "> 1\n  2\n  3\n  4\n  5\n  6");
  EXPECT_EQ(screen_.row(), 0);
  Show("1\n2\n3\n4\n5\n6\n7\n8", 12);
  EXPECT_EQ(screen_.Text(), "  2\n  3\n  4\n  5\n  6\n  7");
  EXPECT_EQ(screen_.row(), 5);
}

TEST_F(EditViewTest, ResizingLeavesACleanLine) {
  screen_.Write("an answer of a row\n");
  Show("one two three four five six", 4);
  Resize(12, 6);
  Show("one two three four five six", 4);
  EXPECT_EQ(screen_.Text(),
            "an answer of\n a row\n> one two th\nree four fiv"
            "\ne six");
  EXPECT_EQ(screen_.column(), 6);
  Resize(30, 6);
  Show("one two three four five six");
  EXPECT_EQ(screen_.Text(),
            "an answer of\n a row\n> one two three four five six");
}

TEST_F(EditViewTest, FinishingKeepsTheTextAndGoesBelowIt) {
  Show("abc\ndef", 1);
  screen_.Write(view_.Finish("^C"));
  EXPECT_EQ(screen_.Text(), "> abc\n  def^C");
  EXPECT_EQ(screen_.row(), 2);
  Show("x");
  EXPECT_EQ(screen_.Text(), "> abc\n  def^C\n> x");
}

TEST_F(EditViewTest, TerminalsOfOneColumn) {
  columns_ = 1;
  Show("a\xe4\xb8\xad\tb\x01");
  EXPECT_EQ(LayOut("> ", "ab", 2, 1).rows.size(), 5u);
}

}  // namespace
}  // namespace fathom::rt
