// `fathom run --json-lines` on a fake model.
#include "tools/fathom/run_lines.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "runtime/base/json.h"
#include "tools/fathom/run_testing.h"

namespace fathom::rt {
namespace {

// Repeats the question, as long as a number at its end says.
FakeTextModel EchoModel() {
  FakeTextModel model("");
  model.set_script_of([](const std::string& prompt) {
    const size_t digits = prompt.find_first_of("0123456789");
    int times = 1;
    if (digits != std::string::npos) {
      EXPECT_TRUE(absl::SimpleAtoi(prompt.substr(digits), &times));
    }
    std::string said = "}";
    for (int i = 0; i < times; ++i) said += prompt;
    return said;
  });
  model.mutable_facts().step_tokens_max = 8;
  return model;
}

std::string WriteFile(const std::string& text) {
  const std::string path = testing::TempDir() + "/run_lines_test.jsonl";
  std::ofstream(path) << text;
  return path;
}

Ran Answer(const FakeTextModel& model, const std::string& lines,
           std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"m.fathom", "--json-lines", WriteFile(lines)});
  return RunOn(model, more);
}

std::vector<std::string> LinesOf(const std::string& out) {
  std::vector<std::string> lines = absl::StrSplit(out, '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  for (const std::string& line : lines) {
    EXPECT_TRUE(JsonDocument::Parse(line, "answer").ok()) << line;
  }
  return lines;
}

std::string Member(const std::string& line, const std::string& name) {
  auto document = JsonDocument::Parse(line, "answer");
  auto value = document->root().Find(name);
  return value ? std::string(*value->AsString()) : "<none>";
}

TEST(RunLinesTest, AnswersEachLineInTheOrderOfTheInput) {
  const Ran ran = Answer(EchoModel(),
                         "\"long9\"\n"
                         "{\"prompt\": \"b\", \"id\": \"x\"}\n"
                         "{\"id\": 7, \"messages\": [{\"role\": \"user\", "
                         "\"content\": \"c\"}]}");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 3u) << ran.out;
  EXPECT_EQ(lines[0].find("{\"line\": 1, \"thinking\": \"\", \"answer\": "),
            0u);
  EXPECT_EQ(Member(lines[0], "answer"),
            "long9long9long9long9long9long9long9long9long9");
  EXPECT_EQ(lines[1].find("{\"line\": 2, \"id\": \"x\", "), 0u) << lines[1];
  EXPECT_EQ(lines[2].find("{\"line\": 3, \"id\": 7, "), 0u) << lines[2];
  EXPECT_EQ(Member(lines[2], "answer"), "c");
  EXPECT_NE(ran.err.find("3 lines in "), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("3 at a time"), std::string::npos) << ran.err;
}

TEST(RunLinesTest, AnInputWithoutLinesHasNoAnswers) {
  const Ran ran = Answer(EchoModel(), "");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "");
}

// Whatever the number at a time, the order and the lengths of the others.
TEST(RunLinesTest, EachAnswerIsTheOneItGetsAlone) {
  FakeTextModel model = EchoModel();
  std::vector<std::string> lines;
  for (int i = 0; i < 24; ++i) {
    const std::string question = std::string(1 + i * 7 % 40, 'a' + i);
    const char* settings[] = {"", ", \"temperature\": 2, \"seed\": 3",
                              ", \"max_tokens\": 5", ", \"stop\": \"bb\"",
                              ", \"think_tokens\": 2, \"temperature\": 9"};
    lines.push_back(absl::StrCat("{\"id\": ", i, ", \"prompt\": \"", question,
                                 i % 4, "\"", settings[i % 5], "}"));
  }
  auto answers = [&model](const std::vector<std::string>& input,
                          const std::string& parallel) {
    const Ran ran = Answer(model, absl::StrJoin(input, "\n"),
                           {"--parallel", parallel, "-q"});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    // Without the number of the line, in the order of the ids.
    std::vector<std::string> result(input.size());
    for (const std::string& line : LinesOf(ran.out)) {
      const std::string rest = line.substr(line.find("\"id\": ") + 6);
      size_t id = 0;
      EXPECT_TRUE(absl::SimpleAtoi(rest.substr(0, rest.find(',')), &id));
      result.at(id) = rest;
    }
    return result;
  };
  std::vector<std::string> alone;
  for (const std::string& line : lines) {
    const Ran ran = Answer(model, line, {"-q"});
    alone.push_back(ran.out.substr(ran.out.find("\"id\": ") + 6));
    alone.back().pop_back();
  }
  for (const char* parallel : {"1", "3", "8"}) {
    EXPECT_EQ(answers(lines, parallel), alone) << parallel;
    std::vector<std::string> shuffled = lines;
    std::reverse(shuffled.begin(), shuffled.end());
    EXPECT_EQ(answers(shuffled, parallel), alone) << parallel;
    std::rotate(shuffled.begin(), shuffled.begin() + 7, shuffled.end());
    EXPECT_EQ(answers(shuffled, parallel), alone) << parallel;
  }
}

