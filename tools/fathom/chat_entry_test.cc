#include "tools/fathom/chat_entry.h"

#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using Kind = ChatEntry::Kind;

TypedText Typed(const std::string& text) { return TypedText::Typed(text); }
TypedText Pasted(const std::string& text) { return TypedText::Pasted(text); }

std::string Message(const TypedText& text) {
  const ChatEntry entry = ReadChatEntry(text);
  EXPECT_EQ(entry.kind, Kind::kMessage) << text.text();
  return entry.text;
}
std::string Command(const TypedText& text) {
  const ChatEntry entry = ReadChatEntry(text);
  EXPECT_EQ(entry.kind, Kind::kCommand) << text.text();
  return entry.text;
}

TEST(ChatEntryTest, MessagesAndCommands) {
  EXPECT_EQ(ReadChatEntry(Typed("")).kind, Kind::kNothing);
  EXPECT_EQ(ReadChatEntry(Typed(" \t\n ")).kind, Kind::kNothing);
  EXPECT_EQ(ReadChatEntry(Pasted("\n\n")).kind, Kind::kNothing);
  EXPECT_EQ(Message(Typed("  sure?  ")), "sure?");
  EXPECT_EQ(Command(Typed("  /set seed 1 ")), "/set seed 1");
}

TEST(ChatEntryTest, TwoSlashesBeginAMessageWithOne) {
  EXPECT_EQ(Message(Typed("//usr/bin is what?")), "/usr/bin is what?");
  EXPECT_EQ(Message(Typed("///")), "//");
}

// Indentation, tabs, line breaks, slashes, backslashes and quotes.
TEST(ChatEntryTest, PastesAreKeptAsTheyAre) {
  for (const char* text :
       {"  indented\n\tmore\n", "/usr/bin/a:\nnot found", "// comment\nint x;",
        "#define A \\", "\"\"\"a docstring", "\"\"\"x\"\"\"", " a "}) {
    EXPECT_EQ(EnterChatEntry(Pasted(text)), EnterAction::kAccept) << text;
    EXPECT_EQ(Message(Pasted(text)), text);
  }
  // A command that is copied from a page is one.
  EXPECT_EQ(Command(Pasted("/set seed 1\n")), "/set seed 1");
  // Around a paste there may be typed text, and blocks.
  TypedText text = Typed("why:\n");
  text.Append(Pasted("  a \\\n"));
  EXPECT_EQ(Message(text), "why:\n  a \\\n");
  text = Typed("\"\"\"\n");
  text.Append(Pasted("a \"\"\""));
  EXPECT_EQ(EnterChatEntry(text), EnterAction::kNewLine);
  text.Append(Typed("\n\"\"\""));
  EXPECT_EQ(EnterChatEntry(text), EnterAction::kAccept);
  EXPECT_EQ(Message(text), "a \"\"\"");
}

TEST(ChatEntryTest, ABackslashAtTheEndGoesOn) {
  const auto kGoesOn = EnterAction::kNewLineForLastByte;
  EXPECT_EQ(EnterChatEntry(Typed("a\\")), kGoesOn);
  EXPECT_EQ(EnterChatEntry(Typed("\\")), kGoesOn);
  EXPECT_EQ(EnterChatEntry(Typed("a\\\\\\")), kGoesOn);
  // Two are what TeX ends a row with.
  EXPECT_EQ(EnterChatEntry(Typed("a\\\\")), EnterAction::kAccept);
  EXPECT_EQ(EnterChatEntry(Typed("a\\ ")), EnterAction::kAccept);
  EXPECT_EQ(Message(Typed("a\n b")), "a\n b");
}

TEST(ChatEntryTest, ThreeQuotesOpenAndCloseABlock) {
  for (const char* open : {"\"\"\"", "\"\"\"a", "\"\"\"a\nb", "\"\"\"\"\"",
                           "  \"\"\"\n  a", "\"\"\"a\\"}) {
    EXPECT_EQ(EnterChatEntry(Typed(open)), EnterAction::kNewLine) << open;
  }
  EXPECT_EQ(EnterChatEntry(Typed("a \"\"\"")), EnterAction::kAccept);
  EXPECT_EQ(Message(Typed("\"\"\"a\"\"\"")), "a");
  EXPECT_EQ(Message(Typed("\"\"\"\n  a\n\n  /b\n\"\"\"")), "  a\n\n  /b");
  EXPECT_EQ(Message(Typed("\"\"\"  a\nb\"\"\"  ")), "  a\nb");
  EXPECT_EQ(ReadChatEntry(Typed("\"\"\"\"\"\"")).kind, Kind::kNothing);
  // The input ended before the block did.
  EXPECT_EQ(Message(Typed("\"\"\"\na")), "a");
}

TEST(ChatEntryTest, ACommandsArgumentMayBeABlock) {
  EXPECT_EQ(EnterChatEntry(Typed("/system \"\"\"a")), EnterAction::kNewLine);
  EXPECT_EQ(EnterChatEntry(Typed("/set system \"\"\"a")),
            EnterAction::kNewLine);
  EXPECT_EQ(EnterChatEntry(Typed("/edit what is \"\"\"")),
            EnterAction::kAccept);
  EXPECT_EQ(Command(Typed("/system \"\"\"\na\n b\n\"\"\"")), "/system a\n b");
  EXPECT_EQ(Command(Typed("/set system \"\"\"a\"\"\"")), "/set system a");
  EXPECT_EQ(Command(Typed("/system a\nb")), "/system a\nb");
}

}  // namespace
}  // namespace fathom::rt
