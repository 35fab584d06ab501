// `fathom run` on a fake model: what goes where, and exit codes.
#include "tools/fathom/run_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/fake_text_model.h"
#include "tools/fathom/run_testing.h"

namespace fathom::rt {
namespace {

const FakeTextModel kModel("so\n}yes");

TEST(RunCommandTest, StreamsThinkingTagAndAnswerAndNothingElse) {
  const Ran ran = RunOn(kModel, {"m.fathom", "--prompt", "well?"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "so\n</think>yes\n");
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
            "so\n</think>ye\n");
  EXPECT_EQ(
      RunOn(kModel, {"--prompt=w", "--stop", "s", "--stop", "e", "m.fathom"})
          .out,
      "so\n</think>y\n");
  EXPECT_EQ(RunOn(FakeTextModel("a\nb\nc"),
                  {"m.fathom", "--prompt=w", "--think-tokens", "3"})
                .out,
            "a\nb\n</think>\n");
  const Ran ran = RunOn(
      kModel, {"m.fathom", "--prompt", "-5 + 3?", "--json", "--system", "s"});
  EXPECT_NE(ran.out.find("[133, 115, 131, 45, 53, "), std::string::npos)
      << ran.out;
}

std::string PromptIds(const Ran& ran) {
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  const size_t first = ran.out.find("\"prompt_ids\"");
  return ran.out.substr(first, ran.out.find(']', first) - first);
}

TEST(RunCommandTest, TheQuestionIsAWordOrAnOptionOrStandardInput) {
  auto run = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"m.fathom", "--json"});
    return PromptIds(RunOn(kModel, more));
  };
  const std::string expected = run({"--prompt", "what now?"});
  EXPECT_EQ(run({"-p", "what now?"}), expected);
  EXPECT_EQ(run({"what now?"}), expected);
  EXPECT_EQ(run({"what now?", "--max-tokens", "3"}), expected);
  EXPECT_EQ(run({"-n", "3", "-t", "1", "what now?"}), expected);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-"}, {"--prompt", "-"}, {}}) {
    const StdinHolds question("what now?\n");
    EXPECT_EQ(run(words), expected);
  }
}

// What ends a line in a file or from `echo` is no part of the question.
TEST(RunCommandTest, OneLineBreakEndsAPromptFromStdin) {
  auto ids = [](const std::string& prompt, const std::string& input) {
    const StdinHolds question(input);
    return PromptIds(
        RunOn(kModel, {"m.fathom", "--raw", "--json", "--prompt", prompt}));
  };
  EXPECT_EQ(ids("-", "w?\n"), ids("w?", ""));
  EXPECT_EQ(ids("-", "w?\r\n"), ids("w?", ""));
  EXPECT_EQ(ids("-", "w?"), ids("w?", ""));
  EXPECT_EQ(ids("-", "w?\n\n"), ids("w?\n", ""));
  EXPECT_NE(ids("-", "w?\n\n"), ids("w?", ""));
}

TEST(RunCommandTest, SeveralWordsWithoutQuotesAreRefusedWithAHint) {
  const Ran ran = RunOn(kModel, {"m.fathom", "what", "is", "this?", "--json"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.err,
            "fathom run: found 3 words after m.fathom, expected the question "
            "in quotes: \"what is this?\"\n");
  EXPECT_EQ(ran.loads, 0);
}

// A person would wait for an answer, and the program for a question.
TEST(RunCommandTest, ATerminalAndNoQuestionAreRefusedWithAHint) {
  const int owner = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(owner, 0);
  ASSERT_EQ(grantpt(owner), 0);
  ASSERT_EQ(unlockpt(owner), 0);
  const int terminal = open(ptsname(owner), O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const int saved = dup(STDIN_FILENO);
  dup2(terminal, STDIN_FILENO);
  const Ran ran = RunOn(kModel, {"m.fathom"});
  const Ran asked = RunOn(kModel, {"m.fathom", "well?"});
  dup2(saved, STDIN_FILENO);
  for (int file : {saved, terminal, owner}) close(file);
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.err,
            "fathom run: found no question, expected one in quotes: fathom run "
            "m.fathom \"What is 123 + 456?\"; 'fathom chat m.fathom' is for a "
            "conversation\n");
  EXPECT_EQ(ran.loads, 0);
  EXPECT_EQ(asked.out, "so\n</think>yes\n");
}

TEST(RunCommandTest, OneSourceOfQuestionsIsEnough) {
  const std::vector<std::string> kSources[] = {
      {"w"}, {"--prompt=w"}, {"--messages=f"}, {"--json-lines=f"}};
  for (const auto& first : kSources) {
    for (const auto& second : kSources) {
      if (first == second) continue;
      const Ran ran = RunOn(kModel, {"m.fathom", first[0], second[0]});
      EXPECT_EQ(ran.exit_code, 2);
      EXPECT_NE(ran.err.find("expected one of them"), std::string::npos)
          << ran.err;
      EXPECT_EQ(ran.loads, 0);
    }
  }
}

TEST(RunCommandTest, AnEmptyOrBlankPromptIsRefused) {
  for (const char* blank : {"", " ", "\n\t ", "\xc2\xa0\xe3\x80\x80"}) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"m.fathom", "--prompt", blank},
          {"m.fathom", blank}}) {
      const Ran ran = RunOn(kModel, words);
      EXPECT_EQ(ran.exit_code, 2);
      EXPECT_NE(ran.err.find("is empty, expected a text\n"), std::string::npos)
          << ran.err;
      EXPECT_EQ(ran.loads, 0);
    }
    const StdinHolds question(blank);
    const Ran ran = RunOn(kModel, {"m.fathom"});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_EQ(ran.err,
              "fathom run: the question on standard input is empty, expected a "
              "text\n");
  }
  // Models have tokens for white space: a raw prompt may be of it.
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--raw", "--prompt= "}).exit_code, 0);
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--raw", "--prompt="}).exit_code, 2);
}

