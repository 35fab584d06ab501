// `fathom chat` over lines of stdin, on a fake model.
#include "tools/fathom/chat_command.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/fake_text_model.h"
#include "tools/fathom/chat_entry.h"
#include "tools/fathom/chat_printer.h"
#include "tools/fathom/output.h"
#include "tools/terminal/default_signals_testing.h"

namespace fathom::rt {
namespace {

const DefaultSignals default_signals;

const FakeTextModel kModel("so}yes");

struct Chatted {
  int exit_code;
  std::string out, err;
};

Chatted ChatOn(const FakeTextModel& model, const std::string& input,
               std::vector<const char*> more = {}) {
  std::vector<const char*> argv = {"fathom-chat", "m.fathom"};
  argv.insert(argv.end(), more.begin(), more.end());
  FILE* file = tmpfile();
  fwrite(input.data(), 1, input.size(), file);
  rewind(file);
  const int saved = dup(STDIN_FILENO);
  dup2(fileno(file), STDIN_FILENO);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Chatted chatted = {};
  chatted.exit_code =
      ChatCommand(int(argv.size()), argv.data(), [&](const LoadOptions&) {
        return std::make_unique<FakeTextModel>(model);
      });
  chatted.out = testing::internal::GetCapturedStdout();
  chatted.err = testing::internal::GetCapturedStderr();
  dup2(saved, STDIN_FILENO);
  close(saved);
  fclose(file);
  return chatted;
}

TEST(ChatCommandTest, AnswersEachLineUntilTheInputEnds) {
  const Chatted chatted = ChatOn(kModel, "well?\n\n  sure?  ");
  EXPECT_EQ(chatted.exit_code, 0) << chatted.err;
  EXPECT_EQ(chatted.out, "so</think>yes\nso</think>yes\n");
}

// A manifest's names hold whatever bytes a file's name has.
TEST(ChatCommandTest, NamesOfTheModelSteerNoTerminal) {
  FakeTextModel model = kModel;
  model.mutable_facts().name = "e\x1b[31m\nx";
  model.mutable_facts().level = "\xc2\x9b";
  const Chatted chatted = ChatOn(model, "");
  EXPECT_EQ(chatted.err.find("e\\x1b[31m\\nx: loaded in "), 0u) << chatted.err;
  EXPECT_NE(chatted.err.find(" threads, \\xc2\\x9b, "), std::string::npos)
      << chatted.err;
  EXPECT_EQ(chatted.err.find('\n'), chatted.err.size() - 1);
}

TEST(ChatCommandTest, CommandsChangeWhatFollows) {
  const Chatted chatted = ChatOn(kModel,
                                 "/think 0\nwell?\n/think\nwell?\n/think x\n"
                                 "/temperature 2x\n/temperature -1\n"
                                 "/temperature 0\n/exit\nwell?\n");
  EXPECT_EQ(chatted.exit_code, 0);
  EXPECT_EQ(
      chatted.out,
      "(think-tokens 0)\n</think>o</think>yes\n(think-tokens no limit)\n"
      "so</think>yes\n"
      "(think-tokens is 'x', expected a whole number from 0 to 2147483647)\n"
      "(temperature is '2x', expected a number)\n"
      "(temperature is -1, expected a number from 0 to 100)\n"
      "(temperature 0 (greedy))\n");
}

TEST(ChatCommandTest, HelpNamesEachCommand) {
  const std::string out = ChatOn(kModel, "/help\n").out;
  for (const char* name :
       {"/help", "/retry", "/undo", "/edit [TEXT]", "/reset", "/system [TEXT]",
        "/set [NAME [VALUE]]", "/think [N]", "/temperature [T]", "/save FILE",
        "/load FILE", "/stats", "/show", "/exit", "\"\"\"", "Alt-Enter"}) {
    EXPECT_NE(out.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(ChatOn(kModel, "/help undo\n").out,
            "/undo                remove the last message and its answer\n");
}

// Lines as ever, and lines that go on.
TEST(ChatCommandTest, SeveralLinesWithoutATerminal) {
  std::string prompts;
  FakeTextModel model("}y");
  const Chatted chatted = ChatOn(
      model,
      "a\\\n  b\n\"\"\"\n  /c\n\nd\n\"\"\"\n//e\n/system \"\"\"f\ng\"\"\""
      "\n/system\n\"\"\"open");
  EXPECT_EQ(chatted.exit_code, 0) << chatted.err;
  const std::string path = testing::TempDir() + "/chat_lines";
  unlink(path.c_str());
  ChatOn(model, "a\\\n  b\n\"\"\"\n  /c\n\nd\n\"\"\"\n//e\n/save " + path);
  std::stringstream saved;
  saved << std::ifstream(path).rdbuf();
  for (const char* message : {"\"a\\n  b\"", "\"  /c\\n\\nd\"", "\"/e\""}) {
    EXPECT_NE(saved.str().find(message), std::string::npos) << saved.str();
  }
  EXPECT_EQ(chatted.out,
            "</think>y\n</think>y\n</think>y\n(system message set)\nf\ng\n"
            "</think>y\n");
  unlink(path.c_str());
}

TEST(ChatCommandTest, RetryAndUndoTakeBackTheLastMessage) {
  const std::string path = testing::TempDir() + "/chat_undo";
  unlink(path.c_str());
  const Chatted chatted =
      ChatOn(kModel, "/retry\n/undo\none\ntwo\n/retry\n/undo\n/save " + path);
  EXPECT_EQ(chatted.out,
            "(there is no message to answer again)\n"
            "(there is no message to remove)\n"
            "so</think>yes\nso</think>yes\n"
            "(greedy: the answer changes only with the settings; '/set "
            "temperature 0.7' samples)\n"
            "so</think>yes\n(removed 'two')\n(saved to '" +
                path + "')\n");
  std::stringstream saved;
  saved << std::ifstream(path).rdbuf();
  EXPECT_NE(saved.str().find("one"), std::string::npos);
  EXPECT_EQ(saved.str().find("two"), std::string::npos);
  unlink(path.c_str());
}

TEST(ChatCommandTest, SetListsAndChangesEachSetting) {
  const std::string list = ChatOn(kModel, "/set\n").out;
  for (const char* name :
       {"temperature", "top-k", "top-p", "min-p", "repetition-penalty", "seed",
        "max-tokens", "think-tokens", "stop", "overflow"}) {
    EXPECT_NE(list.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(ChatOn(kModel,
                   "/set temperature 0.6\n/set top_k 5\n/set top-p=0.9\n"
                   "/set min-p = 0.1\n/set repetition-penalty 1.1\n"
                   "/set seed 7\n/set max-tokens 9\n/set think-tokens 8\n"
                   "/set stop END\n/set overflow drop-oldest\n/set seed\n"
                   "/set temperature default\n/set stop default\n"
                   "/set top-p 2\n/set overflow x\n")
                .out,
            "(temperature 0.6)\n(top-k 5)\n(top-p 0.9)\n(min-p 0.1)\n"
            "(repetition-penalty 1.1)\n(seed 7)\n(max-tokens 9)\n"
            "(think-tokens 8)\n(stop 'END')\n(overflow drop-oldest)\n"
            "(seed 7)\n(temperature 0 (greedy))\n(stop none)\n"
            "(top-p is 2, expected a number above 0 and at most 1)\n"
            "(overflow is 'x', expected 'refuse' or 'drop-oldest')\n");
}

TEST(ChatCommandTest, SettingsWithoutEffectAreSaid) {
  EXPECT_EQ(
      ChatOn(kModel, "/set top-k 5\n/set temperature 1\n/set top-k 6\n").out,
      "(top-k 5; without effect while greedy: '/set temperature 0.7' "
      "samples)\n(temperature 1)\n(top-k 6)\n");
  EXPECT_NE(ChatOn(kModel, "", {"--seed", "5"})
                .err.find("fathom chat: warning: --seed has no effect: "),
            std::string::npos);
}

// What people know from elsewhere is understood, or answered.
TEST(ChatCommandTest, WordsOfOthersAreUnderstood) {
  const std::string out =
      ChatOn(kModel,
             "/set parameter temperature 0.6\n/set parameter num_predict 5\n"
             "/set parameter num_ctx 8192\n/set parameter repeat_penalty 1.1\n"
             "/set nothink\n/set think\n/set system \"be kind\"\n/show system\n"
             "/set format json\n/clear\n/regen\n/read x.txt\n/?\n/bye\n")
          .out;
  EXPECT_EQ(
      out.substr(0, out.find("/help ")),
      "(temperature 0.6)\n(max-tokens 5)\n(num_ctx is not a setting "
      "here: the context is as long as 'fathom compile --context' made "
      "it)\n(repetition-penalty 1.1)\n(think-tokens 0)\n(think-tokens no "
      "limit)\n(system message set)\nbe kind\n(format is not a setting "
      "here: answers are text only)\n(started over)\n(there is no message "
      "to answer again)\n(/read is not a command here: /edit opens an "
      "editor, which can read a file)\n");
  // Without a terminal every line is a message, whatever it spells.
  EXPECT_EQ(ChatOn(kModel, "exit\n").out, "so</think>yes\n");
}

TEST(ChatCommandTest, UnknownCommandsSuggestTheNearest) {
  EXPECT_EQ(
      ChatOn(kModel,
             "/rset\n/nonsense\n/usr/bin/x\n/set temprature 1\n/set x 1\n"
             "/undo it\n/show licence\n/RESET\n")
          .out,
      "('/rset' is not a command; did you mean /reset?)\n"
      "('/nonsense' is not a command; /help lists them, and '//' sends a "
      "message "
      "that begins with '/')\n"
      "('/usr/bin/x' is not a command; /help lists them, and '//' sends a "
      "message "
      "that begins with '/')\n"
      "('temprature' is not a setting; did you mean temperature?)\n"
      "('x' is not a setting; /set lists them)\n"
      "(/undo takes no argument, found 'it')\n"
      "('licence' is not shown here, expected 'model', 'system' or 'settings'; "
      "'fathom inspect' shows more)\n"
      "(started over)\n");
}

TEST(ChatCommandTest, StatsAndShow) {
  const std::string out = ChatOn(kModel, "/stats\nwell?\n/stats\n/show\n").out;
  EXPECT_EQ(out.find("(there is no answer yet)\nso</think>yes\nprompt "), 0u)
      << out;
  EXPECT_NE(out.find("ended by  eos\ncontext   16 of 300 tokens\n"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("model               fake\n"), std::string::npos);
}

class ChatFileCommandTest : public testing::Test {
 protected:
  ChatFileCommandTest()
      : path_(testing::TempDir() + "/chat_save_" + std::to_string(getpid())) {
    unlink(path_.c_str());
  }
  ~ChatFileCommandTest() override { unlink(path_.c_str()); }
  std::string Saved() const {
    std::stringstream saved;
    saved << std::ifstream(path_).rdbuf();
    return saved.str();
  }
  void Write(const std::string& text) { std::ofstream(path_) << text; }

  std::string path_;
};

TEST_F(ChatFileCommandTest, SaveKeepsWhatIsThere) {
  const Chatted chatted =
      ChatOn(kModel, "/system be \"kind\"\nwell?\n/save " + path_ + "\n/save " +
                         path_ + "\n/save\n/save! " + path_ + "\n");
  EXPECT_EQ(chatted.out.substr(chatted.out.find("(saved")),
            "(saved to '" + path_ + "')\n(cannot write '" + path_ +
                "': File exists; /save! replaces it)\n(/save needs a file's "
                "name)\n(saved to '" +
                path_ + "')\n");
  EXPECT_EQ(Saved(),
            "{\"messages\": [\n"
            "{\"role\": \"system\", \"content\": \"be \\\"kind\\\"\"},\n"
            "{\"role\": \"user\", \"content\": \"well?\"},\n"
            "{\"role\": \"assistant\", \"thinking\": \"so\", \"content\": "
            "\"yes\"}\n]}\n");
}

TEST_F(ChatFileCommandTest, LoadGoesOnWithWhatSaveWrote) {
  ChatOn(kModel,
         "/set temperature 0.5\n/set stop END\n/set overflow drop-oldest\n"
         "/system be kind\nwell?\n/save " +
             path_ + "\n");
  const std::string saved = Saved();
  const Chatted chatted =
      ChatOn(kModel, "other\n/load " + path_ + "\n/save! " + path_ + "\n");
  EXPECT_EQ(chatted.out,
            "so</think>yes\n(loaded 2 messages, temperature 0.5, overflow "
            "drop-oldest)\n(saved to '" +
                path_ + "')\n");
  EXPECT_EQ(Saved(), saved);
}

TEST_F(ChatFileCommandTest, LoadTakesMessagesOfOthers) {
  Write("[{\"role\":\"user\",\"content\":\"hi\"}]");
  EXPECT_EQ(ChatOn(kModel, "/load \"" + path_ + "\"\n/retry\n/undo\n").out,
            "(loaded 1 message; /retry answers the last one)\n"
            "so</think>yes\n(removed 'hi')\n");
  Write("{\"model\":\"m\",\"messages\":[]}");
  EXPECT_EQ(ChatOn(kModel, "/load " + path_).out,
            "(loaded 0 messages; not used: model)\n");
}

// A file that is at fault changes nothing.
TEST_F(ChatFileCommandTest, LoadTakesAllOrNothing) {
  Write("{\"messages\":[],\"settings\":{\"top-k\":3,\"top-p\":7}}");
  const std::string out =
      ChatOn(kModel, "one\n/load " + path_ +
                         "\n/load /none\n/load\n/set top-k\n"
                         "/undo\n")
          .out;
  EXPECT_EQ(
      out,
      "so</think>yes\n(" + path_ +
          ": top-p is 7, expected a number above 0 and at most "
          "1)\n(/none: cannot open: No such file or directory)\n(/load needs a "
          "file's name)\n(top-k 0 (off))\n(removed 'one')\n");
}

TEST(ChatCommandTest, AFullContextIsSaidInOneLine) {
  FakeTextModel model = kModel;
  model.mutable_facts().context_tokens = 12;
  const Chatted chatted =
      ChatOn(model, "eleven to b\nwell?\nwell?\n/reset\nwell?\n");
  EXPECT_EQ(chatted.exit_code, 0);
  const std::string cut =
      "so</think>\n(cut: the context is full; /reset starts over, '/set "
      "overflow drop-oldest' drops the oldest messages)\n";
  EXPECT_EQ(chatted.out,
            "(the context is full: 15 tokens with this message, 11 fit; send "
            "a shorter one)\n" +
                cut +
                "(the context is full: 17 tokens with this message, 11 fit; "
                "/reset starts over, or '/set overflow drop-oldest' drops the "
                "oldest messages and /retry sends this one again)\n"
                "(started over)\n" +
                cut);
}

// Whole turns go, the system message stays, and it is said.
TEST(ChatCommandTest, OverflowDropOldestLeavesOutWholeTurns) {
  FakeTextModel model("}y");
  model.mutable_facts().context_tokens = 40;
  const Chatted chatted = ChatOn(
      model,
      "12345678\n12345678\n12345678\n123456789\n" + std::string(40, 'x') + "\n",
      {"--overflow", "drop-oldest", "--system", "s"});
  EXPECT_EQ(chatted.exit_code, 0);
  EXPECT_EQ(chatted.out,
            "</think>y\n</think>y\n"
            "(the context is full: the oldest 2 messages are no longer sent)\n"
            "</think>y\n"
            "(the context is full: the oldest 4 messages are no longer sent)\n"
            "</think>y\n"
            "(the context is full: 45 tokens with this message, 39 fit; send "
            "a shorter one)\n");
  EXPECT_EQ(ChatOn(model, "", {"--overflow", "x"}).err,
            "fathom chat: --overflow is 'x', expected 'refuse' or "
            "'drop-oldest'\n");
}

// What was left out is sent again as soon as there is room, whichever command
// made it.
TEST(ChatCommandTest, OverflowDropOldestSendsAgainWhatFits) {
  FakeTextModel model("}y");
  model.mutable_facts().context_tokens = 64;
  const std::string big(45, 'x'),
      dropped =
          "(the context is full: the oldest 4 messages are no longer sent)\n"
          "</think>y\n";
  const std::string begin = "1234\n1234\n" + big + "\n";
  const auto prompt_tokens = [&](const std::string& input) {
    const std::string out =
        ChatOn(model, input + "/stats\n", {"--overflow", "drop-oldest"}).out;
    return out.substr(out.find("prompt "),
                      out.find(" tokens,") - out.find("prompt "));
  };
  const auto after = [&](const std::string& input) {
    const std::string out =
        ChatOn(model, begin + input, {"--overflow", "drop-oldest"}).out;
    const std::string before = "</think>y\n</think>y\n" + dropped;
    EXPECT_EQ(out.substr(0, before.size()), before);
    return out.substr(before.size());
  };
  EXPECT_EQ(after("/undo\n1234\n"), "(removed '" + big +
                                        "')\n(all messages are sent again)\n"
                                        "</think>y\n");
  EXPECT_EQ(prompt_tokens(begin + "/undo\n1234\n"),
            prompt_tokens("1234\n1234\n1234\n"));
  // Nothing is said where nothing changes.
  EXPECT_EQ(after("/retry\n"),
            "(greedy: the answer changes only with the settings; '/set "
            "temperature 0.7' samples)\n</think>y\n");
  // Less room is kept for a shorter answer.
  EXPECT_EQ(after("/set max-tokens 3\n/set temperature 1\n/retry\n"),
            "(max-tokens 3)\n(temperature 1)\n(the context has room again: "
            "only the oldest 2 messages are not sent)\n</think>y\n");
  // Refusing leaves out nothing.
  EXPECT_EQ(after("/set overflow refuse\n/undo\n1234\n"),
            "(overflow refuse)\n(removed '" + big +
                "')\n(all messages are sent again)\n</think>y\n");
  EXPECT_EQ(after("/set overflow refuse\n1234\n"),
            "(overflow refuse)\n(the context is full: 73 tokens with this "
            "message, 63 fit; /reset starts over, or '/set overflow "
            "drop-oldest' drops the oldest messages and /retry sends this one "
            "again)\n");
}

TEST(ChatCommandTest, ShowsTextOfAllScriptsAsItIs) {
  EXPECT_EQ(ChatOn(kModel, "日本語\n/undo\n/load ünï\n/système x\n").out,
            "so</think>yes\n(removed '日本語')\n"
            "(ünï: cannot open: No such file or directory)\n"
            "('/système' is not a command; did you mean /system?)\n");
  EXPECT_EQ(ChatOn(kModel, "/日本\n").out,
            "('/日本' is not a command; /help lists them, and '//' sends a "
            "message that begins with '/')\n");
}

// Encoding once for each turn that goes would take minutes.
TEST_F(ChatFileCommandTest, OverflowDropOldestTakesALongConversation) {
  constexpr int kTurns = 20000;
  std::string messages;
  for (int i = 0; i < kTurns; ++i) {
    messages +=
        "{\"role\":\"user\",\"content\":\"q\"},"
        "{\"role\":\"assistant\",\"content\":\"a\"},";
  }
  messages.pop_back();
  Write("[" + messages + "]");
  FakeTextModel model("}y");
  model.mutable_facts().context_tokens = 40;  // 10 of them are the answer's
  EXPECT_EQ(ChatOn(model, "/load " + path_ + "\nwell\nwell\n",
                   {"--overflow", "drop-oldest"})
                .out,
            "(loaded 40000 messages)\n(the context is full: the oldest 39992 "
            "messages are no longer sent)\n</think>y\n(the context is full: "
            "the oldest 39996 messages are no longer sent)\n</think>y\n");
}

TEST(ChatCommandTest, SaysWhatCutAnAnswer) {
  FakeTextModel model = kModel;
  model.mutable_facts().max_tokens = 4;
  EXPECT_EQ(ChatOn(model, "well?\n").out,
            "so</think>y\n(cut at the model's max_new_tokens; '/set max-tokens "
            "N' can allow more)\n");
  EXPECT_EQ(ChatOn(model, "well?\n", {"--max-tokens", "5"}).out,
            "so</think>ye\n(cut at --max-tokens; '/set max-tokens N' can allow "
            "more)\n");
  EXPECT_EQ(ChatOn(model, "well?\n", {"--max-tokens", "9"}).out,
            "so</think>yes\n");
}

TEST(ChatCommandTest, BadTextAndBadOptions) {
  EXPECT_EQ(ChatOn(kModel, "\xff\n").out, "(that is not valid UTF-8)\n");
  EXPECT_EQ(ChatOn(kModel, "", {"--top-p", "2"}).exit_code, 2);
  EXPECT_EQ(ChatOn(kModel, "", {"--system", "\xff"}).exit_code, 2);
  FakeTextModel broken = kModel;
  broken.set_step_error(absl::ResourceExhaustedError("no memory"));
  EXPECT_EQ(ChatOn(broken, "well?\nwell?\n").exit_code, 3);
}

TEST(ChatCommandTest, MessagesHaveALimit) {
  const std::string most(kEntryBytesMax, ' ');
  EXPECT_EQ(ChatOn(kModel, most + "\nwell?\n").out, "so</think>yes\n");
  const Chatted chatted = ChatOn(kModel, most + " \nwell?\n");
  EXPECT_EQ(chatted.exit_code, 1);
  EXPECT_EQ(chatted.err.substr(chatted.err.find("fathom chat: ")),
            "fathom chat: a message has more than 16777216 bytes, expected at "
            "most that many\n");
}

// Ctrl-C while the model speaks ends the answer; the next line is answered.
TEST(ChatCommandTest, CtrlCStopsTheAnswerAndNotTheProgram) {
  FakeTextModel model = kModel;
  model.set_on_step([](int64_t step) {
    if (step == 4) raise(SIGINT);
  });
  const Chatted chatted = ChatOn(model, "well?\nwell?\n");
  EXPECT_EQ(chatted.exit_code, 0);
  // The fourth step is the first after the prompt's three.
  EXPECT_EQ(chatted.out, "so\n(stopped; /retry asks again)\nso</think>yes\n");
}

TEST(ChatPrinterTest, DimsThinkingAndKeepsTheModelOffTheTerminal) {
  testing::internal::CaptureStdout();
  Output output(STDOUT_FILENO);
  ChatPrinter printer(&output, {.terminal = true, .dim = true});
  printer.Show({Thinking::Part::kThinking, "a\x1b[2J\tb"});
  printer.Show({Thinking::Part::kTag, "</think>"});
  printer.Show({Thinking::Part::kAnswer, "\x07yes\n"});
  printer.EndAnswer();
  printer.Figures("1.0 tokens/s");
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "\x1b[2ma\xef\xbf\xbd[2J   b</think>\x1b[22m\xef\xbf\xbdyes\n"
            "\x1b[2m1.0 tokens/s\x1b[22m\n");
  EXPECT_EQ(ForTerminal("\xc2\x9b"
                        "\xc2\xa0"
                        "\xc3\xa9\x7f"),
            "\xef\xbf\xbd"
            "\xc2\xa0"
            "\xc3\xa9\xef\xbf\xbd");
}

}  // namespace
}  // namespace fathom::rt
