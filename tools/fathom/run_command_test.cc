// `fathom run` on a model that is none: what goes where, and exit codes.
#include "tools/fathom/run_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/fake_text_model.h"

namespace fathom::rt {
namespace {

struct Ran {
  int exit_code;
  std::string out, err;
  int loads;
};

Ran RunOn(const FakeTextModel& model, std::vector<std::string> arguments) {
  std::vector<const char*> argv = {"fathom-run"};
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  Ran ran = {};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ran.exit_code =
      RunCommand(int(argv.size()), argv.data(),
                 [&](const LoadOptions& load)
                     -> absl::StatusOr<std::unique_ptr<TextModel>> {
                   ++ran.loads;
                   if (load.path != "m.fathom") {
                     return absl::NotFoundError("no artifact there");
                   }
                   return std::make_unique<FakeTextModel>(model);
                 });
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

const FakeTextModel kModel("so\n}yes");

TEST(RunCommandTest, StreamsThinkingTagAndAnswerAndNothingElse) {
  const Ran ran = RunOn(kModel, {"m.fathom", "--prompt", "well?"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "so\n</think>yes");
  EXPECT_NE(ran.err.find("tokens/s"), std::string::npos);
  EXPECT_NE(ran.err.find("letters"), std::string::npos);
  EXPECT_NE(ran.err.find("mapped"), std::string::npos);
}

TEST(RunCommandTest, JsonHoldsAllFields) {
  const Ran ran = RunOn(kModel, {"m.fathom", "--json", "--prompt", "w"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out.find("{\"thinking\": \"so\\n\", \"answer\": \"yes\", "
                         "\"prompt_ids\": [133, 131, 119, 132, 129], \"ids\": "
                         "[115, 111, 10, 130, 121, 101, 115, 128], "
                         "\"stop_reason\": \"eos\", \"load_s\": "),
            0u)
      << ran.out;
  for (const char* key : {"prompt_tokens_per_s", "tokens_per_s", "threads",
                          "placement", "level"}) {
    EXPECT_NE(ran.out.find(std::string("\"") + key + "\": "),
              std::string::npos);
  }
  EXPECT_EQ(ran.out.back(), '\n');
}

// A manifest's names hold whatever bytes a file's name has.
TEST(RunCommandTest, ALevelsNameSteersNoTerminal) {
  FakeTextModel model = kModel;
  model.mutable_facts().level = "a\x1b[31m\n\xff";
  const Ran text = RunOn(model, {"m.fathom", "--prompt", "w"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.err.find("2 threads, a\\x1b[31m\\n\\xff, weights mapped\n"),
            std::string::npos)
      << text.err;
  EXPECT_EQ(text.err.find('\n'), text.err.size() - 1);
  const Ran json = RunOn(model, {"m.fathom", "--json", "--prompt", "w"});
  EXPECT_NE(json.out.find("\"level\": \"a\\\\x1b[31m\\\\n\\\\xff\"}"),
            std::string::npos)
      << json.out;
}

TEST(RunCommandTest, RawSkipsTheTemplate) {
  const Ran ran =
      RunOn(FakeTextModel("on"), {"m.fathom", "--raw", "--json", "--prompt=w"});
  EXPECT_NE(ran.out.find("\"prompt_ids\": [133, 119]"), std::string::npos);
  EXPECT_NE(ran.out.find("\"answer\": \"on\""), std::string::npos);
}

TEST(RunCommandTest, OptionsReachTheRequest) {
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--prompt=w", "--max-tokens=6"}).out,
            "so\n</think>ye");
  EXPECT_EQ(
      RunOn(kModel, {"--prompt=w", "--stop", "s", "--stop", "e", "m.fathom"})
          .out,
      "so\n</think>y");
  EXPECT_EQ(RunOn(FakeTextModel("a\nb\nc"),
                  {"m.fathom", "--prompt=w", "--think-tokens", "3"})
                .out,
            "a\nb\n</think>");
  const Ran ran = RunOn(
      kModel, {"m.fathom", "--prompt", "-5 + 3?", "--json", "--system", "s"});
  EXPECT_NE(ran.out.find("[133, 115, 131, 45, 53, "), std::string::npos)
      << ran.out;
}

// What `echo` puts after a question is no part of it.
TEST(RunCommandTest, OneLineBreakEndsAPromptFromStdin) {
  auto ids = [](const std::string& prompt, const std::string& input) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], input.data(), input.size()), input.size());
    close(ends[1]);
    const int saved = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    const Ran ran =
        RunOn(kModel, {"m.fathom", "--raw", "--json", "--prompt", prompt});
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    const size_t first = ran.out.find("\"prompt_ids\"");
    return ran.out.substr(first, ran.out.find(']', first) - first);
  };
  EXPECT_EQ(ids("-", "w?\n"), ids("w?", ""));
  EXPECT_EQ(ids("-", "w?"), ids("w?", ""));
  EXPECT_EQ(ids("-", "w?\n\n"), ids("w?\n", ""));
  EXPECT_NE(ids("-", "w?\n\n"), ids("w?", ""));
}

// With a temperature the flat logits after the likeliest are drawn too.
TEST(RunCommandTest, SamplesByCommandLineOrDefaultAndIsGreedyElse) {
  const std::string greedy = "so\n</think>yes";
  const std::vector<std::string> base = {"m.fathom", "--prompt=w",
                                         "--max-tokens=40"};
  auto out = [&](const FakeTextModel& model, std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return RunOn(model, more).out;
  };
  EXPECT_NE(out(kModel, {"--temperature=9"}), greedy);
  EXPECT_EQ(out(kModel, {"--temperature=9"}), out(kModel, {"--temperature=9"}));
  EXPECT_NE(out(kModel, {"--temperature=9"}),
            out(kModel, {"--temperature=9", "--seed=1"}));
  EXPECT_EQ(out(kModel, {"--temperature=9", "--top-k=1"}), greedy);
  FakeTextModel sampling = kModel;
  sampling.mutable_facts().sampling = {.sample = true, .temperature = 9};
  EXPECT_EQ(out(sampling, {}), out(kModel, {"--temperature=9"}));
  EXPECT_EQ(out(sampling, {"--temperature=0"}), greedy);
}

TEST(RunCommandTest, TheModelsLongestOutputHoldsWhereTheUserSaysNone) {
  FakeTextModel model = kModel;
  model.mutable_facts().max_tokens = 6;
  const Ran cut = RunOn(model, {"m.fathom", "--prompt=w"});
  EXPECT_EQ(cut.out, "so\n</think>ye");
  EXPECT_NE(cut.err.find("ended by length"), std::string::npos) << cut.err;
  EXPECT_EQ(RunOn(model, {"m.fathom", "--prompt=w", "--max-tokens=5"}).out,
            "so\n</think>y");
  EXPECT_EQ(
      RunOn(model, {"m.fathom", "--prompt=w", "--max-tokens=2147483647"}).out,
      "so\n</think>yes");
}

TEST(RunCommandTest, TheRangeOfATemperatureHoldsZero) {
  const Ran ran =
      RunOn(kModel, {"m.fathom", "--prompt=w", "--temperature=inf"});
  EXPECT_EQ(ran.err,
            "fathom run: --temperature is inf, expected a number from 0 to "
            "100\n");
}

// Each refusal is one line that names the option, and nothing is loaded.
TEST(RunCommandTest, C14RefusesBadOptionsWithExitCode2) {
  const std::pair<const char*, const char*> kBad[] = {
      {"--temperature", "-1"},
      {"--temperature", "nan"},
      {"--temperature", "inf"},
      {"--temperature", "1e308"},
      {"--temperature", "0x"},
      {"--top-k", "-1"},
      {"--top-k", "1.5"},
      {"--top-k", "2147483648"},
      {"--top-p", "0"},
      {"--top-p", "2"},
      {"--min-p", "-0.5"},
      {"--min-p", ""},
      {"--repetition-penalty", "0"},
      {"--repetition-penalty", "9e-7"},
      {"--repetition-penalty", "1e-38"},
      {"--seed", "-1"},
      {"--seed", "99999999999999999999"},
      {"--stop", ""},
      {"--max-tokens", "0"},
      {"--think-tokens", "-1"},
      {"--threads", "0"},
      {"--threads", "1025"},
      {"--placement", "here"},
      {"--prompt", "\xff"},
      {"--colour", "red"},
  };
  for (const auto& [option, value] : kBad) {
    std::vector<std::string> arguments = {"m.fathom", option, value};
    if (std::string(option) != "--prompt") arguments.push_back("--prompt=w");
    const Ran ran = RunOn(kModel, arguments);
    EXPECT_EQ(ran.exit_code, 2) << option << " " << value;
    EXPECT_NE(ran.err.find(option), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.loads, 0);
  }
  EXPECT_EQ(RunOn(kModel, {"m.fathom"}).exit_code, 2);
  EXPECT_EQ(RunOn(kModel, {"--prompt=w"}).exit_code, 2);
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--prompt=w", "--raw", "--system=s"})
                .exit_code,
            2);
}