TEST(RunLinesTest, ParallelIsTheNumberOfSequences) {
  EXPECT_EQ(Answer(EchoModel(), "\"a\"").load.slot_count, 0);
  EXPECT_EQ(Answer(EchoModel(), "\"a\"", {"--parallel=5"}).load.slot_count, 5);
  const Ran ran = Answer(EchoModel(), "\"a\"", {"--parallel=9"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.err,
            "fathom run: --parallel: found 9 sequences at a time, expected at "
            "most 8: a step has so many tokens, and each sequence needs one\n");
}

// The options are the settings of lines that do not say otherwise.
TEST(RunLinesTest, OptionsAreTheDefaultsOfLines) {
  const Ran ran = Answer(EchoModel(),
                         "\"abcdef\"\n{\"prompt\": \"abcdef\", "
                         "\"max_tokens\": 5}\n",
                         {"--max-tokens=3", "-q"});
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(Member(lines[0], "answer"), "ab");
  EXPECT_EQ(Member(lines[0], "stop_reason"), "length");
  EXPECT_EQ(Member(lines[1], "answer"), "abcd");
}

TEST(RunLinesTest, ALineAtFaultHasAnErrorAndTheOthersGoOn) {
  const std::string lines =
      "\"a\"\n"
      "not json\n"
      "{\n"
      "{\"prompt\": \"a\", \"colour\": 1, \"id\": \"c\"}\n"
      "{\"prompt\": \"a\", \"top_p\": 2}\n"
      "\"" +
      std::string(400, 'x') +
      "\"\n"
      "\" \"\n"
      "{\"id\": 5, \"messages\": 1}\n"
      "\"b\"\n";
  const Ran ran = Answer(EchoModel(), lines, {"-q"});
  EXPECT_EQ(ran.exit_code, 1);
  const auto out = LinesOf(ran.out);
  ASSERT_EQ(out.size(), 9u) << ran.out;
  EXPECT_EQ(Member(out[0], "answer"), "a");
  EXPECT_EQ(Member(out[8], "answer"), "b");
  const std::pair<int, const char*> kErrors[] = {
      {1, "line 2: not JSON"},
      {2, "line 3: not JSON"},
      {3, "line 4: found the key 'colour', expected one of prompt,"},
      {4, "line 5: top_p is 2, expected"},
      {5, "line 6: the prompt has 404 tokens, expected at most 299"},
      {6, "line 7: the prompt is empty, expected a text"},
      {7, "line 8: key 'messages' is 1, expected an array"},
  };
  for (const auto& [i, message] : kErrors) {
    EXPECT_EQ(Member(out[i], "error").find(message), 0u) << out[i];
    EXPECT_EQ(Member(out[i], "answer"), "<none>");
  }
  EXPECT_EQ(
      ran.err.find("fathom run: 7 of 9 lines failed, the first: line 2: "), 0u)
      << ran.err;
  EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1);
}

TEST(RunLinesTest, KeysWithoutEffectAreSaidOnce) {
  const Ran ran = Answer(EchoModel(),
                         "{\"prompt\": \"a\", \"model\": \"m\"}\n"
                         "{\"prompt\": \"b\", \"model\": \"m\"}\n",
                         {"-q", "--json"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.err,
            "fathom run: warning: --json has no effect with --json-lines\n"
            "fathom run: warning: 'model' of a line has no effect\n");
}

TEST(RunLinesTest, BlankLinesAreSkippedAndNumbersStayTrue) {
  const Ran ran = Answer(EchoModel(), "\n\"a\"\n \t\r\n\nbad\n\n\"b\"\n\n");
  EXPECT_EQ(ran.exit_code, 1);
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 3u) << ran.out;
  EXPECT_EQ(lines[0].find("{\"line\": 2, "), 0u);
  EXPECT_EQ(Member(lines[1], "error").find("line 5: not JSON"), 0u);
  EXPECT_EQ(lines[2].find("{\"line\": 7, "), 0u);
  EXPECT_NE(ran.err.find("1 of 3 lines failed, the first: line 5: "),
            std::string::npos)
      << ran.err;
  EXPECT_EQ(Answer(EchoModel(), "\n\n", {"-q"}).err, "");
}

