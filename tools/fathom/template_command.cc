// fathom template NAME.fathom|DIR [TEXT]: the prompt that the chat template
// makes of a request; with --json-lines of one request a line.
#include "tools/fathom/template_command.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/json_string.h"
#include "runtime/base/status.h"
#include "runtime/serve/text_model.h"
#include "runtime/text/template_folder.h"
#include "simdjson.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/input_file.h"
#include "tools/fathom/json_lines.h"
#include "tools/fathom/output.h"
#include "tools/fathom/template_source.h"

namespace fathom::rt {
namespace {

constexpr size_t kRequestBytesMax = size_t{64} << 20;

struct TemplateOptions {
  std::string folder;
  std::optional<std::string> text;
  std::optional<std::string> messages;
  bool json_lines = false;

  absl::Status Check() const {
    if (text.has_value() + messages.has_value() + json_lines > 1) {
      return absl::InvalidArgumentError(
          "found more than one of a text, --messages and --json-lines, "
          "expected at most one");
    }
    if (text && !simdjson::validate_utf8(text->data(), text->size())) {
      return absl::InvalidArgumentError("the text is not valid UTF-8");
    }
    return absl::OkStatus();
  }
};

absl::StatusOr<Rendered> Render(const ChatTemplates& templates,
                                absl::string_view request_json,
                                NextMessage next_message) {
  RenderOptions options;
  options.next_message = next_message;
  options.compile_text = CompileTemplate;
  return RenderChat(templates, request_json, options);
}

// A request; a list is one's messages.
absl::StatusOr<std::string> ReadRequest(const std::string& path) {
  FATHOM_ASSIGN_OR_RETURN(const InputFile input, InputFile::Open(path));
  FATHOM_ASSIGN_OR_RETURN(std::string json, input.ReadAll(kRequestBytesMax));
  json = std::string(WithoutByteOrderMark(json));
  const absl::string_view content = absl::StripLeadingAsciiWhitespace(json);
  if (content.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(input.name(), " is empty, expected a request as JSON"));
  }
  if (!absl::StartsWith(content, "[")) return json;
  return absl::StrCat("{\"messages\":", json, "}");
}

absl::StatusOr<Rendered> RenderOne(const ChatTemplates& templates,
                                   const TemplateOptions& options) {
  if (options.text.has_value()) {
    // What `fathom run` asks with this question.
    return Render(templates, ChatRequestJson({{"user", *options.text}}),
                  NextMessage::kUnlessSaid);
  }
  const std::string path = options.messages.value_or("-");
  FATHOM_ASSIGN_OR_RETURN(const std::string request, ReadRequest(path));
  return Render(templates, request, NextMessage::kIfSaid);
}

absl::Status Run(const TemplateOptions& options) {
  FATHOM_ASSIGN_OR_RETURN(const ChatTemplates templates,
                          TemplatesOf(options.folder));
  if (options.json_lines) {
    return AnswerLines([&](absl::string_view line,
                           absl::string_view) -> absl::StatusOr<std::string> {
      FATHOM_ASSIGN_OR_RETURN(const Rendered rendered,
                              Render(templates, line, NextMessage::kIfSaid));
      return JsonString(rendered.text);
    });
  }
  FATHOM_ASSIGN_OR_RETURN(const Rendered rendered,
                          RenderOne(templates, options));
  Output output(STDOUT_FILENO);
  // A pipe gets the prompt to the byte.
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  output.Write(terminal ? absl::StrCat(ForTerminal(rendered.text), "\n")
                        : rendered.text);
  return output.status();
}

VerbHelp Help() {
  VerbHelp help;
  help.usages = {"[OPTIONS] NAME.fathom|DIR [TEXT]"};
  help.examples = {{"Show what a model is asked with a question",
                    "fathom template r1.fathom 'What is 123 + 456?'"},
                   {"Render a conversation",
                    "fathom template r1.fathom --messages chat.json"},
                   {"Render a request in each line of a file",
                    "fathom template r1.fathom --json-lines <requests.jsonl"}};
  return help;
}

}  // namespace

int TemplateCommand(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Writes the prompt that the chat template makes of a request. A request "
      "is a JSON object with the arguments of transformers' "
      "apply_chat_template: messages, tools, documents, add_generation_prompt, "
      "continue_final_message, chat_template, and variables of the template; "
      "it is read from standard input unless it is given. TEXT is short for "
      "one message of the user that asks for an answer.",
      "fathom template");
  TemplateOptions options;
  app.add_option("NAME.fathom|DIR", options.folder,
                 "an artifact, or a folder that holds the tokenizer's files")
      ->type_name("")
      ->required();
  app.add_option("TEXT", options.text, "a message of the user")->type_name("");
  app.add_option("--messages", options.messages,
                 "read the request, or a list of messages, from this file")
      ->type_name("FILE");
  app.add_flag("--json-lines", options.json_lines,
               "read a request a line, write a JSON string a line");
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status usage = options.Check();
  const absl::Status status = usage.ok() ? Run(options) : usage;
  if (status.ok() || absl::IsCancelled(status)) return 0;
  absl::FPrintF(stderr, "fathom template: %s\n", OneLine(status.message()));
  return usage.ok() ? ExitCode(status) : kExitCommandLine;
}

}  // namespace fathom::rt
