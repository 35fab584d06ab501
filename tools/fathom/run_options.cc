// See run_options.h.
#include "tools/fathom/run_options.h"

#include <unistd.h>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "tools/fathom/run_request.h"

namespace fathom::rt {
namespace {

absl::Status Refuse(absl::string_view found, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("found ", found, ", expected ", expected));
}

}  // namespace

void RunOptions::AddTo(CLI::App& app) {
  constexpr char kInput[] = "Input", kOutput[] = "Output";
  AddArtifact(app, ask.path);
  app.add_option("QUESTION", words,
                 "the question, in quotes; '-' reads it from standard input, "
                 "as does a pipe without a question")
      ->type_name("")
      ->expected(0, -1);
  app.add_option("-p,--prompt", prompt, "the question, as an option")
      ->type_name("TEXT")
      ->group(kInput);
  app.add_option("--messages", messages_file,
                 "answer the conversation in FILE: JSON, an array of messages "
                 "or an object with 'messages', 'tools' and settings, as "
                 "OpenAI's clients send it")
      ->type_name("FILE")
      ->group(kInput);
  app.add_option("--json-lines", lines_file,
                 "answer each line of FILE, several at a time: a JSON string, "
                 "or an object with 'prompt' or 'messages', an 'id' and "
                 "settings ('max_tokens', 'temperature', 'seed', 'stop', "
                 "...); writes one JSON object a line, in the order of FILE")
      ->type_name("FILE")
      ->group(kInput);
  app.add_option("--parallel", parallel,
                 "with --json-lines, answer N lines at a time")
      ->type_name("N")
      ->default_str("what the memory holds, at most 16")
      ->group(kInput);
  app.add_option("--system", system, "the system message")
      ->type_name("TEXT")
      ->group(kInput);
  app.add_flag("--raw", raw,
               "use no chat template: the model continues the question, in "
               "which control tokens are recognised")
      ->group(kInput);
  app.add_flag("--json", json, "write one JSON object instead of the text")
      ->group(kOutput);
  app.add_flag("-q,--quiet", quiet, "write no figures to standard error")
      ->group(kOutput);
  ask.AddSettingsTo(app);
}

absl::Status RunOptions::Check() const {
  if (words.size() > 1) {
    return Refuse(absl::StrCat(words.size(), " words after ", Shown(ask.path)),
                  absl::StrCat("the question in quotes: \"",
                               Shown(absl::StrJoin(words, " ")), "\""));
  }
  std::vector<absl::string_view> sources;
  if (!words.empty()) sources.push_back("a question after the artifact");
  if (prompt.has_value()) sources.push_back("--prompt");
  if (messages_file.has_value()) sources.push_back("--messages");
  if (lines_file.has_value()) sources.push_back("--json-lines");
  if (sources.size() > 1) {
    return Refuse(absl::StrJoin(sources, " and "), "one of them");
  }
  if (sources.empty() && isatty(STDIN_FILENO) != 0) {
    return Refuse("no question",
                  absl::StrCat("one in quotes: fathom run ", Shown(ask.path),
                               " \"What is 123 + 456?\"; 'fathom chat ",
                               Shown(ask.path), "' is for a conversation"));
  }
  if (raw && system.has_value()) {
    return Refuse("--system with --raw",
                  "one of them: without the template there is no system "
                  "message");
  }
  if (messages_file.has_value() && (raw || system.has_value())) {
    return Refuse(raw ? "--raw with --messages" : "--system with --messages",
                  raw ? "one of them: messages need the chat template"
                      : "one of them: a system message is the first of FILE's");
  }
  if (const auto question = Question(); question.has_value()) {
    const absl::string_view name =
        prompt.has_value() ? "--prompt" : "the question";
    FATHOM_RETURN_IF_ERROR(CheckUtf8(name, *question));
    if (*question != "-") {
      FATHOM_RETURN_IF_ERROR(CheckQuestion(name, *question, raw));
    }
  }
  FATHOM_RETURN_IF_ERROR(CheckUtf8("--system", system.value_or("")));
  for (const std::string& stop : ask.stops) {
    FATHOM_RETURN_IF_ERROR(CheckUtf8("--stop", stop));
  }
  if (parallel.has_value()) {
    FATHOM_RETURN_IF_ERROR(
        ParseWhole("--parallel", *parallel, 1, kParallelMax).status());
  }
  FATHOM_RETURN_IF_ERROR(ask.Load().status());
  return ask.Ask(TextModelFacts()).status();
}

std::optional<std::string> RunOptions::Question() const {
  if (prompt.has_value()) return prompt;
  if (!words.empty()) return words.front();
  return std::nullopt;
}

bool RunOptions::ReadsStandardInput() const {
  if (messages_file.has_value()) return *messages_file == "-";
  return Question().value_or("-") == "-";
}

int32_t RunOptions::Parallel() const {
  if (!parallel.has_value()) return 0;
  return static_cast<int32_t>(
      ParseWhole("--parallel", *parallel, 1, kParallelMax).value_or(0));
}

}  // namespace fathom::rt
