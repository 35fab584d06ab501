// fathom template NAME.fathom|DIR --json-lines: one JSON object a line on
// standard input (`messages` and what else a chat template may see), the
// rendered prompt as one JSON string a line on standard output.
#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "runtime/base/json_string.h"
#include "runtime/base/status.h"
#include "runtime/text/template_folder.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/json_lines.h"
#include "tools/fathom/output.h"
#include "tools/fathom/template_source.h"

namespace fathom::rt {
namespace {

absl::Status Run(const std::string& folder) {
  FATHOM_ASSIGN_OR_RETURN(const ChatTemplates templates, TemplatesOf(folder));
  return AnswerLines([&](absl::string_view line,
                         absl::string_view) -> absl::StatusOr<std::string> {
    FATHOM_ASSIGN_OR_RETURN(const auto rendered, RenderChat(templates, line));
    return JsonString(rendered.text);
  });
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {{"Render a request in each line of a file",
                    "fathom template r1.fathom --json-lines <requests.jsonl"}};
  return help;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Reads one JSON object a line from standard input, with messages, tools, "
      "add_generation_prompt and so on, and writes the prompt that the chat "
      "template makes of it as one JSON string a line.",
      "fathom template");
  std::string folder;
  bool json_lines = false;
  app.add_option("NAME.fathom|DIR", folder,
                 "an artifact, or a folder that holds the tokenizer's files")
      ->type_name("")
      ->required();
  app.add_flag("--json-lines", json_lines, "read and write a value a line")
      ->required();
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status status = Run(folder);
  if (status.ok() || absl::IsCancelled(status)) return 0;
  absl::FPrintF(stderr, "fathom template: %s\n", OneLine(status.message()));
  return ExitCode(status);
}

}  // namespace
}  // namespace fathom::rt

int main(int argc, char** argv) { return fathom::rt::Main(argc, argv); }
