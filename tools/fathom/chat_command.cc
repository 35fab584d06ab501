// See chat_command.h.
#include "tools/fathom/chat_command.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "simdjson.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/chat_session.h"
#include "tools/fathom/output.h"
#include "tools/fathom/plain_input.h"
#include "tools/fathom/terminal_input.h"
#include "tools/fathom/text_editor.h"
#include "tools/terminal/signal_inbox.h"
#include "tools/terminal/terminal.h"
#include "tools/terminal/word_wrap.h"

namespace fathom::rt {
namespace {

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom chat: %s\n", status.message());
  return exit_code;
}

struct ChatOptions {
  ChatSettings settings;
  std::optional<std::string> system;
  std::string overflow = "refuse";

  void AddTo(CLI::App& app) {
    app.add_option("--system", system, "the system message")->type_name("TEXT");
    app.add_option("--overflow", overflow,
                   "what to do when the context has no room for a message: "
                   "refuse it, or leave out the oldest ones (refuse or "
                   "drop-oldest)")
        ->type_name("HOW")
        ->default_str("refuse");
    settings.ask.AddTo(app);
  }

  // All that can be said before the artifact is loaded.
  absl::Status Check() {
    FATHOM_RETURN_IF_ERROR(settings.ask.Load().status());
    FATHOM_RETURN_IF_ERROR(settings.ask.Ask(TextModelFacts()).status());
    FATHOM_ASSIGN_OR_RETURN(settings.overflow,
                            ParseOverflow("--overflow", overflow));
    if (system.has_value() &&
        !simdjson::validate_utf8(system->data(), system->size())) {
      return absl::InvalidArgumentError("--system is not valid UTF-8");
    }
    return absl::OkStatus();
  }
};

// Writes a line beside the conversation, wrapped where a person reads it.
void Tell(absl::string_view line) {
  // A word is taken back by escape sequences.
  const bool wraps = isatty(STDERR_FILENO) != 0 && TerminalIsCapable();
  WordWrap wrap(wraps ? TerminalColumns(STDERR_FILENO) : 0);
  absl::FPrintF(stderr, "%s", wrap.Push(line));
}

absl::StatusOr<std::unique_ptr<TextModel>> LoadModel(
    const ChatOptions& options, const TextModelLoader& loader) {
  const double start_s = NowSeconds();
  FATHOM_ASSIGN_OR_RETURN(const LoadOptions load, options.settings.ask.Load());
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<TextModel> model, loader(load));
  const TextModelFacts& facts = model->facts();
  FATHOM_RETURN_IF_ERROR(CheckSamplingParams(facts.sampling));
  // A model that cannot chat is no surprise at the first message.
  FATHOM_RETURN_IF_ERROR(model->EncodeChat({{"user", "?"}}).status());
  const std::string threads = options.settings.ask.TooManyThreads(facts);
  if (!threads.empty()) {
    Tell(absl::StrFormat("fathom chat: warning: %s\n", threads));
  }
  FATHOM_ASSIGN_OR_RETURN(const AskSettings settings,
                          options.settings.ask.Ask(facts));
  for (const std::string& what :
       options.settings.ask.WithoutEffect(settings, facts)) {
    absl::FPrintF(stderr, "fathom chat: warning: %s\n", what);
  }
  // The manifest's names are a folder's: whatever bytes that has.
  Tell(
      absl::StrFormat("%s: loaded in %.2f s; %d threads, %s, weights %s; /help "
                      "lists the commands\n",
                      Shown(facts.name), NowSeconds() - start_s,
                      facts.thread_count, Shown(facts.level), facts.placement));
  return model;
}

// Talks until the input or the session is over.
absl::Status Talk(ChatSession& session, ChatInput& input) {
  while (!session.over()) {
    FATHOM_ASSIGN_OR_RETURN(const std::optional<ChatEntry> entry, input.Read());
    if (!entry.has_value()) break;
    FATHOM_RETURN_IF_ERROR(session.Take(*entry));
  }
  return absl::OkStatus();
}

