// See command_line.h.
#include "tools/fathom/command_line.h"

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "tools/fathom/output.h"
#include "tools/swallowed_option.h"

namespace fathom::rt {
namespace {

// The word that fits nowhere, of `app`'s command line.
std::string Unexpected(const CLI::App& app, const std::string& word) {
  // `app` is called as its verb is: "fathom run".
  const std::string verb = app.get_name().substr(app.get_name().find(' ') + 1);
  const bool is_option = word.size() > 1 && word[0] == '-';
  return absl::StrCat("found '", Shown(word), "', expected ",
                      is_option ? "an option" : "no further word",
                      is_option ? " that" : "; see", " 'fathom help ", verb,
                      is_option ? "' lists" : "'");
}

std::string Missing(const CLI::Option& option) {
  const std::string name = option.get_name();
  if (option.get_positional()) {
    return absl::StrCat("found no ", name, ", expected ",
                        option.get_description());
  }
  const std::string type = option.get_type_name();
  return absl::StrCat("found no ", name, ", expected ", name,
                      type.empty() ? "" : " ", type);
}

// A value that is missing, or an option that is given too often. The parser
// says which option only in its text: "--seed: 1 required N missing".
std::string Mismatch(const CLI::App& app, absl::string_view text) {
  const std::string name(text.substr(0, text.find(':')));
  const CLI::Option* option = app.get_option_no_throw(name);
  if (option == nullptr) return OneLine(text);
  const auto times = static_cast<int>(option->results().size());
  if (times > option->get_items_expected_max()) {
    return absl::StrCat("found ", name, " ", times, " times, expected it once");
  }
  return absl::StrCat("found no value of ", name, ", expected ", name, " ",
                      option->get_type_name());
}

// `error` of `app`, on one line. A word that fits nowhere comes first: whoever
// wrote `--promt` has to read that, and not that `--prompt` is missing.
std::string Describe(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining();
  if (!unknown.empty()) return Unexpected(app, unknown.front());
  const std::string kind = error.get_name();
  if (kind == "ArgumentMismatch") return Mismatch(app, error.what());
  for (const CLI::Option* option : app.get_options()) {
    if (kind == "RequiredError" && option->get_required() &&
        option->count() == 0) {
      return Missing(*option);
    }
    // A flag: what else is read is text, whatever it says.
    if (kind == "ConversionError" && option->get_items_expected_max() == 0 &&
        absl::StrContains(error.what(), option->get_name())) {
      return absl::StrCat("found a value of ", option->get_name(),
                          ", expected none");
    }
  }
  return OneLine(error.what());
}

}  // namespace

std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                    const char* const* argv) {
  app.set_help_flag("-h,--help", "this help");
  const std::string swallowed = SwallowedOption(app, argc, argv);
  if (!swallowed.empty()) {
    absl::FPrintF(stderr, "%s: %s\n", app.get_name(), swallowed);
    return kExitCommandLine;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return WriteToStdout(app.get_name(), app.help());
  } catch (const CLI::ParseError& error) {
    absl::FPrintF(stderr, "%s: %s\n", app.get_name(), Describe(app, error));
    return kExitCommandLine;
  }
  return std::nullopt;
}

}  // namespace fathom::rt
