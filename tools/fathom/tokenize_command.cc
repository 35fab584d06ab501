// fathom tokenize NAME.fathom|DIR [TEXT]: the ids of a text, or with --decode
// the text of ids; with --json-lines of one JSON value a line.
#include "tools/fathom/tokenize_command.h"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/base/escaping.h"
#include "runtime/base/json.h"
#include "runtime/base/json_string.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/input_file.h"
#include "tools/fathom/json_lines.h"
#include "tools/fathom/output.h"
#include "tools/fathom/tokenizer_source.h"

namespace fathom::rt {
namespace {

struct TokenizeOptions {
  std::string folder;
  std::vector<std::string> words;
  bool decodes = false;
  bool shows_pieces = false;
  bool json_lines = false;

  // What CLI11 does not know of options that exclude each other.
  absl::Status Check() const {
    if (json_lines && (shows_pieces || !words.empty())) {
      return absl::InvalidArgumentError(
          absl::StrCat("found ", shows_pieces ? "--pieces" : "a text",
                       " with --json-lines, expected values on standard "
                       "input alone"));
    }
    if (decodes && shows_pieces) {
      return absl::InvalidArgumentError(
          "found --pieces with --decode, expected one of them");
    }
    if (!decodes && words.size() > 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found ", words.size(), " texts, expected one: put it in quotes"));
    }
    return absl::OkStatus();
  }
};

std::string VocabularyOf(const Tokenizer& tokenizer) {
  return absl::StrCat("the id of a token: the vocabulary's are from 0 to ",
                      tokenizer.id_count() - 1);
}

absl::StatusOr<std::string> EncodeJson(const Tokenizer& tokenizer,
                                       const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value.AsString());
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> ids, tokenizer.Encode(text));
  return absl::StrCat("[", absl::StrJoin(ids, ","), "]");
}

absl::StatusOr<std::string> DecodeJson(const Tokenizer& tokenizer,
                                       const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, value.AsArray());
  std::vector<int32_t> ids;
  for (const JsonValue& id : values) {
    FATHOM_ASSIGN_OR_RETURN(int64_t number, id.AsInteger(0, INT32_MAX));
    ids.push_back(static_cast<int32_t>(number));
    if (!tokenizer.HasToken(ids.back())) {
      return id.Expected(VocabularyOf(tokenizer));
    }
  }
  return JsonString(tokenizer.Decode(ids));
}

// One token a line: its id and its bytes, those escaped that are not printable.
std::string PiecesOf(const Tokenizer& tokenizer,
                     const std::vector<int32_t>& ids) {
  std::string lines;
  for (int32_t id : ids) {
    absl::StrAppend(&lines, id, "\t\"", Escaped(tokenizer.TokenBytes(id)),
                    "\"\n");
  }
  return lines;
}

absl::StatusOr<std::string> Encode(const Tokenizer& tokenizer,
                                   const std::string& text, bool shows_pieces) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> ids, tokenizer.Encode(text));
  return shows_pieces ? PiecesOf(tokenizer, ids)
                      : absl::StrCat(absl::StrJoin(ids, " "), "\n");
}

// Ids between spaces, commas, brackets: as they are printed here and elsewhere.
absl::StatusOr<std::string> Decode(const Tokenizer& tokenizer,
                                   const std::string& text) {
  std::vector<int32_t> ids;
  for (absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" ,[]\t\r\n"), absl::SkipEmpty())) {
    int32_t id = -1;
    if (!absl::SimpleAtoi(word, &id) || !tokenizer.HasToken(id)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found '", Shown(word), "', expected ", VocabularyOf(tokenizer)));
    }
    ids.push_back(id);
  }
  return absl::StrCat(tokenizer.Decode(ids), "\n");
}

absl::Status AnswerJsonLines(const Tokenizer& tokenizer, bool decodes) {
  return AnswerLines(
      [&](absl::string_view line,
          absl::string_view where) -> absl::StatusOr<std::string> {
        FATHOM_ASSIGN_OR_RETURN(
            const JsonDocument document,
            JsonDocument::Parse(line, where, kJsonLargeValuesMax));
        return decodes ? DecodeJson(tokenizer, document.root())
                       : EncodeJson(tokenizer, document.root());
      });
}

absl::Status Run(const TokenizeOptions& options) {
  FATHOM_ASSIGN_OR_RETURN(const auto tokenizer, TokenizerOf(options.folder));
  if (options.json_lines) return AnswerJsonLines(*tokenizer, options.decodes);
  std::string text = absl::StrJoin(options.words, " ");
  if (options.words.empty()) {
    FATHOM_ASSIGN_OR_RETURN(const InputFile input, InputFile::Open("-"));
    FATHOM_ASSIGN_OR_RETURN(text, input.ReadAll(kEncodeBytesMax));
    // What ends a line in a file or under `echo` is no part of the text.
    text = std::string(absl::StripSuffix(text, "\n"));
  }
  FATHOM_ASSIGN_OR_RETURN(const std::string shown,
                          options.decodes
                              ? Decode(*tokenizer, text)
                              : Encode(*tokenizer, text, options.shows_pieces));
  Output output(STDOUT_FILENO);
  output.Write(isatty(STDOUT_FILENO) != 0 ? ForTerminal(shown) : shown);
  return output.status();
}

VerbHelp Help() {
  VerbHelp help;
  help.usages = {"[OPTIONS] NAME.fathom|DIR [TEXT]",
                 "[OPTIONS] NAME.fathom|DIR --decode [ID...]"};
  help.examples = {
      {"Show the tokens of a text",
       "fathom tokenize r1.fathom 'How many tokens?' --pieces"},
      {"Turn ids back into text", "fathom tokenize r1.fathom --decode 72 105"},
      {"Encode a JSON string in each line of a file",
       "fathom tokenize r1.fathom --json-lines <texts.jsonl"}};
  return help;
}

}  // namespace

int TokenizeCommand(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Writes the token ids of a text, or with --decode the text of ids. No "
      "special tokens are added. What is not given as an argument is read from "
      "standard input.",
      "fathom tokenize");
  TokenizeOptions options;
  app.add_option("NAME.fathom|DIR", options.folder,
                 "an artifact, or a folder that holds a tokenizer.json")
      ->type_name("")
      ->required();
  app.add_option("TEXT", options.words, "the text, or with --decode the ids")
      ->type_name("");
  app.add_flag("--decode", options.decodes, "turn ids into text");
  app.add_flag("--pieces", options.shows_pieces,
               "write a token a line: its id and its text");
  app.add_flag("--json-lines", options.json_lines,
               "read and write a JSON value a line: strings, arrays of ids");
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status usage = options.Check();
  const absl::Status status = usage.ok() ? Run(options) : usage;
  if (status.ok() || absl::IsCancelled(status)) return 0;
  absl::FPrintF(stderr, "fathom tokenize: %s\n", OneLine(status.message()));
  return usage.ok() ? ExitCode(status) : kExitCommandLine;
}

}  // namespace fathom::rt