TEST(RunCommandTest, OutputEndsInOneLineBreak) {
  auto out = [](const char* script) {
    return RunOn(FakeTextModel(script), {"m.fathom", "--prompt=w"}).out;
  };
  EXPECT_EQ(out("}yes"), "</think>yes\n");
  EXPECT_EQ(out("}yes\n"), "</think>yes\n");
  EXPECT_EQ(out("}yes\n\n"), "</think>yes\n\n");
  EXPECT_EQ(out(""), "\n");
}

TEST(RunCommandTest, QuietWritesNoFigures) {
  for (const char* quiet : {"-q", "--quiet"}) {
    const Ran ran = RunOn(kModel, {"m.fathom", "--prompt=w", quiet});
    EXPECT_EQ(ran.out, "so\n</think>yes\n");
    EXPECT_EQ(ran.err, "");
  }
}

// The answer ends, its figures are shown, and a shell sees what it expects.
TEST(RunCommandTest, AnInterruptedRunPrintsItsFigures) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    FakeTextModel model(std::string(200, 'x'));
    model.set_on_step([signal_number](int64_t step) {
      if (step == 10) raise(signal_number);
    });
    const Ran ran = RunOn(model, {"m.fathom", "--prompt=w"});
    EXPECT_EQ(ran.exit_code, 128 + signal_number);
    EXPECT_EQ(ran.out, "xxxxxxxxx\n");
    EXPECT_NE(ran.err.find("prompt 5 tokens"), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("output 9 tokens"), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("interrupted; 2 threads"), std::string::npos);
    const Ran json = RunOn(model, {"m.fathom", "--prompt=w", "--json"});
    EXPECT_EQ(json.exit_code, 128 + signal_number);
    EXPECT_NE(json.out.find("\"stop_reason\": \"cancelled\""),
              std::string::npos)
        << json.out;
  }
}

TEST(RunCommandTest, ASignalThatIsIgnoredStaysIgnored) {
  std::signal(SIGINT, SIG_IGN);
  FakeTextModel model("}yes");
  model.set_on_step([](int64_t) { raise(SIGINT); });
  EXPECT_EQ(RunOn(model, {"m.fathom", "--prompt=w"}).out, "</think>yes\n");
  std::signal(SIGINT, SIG_DFL);
}

TEST(RunCommandTest, AFullContextIsSaid) {
  FakeTextModel model(std::string(1000, 'x'));
  const Ran ran = RunOn(model, {"m.fathom", "--prompt=w"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.out, std::string(295, 'x') + "\n");
  EXPECT_EQ(ran.err.find("fathom run: the context of 300 tokens is full\n"), 0u)
      << ran.err;
  EXPECT_NE(ran.err.find("ended by context"), std::string::npos);
  const Ran json = RunOn(model, {"m.fathom", "--prompt=w", "--json"});
  for (const char* member :
       {"\"stop_reason\": \"context\"",
        "\"stop_message\": \"the context of 300 tokens is full\""}) {
    EXPECT_NE(json.out.find(member), std::string::npos) << json.out;
  }
}

// One line for each option, and the answer all the same.
TEST(RunCommandTest, MoreThreadsThanCanRunAreSaid) {
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--prompt=w", "-q", "-t8"}).err,
            "fathom run: warning: --threads is 8, but only 2 can run at the "
            "same time here: using 2\n");
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--prompt=w", "-q", "-t2"}).err, "");
}

