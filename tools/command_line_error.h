// What is wrong with a command line, in our words and on one line.
#ifndef FATHOM_TOOLS_COMMAND_LINE_ERROR_H_
#define FATHOM_TOOLS_COMMAND_LINE_ERROR_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"

namespace fathom {
namespace command_line {

// The word that fits nowhere, of `app`'s command line.
inline std::string Unexpected(const CLI::App &app, const std::string &word) {
  // `app` is called as its verb is: "fathom run".
  const std::string verb = app.get_name().substr(app.get_name().find(' ') + 1);
  const bool is_option = word.size() > 1 && word[0] == '-';
  return absl::StrCat("found '", rt::Shown(word), "', expected ",
                      is_option ? "an option" : "no further word",
                      is_option ? " that" : "; see", " 'fathom help ", verb,
                      is_option ? "' lists" : "'");
}

inline std::string Missing(const CLI::Option &option) {
  const std::string name = option.get_name();
  if (option.get_positional()) {
    return absl::StrCat("found no ", name, ", expected ",
                        option.get_description());
  }
  const std::string type = option.get_type_name();
  return absl::StrCat("found no ", name, ", expected ", name,
                      type.empty() ? "" : " ", type);
}

inline std::string OneLine(std::string text) {
  for (char &c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  }
  return text;
}

// A value that is missing, or an option that is given too often. The parser
// says which option only in its text: "--seed: 1 required N missing".
inline std::string Mismatch(const CLI::App &app, const std::string &text) {
  const std::string name = text.substr(0, text.find(':'));
  const CLI::Option *option = app.get_option_no_throw(name);
  if (option == nullptr)
    return OneLine(text);
  const auto times = static_cast<int>(option->results().size());
  if (times > option->get_items_expected_max()) {
    return absl::StrCat("found ", name, " ", times, " times, expected it once");
  }
  return absl::StrCat("found no value of ", name, ", expected ", name, " ",
                      option->get_type_name());
}

} // namespace command_line

// `error` of `app`, on one line. A word that fits nowhere comes first: whoever
// wrote `--promt` has to read that, and not that `--prompt` is missing.
inline std::string CommandLineError(const CLI::App &app,
                                    const CLI::ParseError &error) {
  const std::vector<std::string> unknown = app.remaining();
  if (!unknown.empty())
    return command_line::Unexpected(app, unknown.front());
  const std::string kind = error.get_name();
  if (kind == "ArgumentMismatch") {
    return command_line::Mismatch(app, error.what());
  }
  for (const CLI::Option *option : app.get_options()) {
    if (kind == "RequiredError" && option->get_required() &&
        option->count() == 0) {
      return command_line::Missing(*option);
    }
    // A flag: what else is read is text, whatever it says.
    if (kind == "ConversionError" && option->get_items_expected_max() == 0 &&
        absl::StrContains(error.what(), option->get_name())) {
      return absl::StrCat("found a value of ", option->get_name(),
                          ", expected none");
    }
  }
  return command_line::OneLine(error.what());
}

} // namespace fathom

#endif // FATHOM_TOOLS_COMMAND_LINE_ERROR_H_
