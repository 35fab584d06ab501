// See run_command.h.
#include "tools/fathom/run_command.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json_string.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/serve/conversation.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/answer_json.h"
#include "tools/fathom/input_file.h"
#include "tools/fathom/interrupts.h"
#include "tools/fathom/output.h"
#include "tools/fathom/run_lines.h"
#include "tools/fathom/run_options.h"
#include "tools/fathom/run_request.h"

namespace fathom::rt {
namespace {

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Say(absl::string_view message) {
  absl::FPrintF(stderr, "fathom run: %s\n", OneLine(message));
}

void Warn(absl::string_view message) {
  Say(absl::StrCat("warning: ", message));
}

// All of them in one line.
template <typename Names>
void WarnOfUnused(const Names& keys, absl::string_view whose) {
  if (keys.empty()) return;
  Warn(absl::StrCat("'", absl::StrJoin(keys, "', '"), "' of ", whose,
                    keys.size() == 1 ? " has" : " have", " no effect"));
}

int Fail(const absl::Status& status, int exit_code) {
  Say(status.message());
  return exit_code;
}

// A model that is loaded, and what all ways of asking it need.
struct Loaded {
  std::unique_ptr<TextModel> model;
  double load_s = 0;

  const TextModelFacts& facts() const { return model->facts(); }
};

absl::StatusOr<Loaded> Load(const RunOptions& options, int32_t slot_count,
                            const TextModelLoader& loader) {
  const double start_s = NowSeconds();
  FATHOM_ASSIGN_OR_RETURN(LoadOptions load, options.ask.Load());
  load.slot_count = slot_count;
  Loaded loaded;
  FATHOM_ASSIGN_OR_RETURN(loaded.model, loader(load));
  loaded.load_s = NowSeconds() - start_s;
  FATHOM_RETURN_IF_ERROR(CheckSamplingParams(loaded.facts().sampling));
  const std::string threads = options.ask.TooManyThreads(loaded.facts());
  if (!threads.empty()) Warn(threads);
  return loaded;
}

std::string MachineFigures(const TextModelFacts& facts) {
  return absl::StrFormat("%d threads, %s, weights %s", facts.thread_count,
                         Shown(facts.level), facts.placement);
}

std::string Json(const AskRequest& request, const Answer& answer,
                 const Loaded& loaded) {
  const TextModelFacts& facts = loaded.facts();
  const std::string id = request.id_json.empty()
                             ? ""
                             : absl::StrCat("\"id\": ", request.id_json, ", ");
  return absl::StrFormat(
      "{%s%s, \"load_s\": %.6g, \"stop_message\": %s, "
      "\"prompt_tokens_per_s\": %.6g, \"tokens_per_s\": %.6g, \"threads\": "
      "%d, \"placement\": %s, \"level\": %s}\n",
      id, AnswerMembers(answer), loaded.load_s,
      JsonString(StopMessage(answer, facts.context_tokens)),
      answer.PromptTokensPerSecond(), answer.TokensPerSecond(),
      facts.thread_count, JsonString(facts.placement),
      JsonString(Shown(facts.level)));
}

void ShowFigures(const Answer& answer, const Loaded& loaded) {
  absl::FPrintF(
      stderr,
      "load %.2f s; prompt %d tokens, %.1f tokens/s; output %d "
      "tokens, %.1f tokens/s, %s; %s\n",
      loaded.load_s, answer.prompt_ids.size(), answer.PromptTokensPerSecond(),
      answer.ids.size(), answer.TokensPerSecond(),
      answer.stop_reason == StopReason::kCancelled
          ? "interrupted"
          : absl::StrCat("ended by ", StopReasonName(answer.stop_reason)),
      MachineFigures(loaded.facts()));
}

// Streams an answer, which ends in a line break whatever the model wrote last:
// a prompt or the figures begin on a line of their own.
class AnswerStream {
 public:
  AnswerStream(Output* output, bool terminal)
      : output_(output), terminal_(terminal) {}

  bool Take(const Piece& piece) {
    if (!piece.text.empty()) last_ = piece.text.back();
    // A model must not steer the terminal.
    return output_->Write(terminal_ ? ForTerminal(piece.text) : piece.text);
  }

  bool Finish() { return last_ == '\n' || output_->Write("\n"); }