TEST(RunLinesTest, OneLineIsNotCalledLines) {
  const Ran ran = Answer(EchoModel(), "bad\n");
  EXPECT_EQ(ran.err.find("fathom run: 1 of 1 line failed, the first: "), 0u);
  EXPECT_NE(ran.err.find("; 1 line in "), std::string::npos) << ran.err;
}

TEST(RunLinesTest, AByteOrderMarkIsSkippedBeforeTheFirstLineOnly) {
  const Ran ran = Answer(EchoModel(), "\xef\xbb\xbf\"a\"\n\xef\xbb\xbf\"b\"\n");
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2u) << ran.out;
  EXPECT_EQ(Member(lines[0], "answer"), "a");
  EXPECT_EQ(Member(lines[1], "error").find("line 2: not JSON"), 0u);
}

TEST(RunLinesTest, SettingsWithoutEffectAreSaidOnce) {
  const std::string greedy = ": the most likely token is always taken";
  const std::string seed = "fathom run: warning: --seed has no effect" +
                           greedy +
                           ", as the model says; --temperature T samples\n";
  EXPECT_EQ(Answer(EchoModel(), "\"a\"\n\"b\"\n", {"-q", "--seed=3"}).err,
            seed);
  // It has one as soon as a line samples.
  EXPECT_EQ(
      Answer(EchoModel(), "\"a\"\n{\"prompt\": \"b\", \"temperature\": 1}\n",
             {"-q", "--seed=3"})
          .err,
      "");
  EXPECT_EQ(Answer(EchoModel(),
                   "{\"prompt\": \"a\", \"top_k\": 5}\n"
                   "{\"prompt\": \"b\", \"top_k\": 6}\n",
                   {"-q"})
                .err,
            "fathom run: warning: 'top_k' of a line has no effect" + greedy +
                "; a 'temperature' above 0 samples\n");
}

TEST(RunLinesTest, AnInterruptWritesWhatIsDoneAndFlagsTheRest) {
  FakeTextModel model = EchoModel();
  model.set_on_step([](int64_t step) {
    if (step == 12) raise(SIGINT);
  });
  const Ran ran =
      Answer(model, "\"long99\"\n\"b\"\n\"c99\"\n\"d\"\n\"e99\"\n\"f\"\n",
             {"--parallel=3"});
  EXPECT_EQ(ran.exit_code, 130);
  const auto lines = LinesOf(ran.out);
  ASSERT_GE(lines.size(), 3u) << ran.out;
  ASSERT_LT(lines.size(), 6u) << ran.out;
  EXPECT_EQ(Member(lines[0], "stop_reason"), "cancelled");
  EXPECT_EQ(Member(lines[0], "answer").find("long99"), 0u);
  EXPECT_EQ(Member(lines[1], "stop_reason"), "eos");
  EXPECT_EQ(Member(lines[1], "answer"), "b");
  EXPECT_EQ(Member(lines[2], "stop_reason"), "cancelled");
  EXPECT_NE(ran.err.find(" lines in "), std::string::npos);
}

// Both directions are pipes: each answer comes before the next line is there.
TEST(RunLinesTest, AnswersALineBeforeTheNextOneIsThere) {
  int in[2], out[2];
  ASSERT_EQ(pipe(in), 0);
  ASSERT_EQ(pipe(out), 0);
  FakeTextModel model = EchoModel();
  Batch batch = *Batch::Create(&model, 4, 8);
  LineSource source(in[0], -1, 100);
  Output output(out[1]);
  LineRun run(&model, &batch, &source, &output, {});
  auto send = [&](const std::string& text) {
    ASSERT_EQ(write(in[1], text.data(), text.size()), ssize_t(text.size()));
  };
  // Called before each wait: the other side, which sends a line when it has the
  // answer of the one before.
  const std::vector<std::string> next = {"bad\n", "\"c\"\n"};
  size_t answers = 0;
  auto other_side = [&] {
    pollfd file = {.fd = out[0], .events = POLLIN, .revents = 0};
    if (poll(&file, 1, 0) != 1) return false;
    char buffer[4096];
    const ssize_t bytes = read(out[0], buffer, sizeof buffer);
    const std::string got(buffer, bytes > 0 ? size_t(bytes) : 0);
    EXPECT_EQ(got.find(absl::StrCat("{\"line\": ", answers + 1)), 0u) << got;
    if (answers < next.size()) send(next[answers]);
    if (++answers > next.size()) close(in[1]);
    return false;
  };
  send("\"a\"\n");
  const absl::Status status = run.Run(other_side);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(run.figures().lines, 3);
  EXPECT_EQ(run.figures().failures, 1);
  for (int end : {in[0], out[0], out[1]}) close(end);
}

