#include "tools/terminal/line_editor.h"

#include <deque>
#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using Outcome = LineEditor::Outcome;

class LineEditorTest : public testing::Test {
 protected:
  // The outcome of the last key.
  Outcome Type(const std::string& bytes) {
    Outcome outcome = Outcome::kEdited;
    std::deque<Key> keys;
    decoder_.Push(bytes, &keys);
    for (const Key& key : keys) outcome = editor_.Apply(key);
    return outcome;
  }
  // With '|' where the cursor is.
  std::string Line() {
    std::string line = editor_.text().text();
    return line.insert(editor_.cursor(), "|");
  }
  void Keep(const std::string& line) {
    Type(line);
    editor_.Reset(true);
  }

  KeyDecoder decoder_;
  LineEditor editor_{[](const TypedText& text) {
                       return text.empty() ? EnterAction::kNewLine
                              : text.text().back() == '\\'
                                  ? EnterAction::kNewLineForLastByte
                                  : EnterAction::kAccept;
                     },
                     [](absl::string_view text) -> std::vector<std::string> {
                       if (text == "/s") return {"/save", "/save!"};
                       if (text == "/x") return {"/xyz"};
                       return {};
                     }};
};

TEST_F(LineEditorTest, EditsByCharactersAndWords) {
  Type("one two");
  Type("\x01X");
  EXPECT_EQ(Line(), "X|one two");
  Type(
      "\x05\x1b"
      "b");
  EXPECT_EQ(Line(), "Xone |two");
  Type("\x0b");
  EXPECT_EQ(Line(), "Xone |");
  Type("\x19\x19");
  EXPECT_EQ(Line(), "Xone twotwo|");
  Type("\x17");
  EXPECT_EQ(Line(), "Xone |");
  Type("e\xcc\x81\x7f");
  EXPECT_EQ(Line(), "Xone |");
  Type("ab\x14");
  EXPECT_EQ(Line(), "Xone ba|");
  Type("\x1b[D\x04");
  EXPECT_EQ(Line(), "Xone b|");
  Type("\x15");
  EXPECT_EQ(Line(), "|");
  Type("x-yz\x1b\x7f");
  EXPECT_EQ(Line(), "x-|");
  Type(
      "\x01\x1b"
      "d\x1b[3~");
  EXPECT_EQ(Line(), "|");
}

TEST_F(LineEditorTest, EnterNewLinesAndArrowsInSeveralLines) {
  Type("a\x1b\rbc\\\rdef");
  EXPECT_EQ(Line(), "a\nbc\ndef|");
  Type("\x1b[A");
  EXPECT_EQ(Line(), "a\nbc|\ndef");
  Type("\x1b[A\x1b[BX");
  EXPECT_EQ(Line(), "a\nbX|c\ndef");
  Type("\x05\x0b");
  EXPECT_EQ(Line(), "a\nbXc|def");
  EXPECT_EQ(Type("\r"), Outcome::kAccepted);
}

TEST_F(LineEditorTest, HistoryKeepsLinesAndWhatIsBeingWritten) {
  Keep("first");
  Keep("second\x1b\rline");
  Keep("second\x1b\rline");  // once is enough
  Type("now\x1b[A");
  EXPECT_EQ(Line(), "second\nline|");
  Type("\x1b[A\x1b[A");
  EXPECT_EQ(Line(), "first|");
  Type("\x1b[A");
  EXPECT_EQ(Line(), "first|");
  Type("\x1b[B\x1b[B");
  EXPECT_EQ(Line(), "now|");
}

TEST_F(LineEditorTest, HistoryHasALimit) {
  for (size_t i = 0; i <= kHistoryLinesMax; ++i) Keep(std::to_string(i));
  for (size_t i = 0; i <= kHistoryLinesMax; ++i) Type("\x10");
  EXPECT_EQ(Line(), "1|");
}