absl::Status ChatInLines(const ChatOptions& options,
                         const TextModelLoader& loader, bool prompts) {
  FATHOM_ASSIGN_OR_RETURN(const std::unique_ptr<TextModel> model,
                          LoadModel(options, loader));
  SignalInbox signals({SIGINT});
  FATHOM_RETURN_IF_ERROR(signals.status());
  Output output(STDOUT_FILENO);
  const bool reader = isatty(STDOUT_FILENO) != 0;
  ChatPrinter printer(
      &output, {.terminal = reader, .dim = reader && TerminalHasColors()});
  const std::unique_ptr<ChatInput> input =
      MakePlainInput(STDIN_FILENO, &signals, prompts ? &output : nullptr);
  ChatSession session(model.get(), options.settings, &printer,
                      {.clock = NowSeconds,
                       .interrupted = [&] { return input->Interrupted(); },
                       .typed = prompts,
                       .edit = nullptr});
  session.SetSystem(options.system.value_or(""));
  FATHOM_RETURN_IF_ERROR(Talk(session, *input));
  return output.status();
}

absl::Status ChatOnTerminal(const ChatOptions& options,
                            const TextModelLoader& loader) {
  Terminal terminal(STDIN_FILENO, STDOUT_FILENO);
  // What is typed while the model is loaded is kept, and not echoed.
  terminal.Enter(Terminal::Mode::kWaiting);
  FATHOM_ASSIGN_OR_RETURN(const std::unique_ptr<TextModel> model,
                          LoadModel(options, loader));
  SignalInbox signals({SIGINT, SIGTSTP, SIGCONT, SIGWINCH});
  FATHOM_RETURN_IF_ERROR(signals.status());
  Output output(STDOUT_FILENO);
  ChatPrinter printer(&output, {.terminal = true,
                                .dim = TerminalHasColors(),
                                .columns = terminal.size().columns});
  TerminalInput input(STDIN_FILENO, &terminal, &signals, &output, &printer,
                      ChatSession::Complete);
  const auto edit = [&](absl::string_view text) {
    absl::StatusOr<std::string> edited;
    terminal.Leave();
    // The editor stops with all of its group, and so with this process.
    signals.Without(SIGTSTP, [&] { edited = EditText(text, kEntryBytesMax); });
    signals.Take(SIGINT);
    signals.Take(SIGCONT);
    terminal.Enter(Terminal::Mode::kEditing);
    return edited;
  };
  ChatSession session(model.get(), options.settings, &printer,
                      {.clock = NowSeconds,
                       .interrupted = [&] { return input.Interrupted(); },
                       .typed = true,
                       .edit = edit});
  session.SetSystem(options.system.value_or(""));
  FATHOM_RETURN_IF_ERROR(Talk(session, input));
  return output.status();
}

absl::Status Chat(const ChatOptions& options, const TextModelLoader& loader) {
  const bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  if (terminal && TerminalIsCapable()) return ChatOnTerminal(options, loader);
  return ChatInLines(options, loader, /*prompts=*/terminal);
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {{"Talk with a model", "fathom chat r1.fathom"},
                   {"Give it a system message",
                    "fathom chat r1.fathom --system 'Answer in French.'"},
                   {"Never come to the end of the context",
                    "fathom chat r1.fathom --overflow drop-oldest"}};
  return help;
}

}  // namespace

int ChatCommand(int argc, const char* const* argv,
                const TextModelLoader& loader) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Each line is a message. A line that begins with '/' is a command; "
      "'/help' lists them. Without a terminal, lines are read from standard "
      "input and the answers are written to standard output.\n\n"
      "Sampling is as the model's generation_config.json says, greedy where "
      "that does not sample.",
      "fathom chat");
  ChatOptions options;
  options.AddTo(app);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status checked = options.Check();
  if (!checked.ok()) return Fail(checked, kExitCommandLine);
  const absl::Status status = Chat(options, loader);
  // Who closes the pipe has read enough: that is no fault.
  if (absl::IsCancelled(status)) return 0;
  return status.ok() ? 0 : Fail(status, ExitCode(status));
}

}  // namespace fathom::rt