// While the first answer is not done, the others wait in memory: no more of
// them than is allowed.
TEST(RunLinesTest, AnswersThatWaitTakeBoundedMemory) {
  auto begun_while_the_first_runs = [](size_t held_bytes_max) {
    std::string lines = "\"a99\"\n";
    for (int i = 0; i < 60; ++i) lines += "\"b\"\n";
    int in[2], out[2];
    EXPECT_EQ(pipe(in), 0);
    EXPECT_EQ(pipe(out), 0);
    EXPECT_EQ(write(in[1], lines.data(), lines.size()), ssize_t(lines.size()));
    close(in[1]);
    FakeTextModel model = EchoModel();
    Batch batch = *Batch::Create(&model, 2, 8);
    LineSource source(in[0], -1, 100);
    Output output(out[1]);
    LineOptions options;
    options.held_bytes_max = held_bytes_max;
    LineRun run(&model, &batch, &source, &output, options);
    int64_t begun = 0;
    EXPECT_TRUE(run.Run([&] {
                     batch.Visit([&](int64_t key, Generation&) {
                       if (key == 1) begun = run.figures().lines;
                     });
                     return false;
                   })
                    .ok());
    EXPECT_EQ(run.figures().lines, 61);
    EXPECT_EQ(run.figures().failures, 0);
    for (int end : {in[0], out[0], out[1]}) close(end);
    return begun;
  };
  EXPECT_EQ(begun_while_the_first_runs(1 << 20), 61);
  // One answer of some 170 bytes waits: a second one is begun, a third not.
  EXPECT_EQ(begun_while_the_first_runs(200), 3);
  EXPECT_EQ(begun_while_the_first_runs(0), 2);
}

TEST(RunLinesTest, ALineHasItsLimit) {
  auto failures = [](size_t length) {
    int in[2], out[2];
    EXPECT_EQ(pipe(in), 0);
    EXPECT_EQ(pipe(out), 0);
    const std::string line = "\"" + std::string(length - 2, 'a') + "\"\n";
    EXPECT_EQ(write(in[1], line.data(), line.size()), ssize_t(line.size()));
    close(in[1]);
    FakeTextModel model = EchoModel();
    Batch batch = *Batch::Create(&model, 2, 8);
    LineSource source(in[0], -1, 20);
    Output output(out[1]);
    LineOptions options;
    options.line_bytes_max = 20;
    LineRun run(&model, &batch, &source, &output, options);
    EXPECT_TRUE(run.Run([] { return false; }).ok());
    for (int end : {in[0], out[0], out[1]}) close(end);
    return run.figures().first_failure;
  };
  EXPECT_EQ(failures(20), "");
  EXPECT_EQ(failures(21),
            "line 1: found more than 20 bytes, expected at most that many");
}

TEST(RunLinesTest, K2AClosedPipeIsNoFault) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const int saved = dup(STDOUT_FILENO);
  const std::string path = WriteFile("\"a\"\n\"b\"\n");
  const char* argv[] = {"fathom-run", "m.fathom", "--json-lines", path.c_str()};
  testing::internal::CaptureStderr();
  dup2(ends[1], STDOUT_FILENO);
  const int exit_code = RunCommand(4, argv, [](const LoadOptions&) {
    return std::make_unique<FakeTextModel>(EchoModel());
  });
  dup2(saved, STDOUT_FILENO);
  close(saved);
  close(ends[1]);
  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// All lines that were begun are told of it, and the program ends.
TEST(RunLinesTest, AStepThatFailsIsTheMachinesFault) {
  FakeTextModel model = EchoModel();
  model.set_step_error(absl::ResourceExhaustedError("no memory"));
  const Ran ran = Answer(model, "\"a\"\n\"b\"\n", {"-q"});
  EXPECT_EQ(ran.exit_code, 3);
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(Member(lines[1], "error"), "line 2: no memory");
  EXPECT_NE(ran.err.find("fathom run: no memory\n"), std::string::npos);
}

}  // namespace
}  // namespace fathom::rt
