// fathom template NAME.fathom|DIR --json-lines: one JSON object a line on
// standard input (`messages` and what else a chat template may see), the
// rendered prompt as one JSON string a line on standard output.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_folder.h"
#include "tools/fathom/output.h"
#include "tools/fathom/template_source.h"

namespace fathom::rt {
namespace {

constexpr int kExitUsage = 2;
constexpr char kUsage[] =
    "usage: fathom template NAME.fathom|DIR --json-lines\n"
    "\n"
    "Reads one JSON object a line (messages, tools, add_generation_prompt,\n"
    "...) and writes the prompt that the chat template makes of it, as one\n"
    "JSON string a line.\n";

int FailUsage(absl::string_view what) {
  std::fprintf(stderr, "fathom template: %s; see 'fathom help template'\n",
               std::string(what).c_str());
  return kExitUsage;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "fathom template: %s\n",
               OneLine(status.message()).c_str());
  return ExitCode(status);
}

int Run(const std::string& folder) {
  auto templates = TemplatesOf(folder);
  if (!templates.ok()) return Fail(templates.status());
  Output output(STDOUT_FILENO);
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.empty()) continue;
    auto rendered = RenderChat(*templates, line);
    if (!rendered.ok()) {
      return Fail(absl::Status(rendered.status().code(),
                               absl::StrCat("input line ", number, ": ",
                                            rendered.status().message())));
    }
    if (!output.Write(absl::StrCat(JsonString(rendered->text), "\n"))) {
      return absl::IsCancelled(output.status()) ? 0 : Fail(output.status());
    }
  }
  return 0;
}

int Main(int argc, char** argv) {
  std::string folder;
  bool json_lines = false;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--help" || arg == "-h") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (arg == "--json-lines") {
      json_lines = true;
    } else if (arg.size() > 1 && arg[0] == '-') {
      return FailUsage(absl::StrCat("unknown option '", Shown(arg), "'"));
    } else if (folder.empty() && !arg.empty()) {
      folder = arg;
    } else {
      return FailUsage(absl::StrCat("found '", Shown(arg),
                                    "', expected one NAME.fathom or DIR"));
    }
  }
  if (folder.empty()) return FailUsage("NAME.fathom or DIR is required");
  if (!json_lines) return FailUsage("--json-lines is required");
  // A reader that leaves early ends the output, not the program.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return Run(folder);
}

}  // namespace
}  // namespace fathom::rt

int main(int argc, char** argv) { return fathom::rt::Main(argc, argv); }
