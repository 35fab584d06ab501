// Ctrl-C at every moment, a thousand times each: no key is lost, none is kept
// that Ctrl-C drops, and none is taken for another line's.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/fathom/pty_testing.h"
#include "tools/terminal/default_signals_testing.h"

namespace fathom::rt {
namespace {

const DefaultSignals default_signals;

constexpr int kRaces = 1000;

class ChatRaceTest : public testing::Test {
 protected:
  ChatRaceTest()
      : path_(absl::StrCat(testing::TempDir(), "/chat_race_", getpid())) {
    unlink(path_.c_str());
    // The conversation stays short, and is saved whole.
    options_.arguments = {"--overflow", "drop-oldest"};
  }
  ~ChatRaceTest() override { unlink(path_.c_str()); }

  // How many messages of the conversation are `message`, and that the user sent
  // no other one.
  int Messages(Pty& pty, const std::string& message) {
    pty.Type(absl::StrCat("/save ", path_, "\n"));
    EXPECT_TRUE(pty.Await("(saved"));
    std::stringstream saved;
    saved << std::ifstream(path_).rdbuf();
    int count = 0;
    for (std::string line; std::getline(saved, line);) {
      if (!absl::StrContains(line, "\"user\"")) continue;
      EXPECT_TRUE(absl::StrContains(line, "\"" + message + "\"")) << line;
      ++count;
    }
    return count;
  }

  std::string path_;
  Pty::Options options_;
};

// The line before Ctrl-C would be "/exit" with the "t" that follows.
TEST_F(ChatRaceTest, CtrlCWhileALineIsTyped) {
  Pty pty(FakeTextModel("}y"), options_);
  ASSERT_TRUE(pty.AwaitPrompt());
  for (int i = 0; i < kRaces; ++i) {
    switch (i % 4) {
      case 0:  // as soon as the last key was shown
        pty.Type("/exi");
        ASSERT_TRUE(pty.Await("/exi")) << i;
        pty.Type("\x03");
        pty.Type("t\n");
        break;
      case 1: pty.Type("/exi\x03t\n"); break;
      case 2:
        for (const char* keys : {"/exi", "\x03", "t", "\n"}) {
          pty.Type(keys);
        }
        break;
      case 3:
        for (const char* keys : {"/", "e", "x", "i\x03", "t", "\n"}) {
          pty.Type(keys);
        }
        break;
    }
    ASSERT_TRUE(pty.Await("</think>")) << i;
    ASSERT_TRUE(pty.AwaitPrompt()) << i;
  }
  EXPECT_EQ(Messages(pty, "t"), kRaces);
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

// Of a signal from elsewhere it is known that it comes after what was shown.
TEST_F(ChatRaceTest, SigintWhileALineIsTyped) {
  Pty pty(FakeTextModel("}y"), options_);
  ASSERT_TRUE(pty.AwaitPrompt());
  for (int i = 0; i < kRaces; ++i) {
    pty.Type("/exi");
    ASSERT_TRUE(pty.Await("/exi")) << i;
    pty.Signal(SIGINT);
    if (i % 2 == 0) {
      ASSERT_TRUE(pty.AwaitPrompt()) << i;
    }
    pty.Type("t\n");
    ASSERT_TRUE(pty.Await("</think>")) << i;
    ASSERT_TRUE(pty.AwaitPrompt()) << i;
  }
  EXPECT_EQ(Messages(pty, "t"), kRaces);
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

// What is typed ahead before Ctrl-C goes, what comes after it stays. The model
// only thinks, so that nothing is kept and the conversation stays short.
TEST_F(ChatRaceTest, CtrlCDuringAnAnswer) {
  FakeTextModel model(std::string(1 << 22, 'y'));
  model.mutable_facts().context_tokens = 1 << 23;
  // It speaks slowly, so that this side has not much to read; a key wakes it.
  model.set_on_step([](int64_t) {
    pollfd wait = {STDIN_FILENO, POLLIN, 0};
    poll(&wait, 1, /*timeout=*/1);
  });
  Pty pty(model, options_);
  ASSERT_TRUE(pty.AwaitPrompt());
  pty.Type("go\n");
  for (int i = 0; i < kRaces; ++i) {
    ASSERT_TRUE(pty.Await("go")) << i;
    if (i % 2 == 0 || i % 7 == 0) {
      ASSERT_TRUE(pty.Await("y")) << i;
    }
    if (i % 7 == 0) {
      pty.Signal(SIGINT);  // which drops nothing that was typed ahead
    } else {
      if (i % 3 != 0) pty.Type("/exit\n");
      pty.Type("\x03");
    }
    if (i % 5 != 0) {
      ASSERT_TRUE(pty.Await("(stopped")) << i;
    }
    pty.Type("go\n");
    if (i % 5 == 0) {
      ASSERT_TRUE(pty.Await("(stopped")) << i;
    }
  }
  ASSERT_TRUE(pty.Await("y"));
  pty.Type("\x03");
  ASSERT_TRUE(pty.Await("(stopped"));
  EXPECT_EQ(Messages(pty, "go"), 1);
  pty.Type("\x04");
  EXPECT_EQ(pty.ExitCode(), 0);
}

}  // namespace
}  // namespace fathom::rt
