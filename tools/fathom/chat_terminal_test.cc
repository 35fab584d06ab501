// `fathom chat` on a terminal, as a person uses it.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tools/fathom/pty_testing.h"
#include "tools/terminal/default_signals_testing.h"

namespace fathom::rt {
namespace {

const DefaultSignals default_signals;

class ChatTerminalTest : public testing::Test {
 protected:
  ChatTerminalTest()
      : path_(absl::StrCat(testing::TempDir(), "/chat_terminal_", getpid())) {
    unlink(path_.c_str());
  }
  ~ChatTerminalTest() override { unlink(path_.c_str()); }

  // The conversation as it is saved.
  std::string Saved(Pty& pty) {
    pty.Type(absl::StrCat("/save! ", path_, "\n"));
    EXPECT_TRUE(pty.Await("(saved"));
    EXPECT_TRUE(pty.AwaitPrompt());
    std::stringstream saved;
    saved << std::ifstream(path_).rdbuf();
    return saved.str();
  }
  // Sends a message whose text is `message`, typed as `typed`.
  void ExpectMessage(const std::string& typed, const std::string& message) {
    SCOPED_TRACE(message);
    Pty pty(FakeTextModel("}y"));
    ASSERT_TRUE(pty.AwaitPrompt());
    pty.Type(typed);
    ASSERT_TRUE(pty.Await("</think>"));
    ASSERT_TRUE(pty.AwaitPrompt());
    const std::string saved = Saved(pty);
    EXPECT_TRUE(
        absl::StrContains(saved, "\"user\", \"content\": \"" + message + "\"}"))
        << saved;
    pty.Type("\x04");
    EXPECT_EQ(pty.ExitCode(), 0);
    EXPECT_TRUE(pty.ModesAreBack());
  }