 private:
  Output* output_;
  bool terminal_;
  char last_ = 0;
};

// An error of the request, which names the file that it is in.
absl::Status In(const AskRequest& request, const absl::Status& status) {
  if (status.ok() || request.where.empty()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(request.where, ": ", status.message()));
}

// "'top_k' of the request has no effect: ...".
std::string WithoutEffect(const IdleSetting& idle, absl::string_view whose) {
  return absl::StrCat(
      "'", idle.name, "' of ", whose, " has no effect: ", idle.why,
      idle.for_want_of_sampling ? "; a 'temperature' above 0 samples" : "");
}

// One request: a question or a conversation.
absl::Status RunOne(const RunOptions& options, const AskRequest& request,
                    const Loaded& loaded, const Interrupts& interrupts) {
  const TextModelFacts& facts = loaded.facts();
  FATHOM_ASSIGN_OR_RETURN(AskSettings settings, options.ask.Ask(facts));
  FATHOM_RETURN_IF_ERROR(
      In(request, ApplyOverrides(request.overrides, &settings)));
  for (const std::string& what : options.ask.WithoutEffect(settings, facts)) {
    Warn(what);
  }
  for (const IdleSetting& idle :
       SettingsWithoutEffect(request.overrides, settings, facts)) {
    Warn(WithoutEffect(idle, "the request"));
  }
  WarnOfUnused(request.unused_keys, "the request");
  absl::StatusOr<std::vector<int32_t>> prompt_ids = EncodePrompt(
      request, {.system = options.system, .raw = options.raw}, *loaded.model);
  if (!prompt_ids.ok()) return In(request, prompt_ids.status());
  Output output(STDOUT_FILENO);
  AnswerStream stream(&output, isatty(STDOUT_FILENO) != 0);
  Conversation conversation(loaded.model.get(), NowSeconds);
  FATHOM_ASSIGN_OR_RETURN(const Answer answer,
                          conversation.Ask(
                              *std::move(prompt_ids), settings,
                              [&](const Piece& piece) {
                                return options.json || stream.Take(piece);
                              },
                              [&] { return interrupts.signal() != 0; }));
  if (options.json) {
    output.Write(Json(request, answer, loaded));
  } else {
    stream.Finish();
  }
  FATHOM_RETURN_IF_ERROR(output.status());
  if (options.json) return absl::OkStatus();
  if (answer.stop_reason == StopReason::kContext) {
    Say(StopMessage(answer, facts.context_tokens));
  }
  if (!options.quiet) ShowFigures(answer, loaded);
  return absl::OkStatus();
}

absl::StatusOr<AskRequest> ReadRequest(const RunOptions& options) {
  if (options.messages_file.has_value()) {
    return ReadMessages(*options.messages_file);
  }
  if (options.ReadsStandardInput()) return ReadQuestion(options.raw);
  AskRequest request;
  request.prompt = options.Question();
  return request;
}

int RunQuestion(const RunOptions& options, const TextModelLoader& loader) {
  // Who types a question, or waits for a pipe, hears of a wrong artifact first;
  // a file is read faster than a model is loaded.
  absl::StatusOr<Loaded> loaded = Loaded();
  const bool waits = options.ReadsStandardInput();
  if (waits) loaded = Load(options, 1, loader);
  if (!loaded.ok()) return Fail(loaded.status(), ExitCode(loaded.status()));
  const absl::StatusOr<AskRequest> request = ReadRequest(options);
  if (!request.ok()) return Fail(request.status(), ExitCode(request.status()));
  if (!waits) loaded = Load(options, 1, loader);
  if (!loaded.ok()) return Fail(loaded.status(), ExitCode(loaded.status()));
  if (options.parallel.has_value()) {
    Warn("--parallel has no effect without --json-lines");
  }
  const Interrupts interrupts;
  const absl::Status status = RunOne(options, *request, *loaded, interrupts);
  // Who closes the pipe has read enough: that is no fault.
  if (!status.ok() && !absl::IsCancelled(status)) {
    return Fail(status, ExitCode(status));
  }
  return interrupts.signal() != 0 ? InterruptedExitCode(interrupts.signal())
                                  : 0;
}

std::string Lines(int64_t count) {
  return absl::StrCat(count, count == 1 ? " line" : " lines");
}

void ShowFigures(const LineFigures& figures, double seconds, int32_t slot_count,
                 const Loaded& loaded) {
  absl::FPrintF(
      stderr,
      "load %.2f s; %s in %.2f s, %d at a time; prompts %d "
      "tokens, output %d tokens, %.1f tokens/s; %s\n",
      loaded.load_s, Lines(figures.lines), seconds, slot_count,
      figures.prompt_tokens, figures.output_tokens,
      seconds > 0 ? static_cast<double>(figures.output_tokens) / seconds : 0,
      MachineFigures(loaded.facts()));
}

// The lines of an open file.
int AnswerLines(const RunOptions& options, int descriptor,
                const Loaded& loaded) {
  const TextModelFacts& facts = loaded.facts();
  absl::StatusOr<AskSettings> settings = options.ask.Ask(facts);
  if (!settings.ok()) return Fail(settings.status(), kExitInput);
  absl::StatusOr<Batch> batch = Batch::Create(
      loaded.model.get(), facts.slot_count, facts.step_tokens_max);
  if (!batch.ok()) {
    return Fail(absl::InvalidArgumentError(
                    absl::StrCat("--parallel: ", batch.status().message())),
                kExitCommandLine);
  }
  if (options.json) Warn("--json has no effect with --json-lines");
  const Interrupts interrupts;
  LineSource source(descriptor, interrupts.descriptor(), kRequestLineBytesMax);
  Output output(STDOUT_FILENO);
  LineRun run(loaded.model.get(), &*batch, &source, &output,
              {.prompt = {.system = options.system, .raw = options.raw},
               .settings = *settings});
  const double start_s = NowSeconds();
  const absl::Status status = run.Run([&] { return interrupts.signal() != 0; });
  const LineFigures& figures = run.figures();
  // An option has its effect where at least one of the lines samples.
  settings->sampling.sample |= figures.sampled > 0;
  for (const std::string& what : options.ask.WithoutEffect(*settings, facts)) {
    Warn(what);
  }
  for (const auto& [name, idle] : figures.idle_settings) {
    Warn(WithoutEffect(idle, "a line"));
  }
  WarnOfUnused(figures.unused_keys, "a line");
  if (figures.failures > 0) {
    Say(absl::StrFormat("%d of %s failed, the first: %s", figures.failures,
                        Lines(figures.lines), figures.first_failure));
  }
  if (!options.quiet && !absl::IsCancelled(status)) {
    ShowFigures(figures, NowSeconds() - start_s, facts.slot_count, loaded);
  }
  if (!status.ok() && !absl::IsCancelled(status)) {
    return Fail(status, ExitCode(status));
  }
  if (interrupts.signal() != 0) return InterruptedExitCode(interrupts.signal());
  return figures.failures > 0 ? kExitInput : 0;
}

int RunLines(const RunOptions& options, const TextModelLoader& loader) {
  const absl::StatusOr<InputFile> file = InputFile::Open(*options.lines_file);
  if (!file.ok()) return Fail(file.status(), ExitCode(file.status()));
  const absl::StatusOr<Loaded> loaded =
      Load(options, options.Parallel(), loader);
  if (!loaded.ok()) return Fail(loaded.status(), ExitCode(loaded.status()));
  return AnswerLines(options, file->descriptor(), *loaded);
}

VerbHelp Help() {
  VerbHelp help;
  help.usages = {"[OPTIONS] NAME.fathom QUESTION",
                 "[OPTIONS] NAME.fathom --messages FILE",
                 "[OPTIONS] NAME.fathom --json-lines FILE"};
  help.examples = {
      {"Ask one question", "fathom run r1.fathom 'What is 17 * 23?'"},
      {"Ask about a file, with at most 500 tokens of answer",
       "fathom run r1.fathom -n 500 <question.txt"},
      {"Answer many questions, with one JSON object a line",
       "fathom run r1.fathom --json-lines questions.jsonl >answers.jsonl"},
  };
  return help;
}

}  // namespace

int RunCommand(int argc, const char* const* argv,
               const TextModelLoader& loader) {
  // A reader that leaves early ends the output, not the program.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Thinking and answer go to standard output, figures to standard "
      "error.\n\n"
      "Sampling is as the model's generation_config.json says, greedy where "
      "that does not sample; --temperature alone changes which of the two.\n\n"
      "Ctrl-C ends the answer and shows its figures, a second one ends the "
      "program at once. The exit code is then 130, or 143 where the signal was "
      "SIGTERM.",
      "fathom run");
  RunOptions options;
  options.AddTo(app);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status checked = options.Check();
  if (!checked.ok()) return Fail(checked, kExitCommandLine);
  return options.lines_file.has_value() ? RunLines(options, loader)
                                        : RunQuestion(options, loader);
}

}  // namespace fathom::rt