TEST(RunCommandTest, OptionsWithoutEffectAreSaid) {
  auto warnings = [](const FakeTextModel& model,
                     std::vector<std::string> more) {
    more.insert(more.begin(), {"m.fathom", "--prompt=w", "-q"});
    const Ran ran = RunOn(model, more);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_NE(ran.out, "");
    return ran.err;
  };
  const std::string greedy =
      " has no effect: the most likely token is always taken, as --temperature "
      "is 0\n";
  const std::string warning = "fathom run: warning: ";
  for (const char* option : {"--top-k", "--top-p", "--min-p", "--seed"}) {
    EXPECT_EQ(warnings(kModel, {"--temperature=0", option, "1"}),
              warning + option + greedy);
    EXPECT_EQ(warnings(kModel, {"--temperature=1", option, "1"}), "");
  }
  EXPECT_EQ(warnings(kModel, {"--temperature=0", "--seed=1", "--top-k=5"}),
            warning + "--top-k" + greedy + warning + "--seed" + greedy);
  EXPECT_EQ(warnings(kModel, {"--seed=1"}),
            warning +
                "--seed has no effect: the most likely token is always taken, "
                "as the model says; --temperature T samples\n");
  const std::string as_model_says =
      " has no effect: the most likely token is always taken, as the model "
      "says; --temperature T samples\n";
  for (const char* option : {"--top-k", "--top-p", "--min-p", "--seed"}) {
    EXPECT_EQ(warnings(kModel, {option, "1"}),
              warning + option + as_model_says);
  }
  FakeTextModel thoughtless = kModel;
  thoughtless.mutable_facts().think_close_id = -1;
  EXPECT_EQ(warnings(thoughtless, {"--think-tokens=5"}),
            warning +
                "--think-tokens has no effect: the model has no token that "
                "ends thinking\n");
  EXPECT_EQ(warnings(kModel, {"--parallel=2"}),
            warning + "--parallel has no effect without --json-lines\n");
}

std::string WriteFile(const std::string& text) {
  const std::string path = testing::TempDir() + "/run_command_test.json";
  std::ofstream(path) << text;
  return path;
}

TEST(RunCommandTest, MessagesAreAConversationInAFile) {
  const std::string expected =
      PromptIds(RunOn(kModel, {"m.fathom", "--json", "--prompt=w"}));
  const std::string list = R"([{"role": "user", "content": "w"}])";
  const std::string object = "{\"messages\": " + list + ", \"tools\": []}";
  for (const std::string& json : {list, object}) {
    EXPECT_EQ(PromptIds(RunOn(kModel, {"m.fathom", "--json", "--messages",
                                       WriteFile(json)})),
              expected);
    const StdinHolds input(json);
    EXPECT_EQ(
        PromptIds(RunOn(kModel, {"m.fathom", "--json", "--messages", "-"})),
        expected);
  }
  EXPECT_EQ(PromptIds(RunOn(kModel, {"m.fathom", "--json", "--messages",
                                     WriteFile(R"({"messages": [
                                       {"role": "system", "content": "s"},
                                       {"role": "user", "content": "w"}]})")})),
            PromptIds(RunOn(
                kModel, {"m.fathom", "--json", "--prompt=w", "--system=s"})));
}

TEST(RunCommandTest, AFileOfMessagesHasSettings) {
  const std::string path =
      WriteFile(R"({"messages": [{"role": "user", "content": "w"}],
                    "max_tokens": 6, "id": "a", "model": "m"})");
  const Ran ran = RunOn(kModel, {"m.fathom", "-q", "--messages", path});
  EXPECT_EQ(ran.out, "so\n</think>ye\n");
  EXPECT_EQ(ran.err,
            "fathom run: warning: 'model' of the request has no effect\n");
  const Ran json = RunOn(kModel, {"m.fathom", "--json", "--messages", path});
  EXPECT_EQ(json.out.find("{\"id\": \"a\", \"thinking\""), 0u) << json.out;
}