  std::string path_;
};

TEST_F(ChatTerminalTest, DimsThinkingShowsFiguresAndLeavesAtCtrlD) {
  Pty pty(FakeTextModel("so}yes"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("well?\n");
  EXPECT_TRUE(pty.Await("\x1b[2mso</think>\x1b[22myes"));
  EXPECT_TRUE(pty.Await("\x1b[2m"));
  EXPECT_TRUE(pty.Await(" tokens/s, 16 of 300 tokens of context\x1b[22m"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
  EXPECT_TRUE(pty.ModesAreBack());
}

TEST_F(ChatTerminalTest, NoColorDimsNothing) {
  Pty::Options options;
  options.environment = {{"NO_COLOR", "1"}};
  Pty pty(FakeTextModel("so}yes"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("well?\n");
  EXPECT_TRUE(pty.Await("so</think>yes"));
  EXPECT_TRUE(pty.Await("tokens of context"));
  ASSERT_TRUE(pty.AwaitPrompt());
  EXPECT_FALSE(absl::StrContains(pty.written(), "\x1b[2m"));
}

// A terminal without escape sequences still asks and answers.
TEST_F(ChatTerminalTest, ADumbTerminalHasLines) {
  Pty::Options options;
  options.environment = {{"TERM", "dumb"}};
  Pty pty(FakeTextModel("so}yes"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/exi");
  pty.Type("\x03");
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("well\\\n?\n");
  EXPECT_TRUE(pty.Await("so</think>yes"));
  ASSERT_TRUE(pty.AwaitPrompt());
  EXPECT_FALSE(absl::StrContains(pty.written(), "\x1b"));
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

TEST_F(ChatTerminalTest, CtrlCDropsTheLineAndSaysHowToLeave) {
  Pty pty(FakeTextModel("so}yes"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/exi");
  ASSERT_TRUE(pty.Await("/exi"));
  pty.Type("\x03");
  ASSERT_TRUE(pty.Await("^C"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x03");
  ASSERT_TRUE(pty.Await("(press Ctrl-D or type /exit to leave)"));
  pty.Type("exit\n");
  ASSERT_TRUE(
      pty.Await("(type /exit to leave, or \"\"\"exit\"\"\" to send the word)"));
  pty.Type("/bye\n");
  EXPECT_EQ(pty.ExitCode(), 0);
}

// What is edited goes by characters, not bytes: backspace takes the whole one.
TEST_F(ChatTerminalTest, EditsWholeCharacters) {
  ExpectMessage("x\xc3\xa9y\x7f\x7f\n", "x");
}

TEST_F(ChatTerminalTest, ABracketedPasteIsOneMessage) {
  ExpectMessage("\x1b[200~  def f():\r\treturn 1\x04\x1a\r\r/x\x1b[201~\n",
                "  def f():\\n\\u0009return 1\\u0004\\u001a\\n\\n/x");
}

TEST_F(ChatTerminalTest, CtrlCLeavesAPasteWhoseEndWasLost) {
  Pty pty(FakeTextModel("}y"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x1b[200~never closed\r\x03");
  ASSERT_TRUE(pty.Await("^C"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("hi\n");
  ASSERT_TRUE(pty.Await("</think>"));
  ASSERT_TRUE(pty.AwaitPrompt());
  const std::string saved = Saved(pty);
  EXPECT_TRUE(absl::StrContains(saved, "\"content\": \"hi\"")) << saved;
  EXPECT_FALSE(absl::StrContains(saved, "never")) << saved;
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

TEST_F(ChatTerminalTest, BytesThatAreNotUtf8AreNotSent) {
  Pty pty(FakeTextModel("}y"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("caf\xe9\n");
  ASSERT_TRUE(
      pty.Await("(that is not valid UTF-8 and was not sent; Ctrl-C drops it)"));
  ASSERT_TRUE(pty.Await("> caf"));
  // The cursor is before what it could not be.
  pty.Type("\x1b[3~\xc3\xa9\n");
  ASSERT_TRUE(pty.Await("</think>"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/undo\n");
  ASSERT_TRUE(pty.Await("(removed 'caf\xc3\xa9')"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/undo\n");
  ASSERT_TRUE(pty.Await("(there is no message to remove)"));
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

TEST_F(ChatTerminalTest, TheFirstLineBreaksBetweenWords) {
  for (int columns : {80, 44, 40, 36, 30}) {
    Pty::Options options;
    options.columns = columns;
    Pty pty(FakeTextModel("}y"), options);
    ASSERT_TRUE(pty.AwaitPrompt());
    const std::string text =
        absl::StrReplaceAll(pty.screen().Text(), {{"\n", " "}});
    EXPECT_TRUE(absl::StrContains(text,
                                  " s; 2 threads, letters, weights mapped; "
                                  "/help lists the commands >"))
        << columns << ": " << text;
    EXPECT_EQ(pty.screen().faults(), 0);
    pty.Type("\x04");
    EXPECT_EQ(pty.ExitCode(), 0);
  }
}

TEST_F(ChatTerminalTest, ALineThatEndsInABackslashGoesOn) {
  ExpectMessage("a\\\n  b\\\n\n", "a\\n  b\\n");
}

TEST_F(ChatTerminalTest, ThreeQuotesOpenAndCloseABlock) {
  ExpectMessage("\"\"\"\n  a\n\n/b\n\"\"\"\n", "  a\\n\\n/b");
}

TEST_F(ChatTerminalTest, AltEnterBeginsANewLine) {
  ExpectMessage("a\x1b\rb\n", "a\\nb");
}

TEST_F(ChatTerminalTest, TwoSlashesBeginAMessageWithOne) {
  ExpectMessage("//usr\n", "/usr");
}

// The model waits in its fourth step, the first of the answer, for `gate`.
FakeTextModel Gated(const std::string& script, int gate) {
  FakeTextModel model(script);
  model.set_on_step([gate](int64_t step) {
    char byte = 0;
    if (step == 4 && read(gate, &byte, 1) != 1) _exit(98);
  });
  return model;
}

TEST_F(ChatTerminalTest, TypingDuringAnAnswerIsKeptForTheNextLine) {
  int gate[2] = {};
  ASSERT_EQ(pipe(gate), 0);
  Pty pty(Gated("so}yes", gate[0]));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("well?\n");
  ASSERT_TRUE(pty.Await("s"));
  pty.Type("/undo\n\x04");
  ASSERT_EQ(write(gate[1], "", 1), 1);
  ASSERT_TRUE(pty.Await("o</think>\x1b[22myes\r\n"));
  ASSERT_TRUE(pty.Await("(removed 'well?')"));
  EXPECT_EQ(pty.ExitCode(), 0);
}

// Ctrl-C while the model speaks ends the answer only.
TEST_F(ChatTerminalTest, CtrlCStopsTheAnswer) {
  FakeTextModel model("so}" + std::string(1 << 20, 'y'));
  model.mutable_facts().context_tokens = 1 << 21;
  Pty pty(model);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("well?\n");
  ASSERT_TRUE(pty.Await("yyyy"));
  pty.Type("\x03");
  ASSERT_TRUE(pty.Await("(stopped)"));
  ASSERT_TRUE(pty.AwaitPrompt());
  // The line before is in the history: arrow up, then the end of the line.
  pty.Type("\x1b[A");
  ASSERT_TRUE(pty.Await("well?"));
  pty.Type("\x15/exit\n");
  EXPECT_EQ(pty.ExitCode(), 0);
}

TEST_F(ChatTerminalTest, WordsWrapAtTheWidth) {
  Pty::Options options;
  options.columns = 16;
  options.environment = {{"NO_COLOR", "1"}};
  Pty pty(FakeTextModel("}the quick brown fox jumps"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("x\n");
  EXPECT_TRUE(pty.Await("tokens of"));
  EXPECT_TRUE(absl::StrContains(pty.screen().Text(),
                                "\n</think>the\nquick brown fox\njumps\n"))
      << pty.screen().Text();
}

TEST_F(ChatTerminalTest, ResizingLeavesACleanLine) {
  Pty::Options options;
  options.columns = 40;
  options.rows = 9;
  Pty pty(FakeTextModel("}y"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x0cone two three four five six");
  ASSERT_TRUE(pty.AwaitScreen("> one two three four five six"));
  pty.Resize(18, 9);
  ASSERT_TRUE(pty.AwaitScreen("> one two three fo\n  ur five six"));
  pty.Resize(60, 9);
  ASSERT_TRUE(pty.AwaitScreen("> one two three four five six"));
  EXPECT_EQ(pty.screen().faults(), 0);
}

TEST_F(ChatTerminalTest, CtrlZAndFgLeaveACleanLine) {
  Pty::Options options;
  options.job = true;
  Pty pty(FakeTextModel("}y"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x0cwell");
  ASSERT_TRUE(pty.AwaitScreen("> well"));
  pty.Type("\x1a");
  ASSERT_TRUE(
      pty.Await(absl::StrCat("[stopped by ", SIGTSTP, ", modes usual]")));
  pty.Continue();
  ASSERT_TRUE(pty.Await("> well"));
  pty.Type("?\n");
  ASSERT_TRUE(pty.Await("</think>"));
  EXPECT_TRUE(absl::StartsWith(
      pty.screen().Text(),
      "> well\n[stopped by 20, modes usual]\n> well?\n</think>"))
      << pty.screen().Text();
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

TEST_F(ChatTerminalTest, CtrlZDuringAnAnswerShowsItsRowAgain) {
  int gate[2] = {};
  ASSERT_EQ(pipe(gate), 0);
  Pty::Options options;
  options.job = true;
  Pty pty(Gated("}yes", gate[0]), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x0cwell?\n");
  ASSERT_TRUE(pty.Await("</think>"));
  pty.Type("\x1a");
  ASSERT_EQ(write(gate[1], "", 1), 1);
  ASSERT_TRUE(pty.Await("[stopped by 20, modes usual]"));
  pty.Continue();
  ASSERT_TRUE(pty.Await("yes"));
  EXPECT_TRUE(absl::StrContains(pty.screen().Text(), "usual]\n</think>yes"))
      << pty.screen().Text();
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

// The terminal is as it was, and the status says which signal it was.
TEST_F(ChatTerminalTest, SignalsThatEndTheProgramRestoreTheTerminal) {
  for (int signal_number : {SIGTERM, SIGHUP, SIGQUIT}) {
    for (const char* keys : {"", "abc", "well?\n"}) {
      FakeTextModel model("so}" + std::string(1 << 20, 'y'));
      model.mutable_facts().context_tokens = 1 << 21;
      Pty pty(model);
      ASSERT_TRUE(pty.AwaitPrompt());
      pty.Type(keys);
      ASSERT_TRUE(pty.Await(absl::EndsWith(keys, "\n") ? "yy" : keys));
      EXPECT_FALSE(pty.ModesAreBack());
      pty.Signal(signal_number);
      EXPECT_EQ(pty.ExitCode(), -signal_number);
      EXPECT_TRUE(pty.ModesAreBack());
      EXPECT_TRUE(absl::StrContains(pty.written(), "\x1b[?2004l"));
    }
  }
}

TEST_F(ChatTerminalTest, EditSendsWhatTheEditorSaves) {
  Pty::Options options;
  options.environment = {{"EDITOR", "printf '%s more\\n' \"$(cat \"$1\")\" >"}};
  Pty pty(FakeTextModel("}y"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/edit some\n");
  ASSERT_TRUE(pty.Await("> some more"));
  ASSERT_TRUE(pty.Await("</think>"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/edit\n");
  ASSERT_TRUE(pty.Await("> some more more"));
  ASSERT_TRUE(pty.Await("</think>"));
  ASSERT_TRUE(pty.AwaitPrompt());
  const std::string saved = Saved(pty);
  EXPECT_TRUE(absl::StrContains(saved, "\"some more more\"")) << saved;
  EXPECT_FALSE(absl::StrContains(saved, "\"some more\"")) << saved;
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

TEST_F(ChatTerminalTest, AnEditorThatFailsSendsNothing) {
  Pty::Options options;
  options.environment = {{"EDITOR", "false"}};
  Pty pty(FakeTextModel("}y"), options);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("/edit some\n");
  ASSERT_TRUE(
      pty.Await("('false' failed; $VISUAL or $EDITOR names another "
                "editor)"));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

// The terminal is gone while the model speaks.
TEST_F(ChatTerminalTest, TheEndOfTheInputDuringAnAnswer) {
  int gate[2] = {};
  ASSERT_EQ(pipe(gate), 0);
  Pty pty(Gated("so}yes", gate[0]));
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("well?\n");
  ASSERT_TRUE(pty.Await("s"));
  pty.Type("\x04");
  ASSERT_EQ(write(gate[1], "", 1), 1);
  ASSERT_TRUE(pty.Await("o</think>\x1b[22myes\r\n"));
  EXPECT_EQ(pty.ExitCode(), 0);
  EXPECT_TRUE(pty.ModesAreBack());
}

}  // namespace
}  // namespace fathom::rt
