// fathom tokenize NAME.fathom|DIR --json-lines [--decode]: one JSON string a
// line on standard input, its ids as one JSON array a line on standard output;
// with --decode the other way.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "tools/fathom/output.h"
#include "tools/fathom/tokenizer_source.h"

namespace fathom::rt {
namespace {

constexpr int kExitUsage = 2;
constexpr char kUsage[] =
    "usage: fathom tokenize NAME.fathom|DIR --json-lines [--decode]\n"
    "\n"
    "Reads one JSON string a line and writes its token ids as one JSON array\n"
    "a line; no special tokens are added. DIR holds a tokenizer.json.\n"
    "\n"
    "  --decode  read arrays of ids, write strings\n";

absl::StatusOr<std::string> EncodeLine(const Tokenizer& tokenizer,
                                       const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value.AsString());
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> ids, tokenizer.Encode(text));
  return absl::StrCat("[", absl::StrJoin(ids, ","), "]\n");
}

absl::StatusOr<std::string> DecodeLine(const Tokenizer& tokenizer,
                                       const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, value.AsArray());
  std::vector<int32_t> ids;
  for (const JsonValue& id : values) {
    FATHOM_ASSIGN_OR_RETURN(int64_t number, id.AsInteger(0, INT32_MAX));
    ids.push_back(static_cast<int32_t>(number));
  }
  return absl::StrCat(JsonString(tokenizer.Decode(ids)), "\n");
}

int FailUsage(absl::string_view what) {
  std::fprintf(stderr, "fathom tokenize: %s; see 'fathom help tokenize'\n",
               std::string(what).c_str());
  return kExitUsage;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "fathom tokenize: %s\n",
               OneLine(absl::string_view(status.message())).c_str());
  return ExitCode(status);
}

int Run(const std::string& folder, bool decodes) {
  auto tokenizer = TokenizerOf(folder);
  if (!tokenizer.ok()) return Fail(tokenizer.status());
  Output output(STDOUT_FILENO);
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    const std::string where = absl::StrCat("input line ", number);
    auto document = JsonDocument::Parse(line, where);
    if (!document.ok()) return Fail(document.status());
    auto result = decodes ? DecodeLine(**tokenizer, document->root())
                          : EncodeLine(**tokenizer, document->root());
    if (!result.ok()) {
      const absl::string_view message = result.status().message();
      return Fail(absl::Status(result.status().code(),
                               message.substr(0, where.size()) == where
                                   ? std::string(message)
                                   : absl::StrCat(where, ": ", message)));
    }
    if (!output.Write(*result)) {
      return absl::IsCancelled(output.status()) ? 0 : Fail(output.status());
    }
  }
  return 0;
}

int Main(int argc, char** argv) {
  std::string folder;
  bool json_lines = false, decodes = false;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--help" || arg == "-h") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (arg == "--json-lines") {
      json_lines = true;
    } else if (arg == "--decode") {
      decodes = true;
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
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return Run(folder, decodes);
}

}  // namespace
}  // namespace fathom::rt

int main(int argc, char** argv) { return fathom::rt::Main(argc, argv); }
