// `fathom chat` over lines of stdin, on a model that is none.
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
#include "tools/fathom/ask_options.h"
#include "tools/fathom/chat_session.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

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
                                 "/temperature 0\n/nonsense\n/exit\nwell?\n");
  EXPECT_EQ(chatted.exit_code, 0);
  EXPECT_EQ(
      chatted.out,
      "(thinks for 0 tokens)\n</think>o</think>yes\n(thinks without limit)\n"
      "so</think>yes\n"
      "(/think is 'x', expected a whole number from 0 to 2147483647)\n"
      "(/temperature is '2x', expected a number)\n"
      "(/temperature is -1, expected a number from 0 to 100)\n"
      "(temperature 0)\n"
      "('/nonsense' is not a command; /help lists them)\n");
}

TEST(ChatCommandTest, HelpNamesEachCommand) {
  const std::string out = ChatOn(kModel, "/help\n").out;
  for (const char* name : {"/help", "/reset", "/system TEXT", "/think N",
                           "/temperature T", "/save FILE", "/exit"}) {
    EXPECT_NE(out.find(name), std::string::npos) << name;
  }
}

TEST(ChatCommandTest, SaveWritesTheConversationAndKeepsWhatIsThere) {
  const std::string path =
      testing::TempDir() + "/chat_save_" + std::to_string(getpid());
  unlink(path.c_str());
  const Chatted chatted =
      ChatOn(kModel, "/system be \"kind\"\nwell?\n/save " + path + "\n/save " +
                         path + "\n/save\n");
  EXPECT_NE(chatted.out.find("(saved to "), std::string::npos);
  EXPECT_NE(chatted.out.find("File exists"), std::string::npos);
  EXPECT_NE(chatted.out.find("(/save needs a file's name)"), std::string::npos);
  std::stringstream saved;
  saved << std::ifstream(path).rdbuf();
  EXPECT_EQ(saved.str(),
            "{\"messages\": [\n"
            "{\"role\": \"system\", \"content\": \"be \\\"kind\\\"\"},\n"
            "{\"role\": \"user\", \"content\": \"well?\"},\n"
            "{\"role\": \"assistant\", \"thinking\": \"so\", \"content\": "
            "\"yes\"}\n]}\n");
  unlink(path.c_str());
}

TEST(ChatCommandTest, AFullContextIsSaidInOneLine) {
  FakeTextModel model = kModel;
  model.mutable_facts().context_tokens = 12;
  const Chatted chatted =
      ChatOn(model, "eleven to b\nwell?\nwell?\n/reset\nwell?\n");
  EXPECT_EQ(chatted.exit_code, 0);
  EXPECT_EQ(chatted.out,
            "(the context is full: 15 tokens with this message, 12 fit; /reset "
            "begins anew)\n"
            "so</think>\n(the context is full; /reset begins anew)\n"
            "(the context is full: 17 tokens with this message, 12 fit; /reset "
            "begins anew)\n"
            "(begun anew)\n"
            "so</think>\n(the context is full; /reset begins anew)\n");
}

TEST(ChatCommandTest, SaysWhatCutAnAnswer) {
  FakeTextModel model = kModel;
  model.mutable_facts().max_tokens = 4;
  EXPECT_EQ(ChatOn(model, "well?\n").out,
            "so</think>y\n(cut at the model's max_new_tokens; --max-tokens can "
            "allow more)\n");
  EXPECT_EQ(ChatOn(model, "well?\n", {"--max-tokens", "5"}).out,
            "so</think>ye\n(cut at --max-tokens)\n");
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

// Ctrl-C while the model speaks ends the answer; the next line is answered.
TEST(ChatCommandTest, CtrlCStopsTheAnswerAndNotTheProgram) {
  FakeTextModel model = kModel;
  model.set_on_step([](int64_t step) {
    if (step == 4) raise(SIGINT);
  });
  const Chatted chatted = ChatOn(model, "well?\nwell?\n");
  EXPECT_EQ(chatted.exit_code, 0);
  // The fourth step is the first behind the prompt's three.
  EXPECT_EQ(chatted.out,
            "so\n(stopped; the message is forgotten)\nso</think>yes\n");
}

TEST(ChatSessionTest, DimsThinkingAndKeepsTheModelOffTheTerminal) {
  FakeTextModel model("a\x1b[2J\tb}\x07yes\n");
  testing::internal::CaptureStdout();
  Output output(STDOUT_FILENO);
  ChatSession session(
      &model, AskOptions(), &output, /*dim=*/true, [] { return 0.0; },
      [] { return false; });
  EXPECT_TRUE(session.Take("well?").ok());
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "\x1b[2ma\xef\xbf\xbd[2J\tb</think>\x1b[22m\xef\xbf\xbdyes\n\n");
  EXPECT_EQ(ForTerminal("\xc2\x9b"
                        "\xc2\xa0"
                        "\xc3\xa9\x7f"),
            "\xef\xbf\xbd"
            "\xc2\xa0"
            "\xc3\xa9\xef\xbf\xbd");
}

}  // namespace
}  // namespace fathom::rt
