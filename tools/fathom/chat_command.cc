// See chat_command.h.
#include "tools/fathom/chat_command.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "simdjson.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/ask_options.h"
#include "tools/fathom/chat_session.h"
#include "tools/fathom/line_reader.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

// Set by Ctrl-C, asked for before each step.
volatile sig_atomic_t interrupt_count = 0;

void OnInterrupt(int) { interrupt_count = interrupt_count + 1; }

// Without SA_RESTART: a read of the prompt comes back, too.
void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = OnInterrupt;
  sigaction(SIGINT, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool TerminalDims() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr &&
         terminal != nullptr && absl::string_view(terminal) != "dumb";
}

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom chat: %s\n", status.message());
  return exit_code;
}

absl::Status Chat(const AskOptions& options,
                  const std::optional<std::string>& system,
                  const TextModelLoader& loader) {
  const double start_s = NowSeconds();
  FATHOM_ASSIGN_OR_RETURN(const LoadOptions load, options.Load());
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<TextModel> model, loader(load));
  const TextModelFacts& facts = model->facts();
  FATHOM_RETURN_IF_ERROR(CheckSamplingParams(facts.sampling));
  // The manifest's names are a folder's: whatever bytes that has.
  absl::FPrintF(stderr,
                "%s: loaded in %.2f s; %d threads, %s, weights %s; /help "
                "lists the commands\n",
                Shown(facts.name), NowSeconds() - start_s, facts.thread_count,
                Shown(facts.level), facts.placement);
  const bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  std::unique_ptr<LineReader> reader =
      terminal ? MakeTerminalReader("> ") : MakePlainReader(STDIN_FILENO);
  Output output(STDOUT_FILENO);
  ChatSession session(model.get(), options, &output, TerminalDims(), NowSeconds,
                      [] { return interrupt_count > 0; });
  session.SetSystem(system.value_or(""));
  while (!session.over()) {
    interrupt_count = 0;
    absl::StatusOr<std::optional<std::string>> line = reader->Read();
    // Ctrl-C while a line is typed drops the line, as in a shell.
    if (absl::IsCancelled(line.status()) || interrupt_count > 0) {
      if (terminal) output.Write("\n");
      if (!line.ok() || !line->has_value()) continue;
    }
    FATHOM_RETURN_IF_ERROR(line.status());
    if (!line->has_value()) break;
    interrupt_count = 0;
    FATHOM_RETURN_IF_ERROR(session.Take(**line));
  }
  if (terminal && !session.over()) output.Write("\n");
  return output.status();
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {{"Talk with a model", "fathom chat r1.fathom"},
                   {"Give it a system message",
                    "fathom chat r1.fathom --system 'Answer in French.'"}};
  return help;
}

}  // namespace

int ChatCommand(int argc, const char* const* argv,
                const TextModelLoader& loader) {
  CatchInterrupts();
  CLI::App app(
      "Each line is a message. A line that begins with '/' is a command; "
      "'/help' lists them. Without a terminal, lines are read from standard "
      "input and the answers are written to standard output.\n\n"
      "Sampling is as the model's generation_config.json says, greedy where "
      "that does not sample.",
      "fathom chat");
  AskOptions options;
  std::optional<std::string> system;
  app.add_option("--system", system, "the system message")->type_name("TEXT");
  options.AddTo(app);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  absl::Status checked = options.Load().status();
  if (checked.ok()) checked = options.Ask(TextModelFacts()).status();
  if (checked.ok() && system.has_value() &&
      !simdjson::validate_utf8(system->data(), system->size())) {
    checked = absl::InvalidArgumentError("--system is not valid UTF-8");
  }
  if (!checked.ok()) return Fail(checked, kExitCommandLine);
  const absl::Status status = Chat(options, system, loader);
  if (absl::IsCancelled(status)) return 0;
  return status.ok() ? 0 : Fail(status, ExitCode(status));
}

}  // namespace fathom::rt
