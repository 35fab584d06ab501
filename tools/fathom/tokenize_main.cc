// fathom tokenize NAME.fathom|DIR --json-lines [--decode]: one JSON string a
// line on standard input, its ids as one JSON array a line on standard output;
// with --decode the other way.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json.h"
#include "runtime/base/json_string.h"
#include "runtime/base/status.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/json_lines.h"
#include "tools/fathom/output.h"
#include "tools/fathom/tokenizer_source.h"

namespace fathom::rt {
namespace {

absl::StatusOr<std::string> Encode(const Tokenizer& tokenizer,
                                   const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value.AsString());
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> ids, tokenizer.Encode(text));
  return absl::StrCat("[", absl::StrJoin(ids, ","), "]");
}

absl::StatusOr<std::string> Decode(const Tokenizer& tokenizer,
                                   const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, value.AsArray());
  std::vector<int32_t> ids;
  for (const JsonValue& id : values) {
    FATHOM_ASSIGN_OR_RETURN(int64_t number, id.AsInteger(0, INT32_MAX));
    ids.push_back(static_cast<int32_t>(number));
  }
  return JsonString(tokenizer.Decode(ids));
}

absl::Status Run(const std::string& folder, bool decodes) {
  FATHOM_ASSIGN_OR_RETURN(const auto tokenizer, TokenizerOf(folder));
  return AnswerLines(
      [&](absl::string_view line,
          absl::string_view where) -> absl::StatusOr<std::string> {
        FATHOM_ASSIGN_OR_RETURN(
            const JsonDocument document,
            JsonDocument::Parse(line, where, kJsonLargeValuesMax));
        return decodes ? Decode(*tokenizer, document.root())
                       : Encode(*tokenizer, document.root());
      });
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {{"Count the tokens of a text",
                    "echo '\"How many tokens?\"' | fathom tokenize r1.fathom "
                    "--json-lines"}};
  return help;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Reads one JSON string a line from standard input and writes its token "
      "ids as one JSON array a line. No special tokens are added.",
      "fathom tokenize");
  std::string folder;
  bool json_lines = false, decodes = false;
  app.add_option("NAME.fathom|DIR", folder,
                 "an artifact, or a folder that holds a tokenizer.json")
      ->type_name("")
      ->required();
  app.add_flag("--json-lines", json_lines, "read and write a value a line")
      ->required();
  app.add_flag("--decode", decodes, "read arrays of ids, write strings");
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status status = Run(folder, decodes);
  if (status.ok() || absl::IsCancelled(status)) return 0;
  absl::FPrintF(stderr, "fathom tokenize: %s\n", OneLine(status.message()));
  return ExitCode(status);
}

}  // namespace
}  // namespace fathom::rt

int main(int argc, char** argv) { return fathom::rt::Main(argc, argv); }
