// fathom template NAME.fathom|DIR --json-lines: one JSON object a line on
// standard input (`messages` and what else a chat template may see), the
// rendered prompt as one JSON string a line on standard output.
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template_folder.h"
#include "tools/fathom/template_source.h"

namespace {

constexpr int kExitUsage = 2;
constexpr char kUsage[] =
    "usage: fathom template NAME.fathom|DIR --json-lines\n"
    "\n"
    "Reads one JSON object a line (messages, tools, add_generation_prompt,\n"
    "...) and writes the prompt that the chat template makes of it, as one\n"
    "JSON string a line.\n";

std::string JsonString(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "fathom template: %s\n",
               std::string(status.message()).c_str());
  return fathom::rt::ExitCode(status);
}

int Run(const std::string& folder) {
  auto templates = fathom::rt::TemplatesOf(folder);
  if (!templates.ok()) return Fail(templates.status());
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.empty()) continue;
    auto rendered = fathom::rt::RenderChat(*templates, line);
    if (!rendered.ok()) {
      return Fail(absl::Status(
          rendered.status().code(),
          absl::StrCat("input line ", number, ": ",
                       rendered.status().message())));
    }
    std::string out = JsonString(rendered->text) + "\n";
    std::cout.write(out.data(), static_cast<std::streamsize>(out.size()));
    std::cout.flush();
    if (!std::cout) {
      return Fail(absl::FailedPreconditionError("cannot write the output"));
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  bool json_lines = false;
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    if (arg == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (arg == "--json-lines") {
      json_lines = true;
    } else if (arg.size() > 1 && arg[0] == '-') {
      std::fprintf(stderr, "fathom template: unknown option '%s'\n",
                   arg.c_str());
      return kExitUsage;
    } else if (folder.empty()) {
      folder = arg;
    } else {
      std::fputs(kUsage, stderr);
      return kExitUsage;
    }
  }
  if (folder.empty() || !json_lines) {
    std::fputs(kUsage, stderr);
    return kExitUsage;
  }
  std::ios::sync_with_stdio(false);
  return Run(folder);
}
