// See run_command.h.
#include "tools/fathom/run_command.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json_string.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/serve/conversation.h"
#include "simdjson.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/ask_options.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom run: %s\n", status.message());
  return exit_code;
}

absl::StatusOr<std::string> ReadStdin() {
  std::string text;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const ssize_t bytes = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (bytes == 0) {
      // What ends a line in a file or under `echo` is no part of the question.
      if (absl::EndsWith(text, "\n")) text.pop_back();
      return text;
    }
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot read the prompt: ", strerror(errno)));
    }
    text.append(buffer.data(), static_cast<size_t>(bytes));
    if (text.size() > kPromptBytesMax) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "the prompt has more than %d bytes, expected at most that many",
          kPromptBytesMax));
    }
  }
}

absl::Status CheckUtf8(absl::string_view name, absl::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(name, " is not valid UTF-8"));
}

struct RunOptions {
  AskOptions ask;
  std::string prompt;
  std::optional<std::string> system;
  bool raw = false;
  bool json = false;

  void AddTo(CLI::App& app) {
    app.add_option("-p,--prompt", prompt,
                   "the question; '-' reads it from standard input")
        ->type_name("TEXT")
        ->required();
    app.add_option("--system", system, "the system message")->type_name("TEXT");
    app.add_flag("--raw", raw,
                 "use no chat template: the model continues the prompt, in "
                 "which control tokens are recognised");
    app.add_flag("--json", json, "write one JSON object instead of the text");
    ask.AddTo(app);
  }

  // All that can be said before the artifact is loaded.
  absl::Status Check() const {
    if (raw && system.has_value()) {
      return absl::InvalidArgumentError(
          "--system is given with --raw, expected one of them: without the "
          "template there is no system message");
    }
    FATHOM_RETURN_IF_ERROR(CheckUtf8("--prompt", prompt));
    FATHOM_RETURN_IF_ERROR(CheckUtf8("--system", system.value_or("")));
    for (const std::string& stop : ask.stops) {
      FATHOM_RETURN_IF_ERROR(CheckUtf8("--stop", stop));
    }
    FATHOM_RETURN_IF_ERROR(ask.Load().status());
    return ask.Ask(TextModelFacts()).status();
  }
};

absl::StatusOr<std::vector<int32_t>> EncodePrompt(const RunOptions& options,
                                                  TextModel& model) {
  std::string prompt = options.prompt;
  if (prompt == "-") {
    FATHOM_ASSIGN_OR_RETURN(prompt, ReadStdin());
    FATHOM_RETURN_IF_ERROR(CheckUtf8("the prompt from stdin", prompt));
  }
  if (options.raw) return model.EncodeRaw(prompt);
  std::vector<ChatMessage> messages;
  if (options.system.has_value()) {
    messages.push_back({"system", *options.system});
  }
  messages.push_back({"user", std::move(prompt)});
  return model.EncodeChat(messages);
}

std::string Json(const Answer& answer, const TextModelFacts& facts,
                 double load_s) {
  return absl::StrFormat(
      "{\"thinking\": %s, \"answer\": %s, \"prompt_ids\": [%s], \"ids\": [%s], "
      "\"stop_reason\": \"%s\", \"load_s\": %.6g, \"prompt_tokens_per_s\": "
      "%.6g, \"tokens_per_s\": %.6g, \"threads\": %d, \"placement\": %s, "
      "\"level\": %s}\n",
      JsonString(answer.thinking), JsonString(answer.answer),
      absl::StrJoin(answer.prompt_ids, ", "), absl::StrJoin(answer.ids, ", "),
      StopReasonName(answer.stop_reason), load_s,
      answer.PromptTokensPerSecond(), answer.TokensPerSecond(),
      facts.thread_count, JsonString(facts.placement),
      JsonString(Shown(facts.level)));
}

void ShowFigures(const Answer& answer, const TextModelFacts& facts,
                 double load_s) {
  absl::FPrintF(
      stderr,
      "load %.2f s; prompt %d tokens, %.1f tokens/s; output %d tokens, %.1f "
      "tokens/s, ended by %s; %d threads, %s, weights %s\n",
      load_s, answer.prompt_ids.size(), answer.PromptTokensPerSecond(),
      answer.ids.size(), answer.TokensPerSecond(),
      StopReasonName(answer.stop_reason), facts.thread_count,
      Shown(facts.level), facts.placement);
}

absl::Status Run(const RunOptions& options, const TextModelLoader& loader) {
  const double start_s = NowSeconds();
  FATHOM_ASSIGN_OR_RETURN(const LoadOptions load, options.ask.Load());
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<TextModel> model, loader(load));
  const double load_s = NowSeconds() - start_s;
  const TextModelFacts& facts = model->facts();
  FATHOM_RETURN_IF_ERROR(CheckSamplingParams(facts.sampling));
  FATHOM_ASSIGN_OR_RETURN(const AskSettings settings, options.ask.Ask(facts));
  if (settings.think_tokens >= 0 && facts.think_close_id < 0) {
    absl::FPrintF(stderr,
                  "fathom run: warning: --think-tokens has no effect: the "
                  "model has no token that ends thinking\n");
  }
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> prompt_ids,
                          EncodePrompt(options, *model));
  Output output(STDOUT_FILENO);
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  Conversation conversation(model.get(), NowSeconds);
  FATHOM_ASSIGN_OR_RETURN(
      const Answer answer,
      conversation.Ask(
          std::move(prompt_ids), settings,
          [&](const Piece& piece) {
            // A model must not steer the terminal.
            return options.json ||
                   output.Write(terminal ? ForTerminal(piece.text)
                                         : piece.text);
          },
          [] { return false; }));
  if (options.json) {
    output.Write(Json(answer, facts, load_s));
  } else {
    // On a terminal the figures and the prompt begin on a line of their own.
    if (terminal) output.Write("\n");
    if (output.status().ok()) ShowFigures(answer, facts, load_s);
  }
  return output.status();
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {
      {"Ask one question", "fathom run r1.fathom -p 'What is 17 * 23?'"},
      {"Ask about a file, with at most 500 tokens of answer",
       "fathom run r1.fathom -p - -n 500 <question.txt"},
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
      "that does not sample.",
      "fathom run");
  RunOptions options;
  options.AddTo(app);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status checked = options.Check();
  if (!checked.ok()) return Fail(checked, kExitCommandLine);
  const absl::Status status = Run(options, loader);
  // Who closes the pipe has read enough: that is no fault.
  if (absl::IsCancelled(status)) return 0;
  return status.ok() ? 0 : Fail(status, ExitCode(status));
}

}  // namespace fathom::rt