TEST(RunCommandTest, FaultsOfMessagesAreOneLine) {
  const std::pair<const char*, const char*> kBad[] = {
      {"", "not JSON"},
      {"{\"messages\": [}", "not JSON"},
      {"\"w\"", "the top level is \"w\", expected an array of messages"},
      {"{}", "found no 'messages', expected an array of messages, or an "},
      {"{\"prompt\": \"w\"}", "found 'prompt', expected an array"},
      {"{\"messages\": [], \"colour\": 1}", "found the key 'colour'"},
      {"{\"messages\": [], \"max_tokens\": 0}",
       "key 'max_tokens' is 0, expected"},
  };
  for (const auto& [json, message] : kBad) {
    const Ran ran = RunOn(kModel, {"m.fathom", "--messages", WriteFile(json)});
    EXPECT_EQ(ran.exit_code, 1) << json;
    EXPECT_NE(ran.err.find(message), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--messages=/none"}).exit_code, 1);
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--messages=/"}).err,
            "fathom run: '/' is a folder, expected a file\n");
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--messages=f", "--raw"}).exit_code, 2);
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--messages=f", "--system=s"}).err,
            "fathom run: found --system with --messages, expected one of them: "
            "a system message is the first of FILE's\n");
}

TEST(RunCommandTest, SettingsOfARequestWithoutEffectAreSaid) {
  auto warnings = [](const std::string& members) {
    return RunOn(kModel, {"m.fathom", "-q", "--messages",
                          WriteFile("{\"messages\": [{\"role\": \"user\", "
                                    "\"content\": \"w\"}], " +
                                    members + "}")})
        .err;
  };
  const std::string warning = "fathom run: warning: ";
  EXPECT_EQ(warnings("\"top_k\": 5"),
            warning +
                "'top_k' of the request has no effect: the most likely token "
                "is always taken; a 'temperature' above 0 samples\n");
  EXPECT_EQ(warnings("\"top_k\": 5, \"temperature\": 1"), "");
  EXPECT_EQ(warnings("\"model\": \"m\", \"n\": 1"),
            warning + "'model' of the request has no effect\n");
  EXPECT_EQ(warnings("\"model\": \"m\", \"stream\": true"),
            warning + "'model', 'stream' of the request have no effect\n");
}

TEST(RunCommandTest, AByteOrderMarkBeforeMessagesIsSkipped) {
  const std::string list = "[{\"role\": \"user\", \"content\": \"w\"}]";
  const Ran ran = RunOn(kModel, {"m.fathom", "-q", "--messages",
                                 WriteFile("\xef\xbb\xbf" + list)});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(RunOn(kModel, {"m.fathom", "--messages",
                           WriteFile("\xef\xbb\xbf\xef\xbb\xbf" + list)})
                .exit_code,
            1);
}

// What standard input would have to end for is not waited for.
TEST(RunCommandTest, AWrongArtifactIsSaidBeforeTheQuestionIsRead) {
  for (const std::vector<std::string>& source :
       {std::vector<std::string>{}, {"-"}, {"--messages", "-"}}) {
    StdinHolds stdin_holds("w");
    std::vector<std::string> arguments = {"other.fathom"};
    arguments.insert(arguments.end(), source.begin(), source.end());
    const Ran ran = RunOn(kModel, arguments);
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_EQ(ran.err, "fathom run: no artifact there\n");
    char left = 0;
    EXPECT_EQ(read(STDIN_FILENO, &left, 1), 1);
  }
}

// With a temperature, tokens other than the likeliest are drawn, too.
TEST(RunCommandTest, SamplesByCommandLineOrDefaultAndIsGreedyElse) {
  const std::string greedy = "so\n</think>yes\n";
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
  // None of these makes a greedy model sample.
  for (const char* option : {"--top-k=5", "--top-p=0.99", "--min-p=0.001"}) {
    EXPECT_EQ(out(kModel, {option}), greedy) << option;
  }
}

TEST(RunCommandTest, TheModelsLongestOutputHoldsWhereTheUserSaysNone) {
  FakeTextModel model = kModel;
  model.mutable_facts().max_tokens = 6;
  const Ran cut = RunOn(model, {"m.fathom", "--prompt=w"});
  EXPECT_EQ(cut.out, "so\n</think>ye\n");
  EXPECT_NE(cut.err.find("ended by length"), std::string::npos) << cut.err;
  EXPECT_EQ(RunOn(model, {"m.fathom", "--prompt=w", "--max-tokens=5"}).out,
            "so\n</think>y\n");
  EXPECT_EQ(
      RunOn(model, {"m.fathom", "--prompt=w", "--max-tokens=2147483647"}).out,
      "so\n</think>yes\n");
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
      {"--parallel", "0"},
      {"--parallel", "1025"},
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