TEST_F(LineEditorTest, SearchFindsLinesBackwards) {
  Keep("the cat");
  Keep("the dog");
  Type("draft\x12the");
  EXPECT_EQ(Line(), "|the dog");
  EXPECT_EQ(editor_.SearchLabel(), "(search 'the') ");
  Type("\x12");
  EXPECT_EQ(Line(), "|the cat");
  Type("\x07");
  EXPECT_EQ(Line(), "draft|");
  Type("\x12zz");
  EXPECT_EQ(editor_.SearchLabel(), "(nothing has 'zz') ");
  Type(
      "\x7f\x7f"
      "cat\x05!");
  EXPECT_EQ(Line(), "the cat!|");
  EXPECT_EQ(Type("\x12"
                 "dog\r"),
            Outcome::kAccepted);
  EXPECT_EQ(editor_.text().text(), "the dog");
}

TEST_F(LineEditorTest, TabCompletesOrIsText) {
  Type("/s\t");
  EXPECT_EQ(Line(), "/save|");
  Type("\x15/x\t");
  EXPECT_EQ(Line(), "/xyz |");
  Type(
      "\x15"
      "a\tb");
  EXPECT_EQ(Line(), "a\tb|");
}

TEST_F(LineEditorTest, KeysThatAreForTheCaller) {
  EXPECT_EQ(Type("\x04"), Outcome::kEnded);
  EXPECT_EQ(Type("ab\x03"), Outcome::kInterrupted);
  EXPECT_EQ(editor_.text().text(), "ab");
  EXPECT_EQ(Type("\x1a"), Outcome::kSuspend);
  EXPECT_EQ(Type("\x0c"), Outcome::kClearScreen);
  EXPECT_EQ(Type("\x12q\x03"), Outcome::kInterrupted);
}

TEST_F(LineEditorTest, PastesAreMarked) {
  Type("a\x1b[200~b\nc\x1b[201~d");
  const TypedText& text = editor_.text();
  EXPECT_EQ(text.text(), "ab\ncd");
  EXPECT_TRUE(text.typed(0) && !text.typed(1) && !text.typed(3));
  EXPECT_TRUE(text.TypedAt(4, "d") && !text.TypedAt(3, "c"));
  EXPECT_FALSE(text.typed(5) || text.TypedAt(4, "de"));
  // Marks go with the text that they belong to.
  Type("\x1b[A\x01\x1b[3~");
  EXPECT_FALSE(editor_.text().typed(0));
}

// The text stays, with the cursor at the first of them.
TEST_F(LineEditorTest, BytesThatAreNotUtf8AreNotAccepted) {
  EXPECT_EQ(Type("na\xefve \xffx\r"), Outcome::kNotUtf8);
  EXPECT_EQ(Line(), "na|\xef\xbf\xbdve \xef\xbf\xbdx");
  EXPECT_EQ(Type("\x1b[3~\xc3\xaf\r"), Outcome::kNotUtf8);
  EXPECT_EQ(Line(), "na\xc3\xafve |\xef\xbf\xbdx");
  EXPECT_EQ(Type("\x1b[3~\r"), Outcome::kAccepted);
  editor_.Reset(false);
  EXPECT_EQ(Type("\x1b[200~caf\xe9\x1b[201~\r"), Outcome::kNotUtf8);
  editor_.Reset(false);
  // A character that was typed as such is one like any other.
  EXPECT_EQ(Type("\xef\xbf\xbd\r"), Outcome::kAccepted);
}

TEST_F(LineEditorTest, ALineHasALimit) {
  const std::string half(kEditedBytesMax / 2, 'x');
  Type("\x1b[200~" + half + "\x1b[201~");
  EXPECT_EQ(Type("\x1b[200~" + half + "\x1b[201~"), Outcome::kEdited);
  EXPECT_EQ(Type("y"), Outcome::kTooLong);
  EXPECT_EQ(editor_.text().size(), kEditedBytesMax);
}

}  // namespace
}  // namespace fathom::rt