TEST(RunCommandTest, FaultsOfTheInputHaveExitCode1) {
  EXPECT_EQ(RunOn(kModel, {"none", "--prompt=w"}).exit_code, 1);
  const Ran ran =
      RunOn(kModel, {"m.fathom", "--prompt", std::string(400, 'w')});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
  FakeTextModel bad = kModel;
  bad.mutable_facts().sampling.top_p = 2;
  EXPECT_EQ(RunOn(bad, {"m.fathom", "--prompt=w"}).exit_code, 1);
}

// K2: a reader that has enough ends the output without signal or error.
TEST(RunCommandTest, K2AClosedPipeIsNoFault) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const int saved = dup(STDOUT_FILENO);
  dup2(ends[1], STDOUT_FILENO);
  const char* argv[] = {"fathom-run", "m.fathom", "--prompt=w"};
  const int exit_code = RunCommand(3, argv, [](const LoadOptions&) {
    return std::make_unique<FakeTextModel>(kModel);
  });
  dup2(saved, STDOUT_FILENO);
  close(saved);
  close(ends[1]);
  EXPECT_EQ(exit_code, 0);
}

TEST(RunCommandTest, AFullDiskIsTheMachinesFault) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  const int saved = dup(STDOUT_FILENO);
  dup2(full, STDOUT_FILENO);
  const char* argv[] = {"fathom-run", "m.fathom", "--prompt=w"};
  const int exit_code = RunCommand(3, argv, [](const LoadOptions&) {
    return std::make_unique<FakeTextModel>(kModel);
  });
  dup2(saved, STDOUT_FILENO);
  close(saved);
  close(full);
  EXPECT_EQ(exit_code, 3);
}

}  // namespace
}  // namespace fathom::rt
