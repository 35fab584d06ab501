// See command_line_error.h.
#include "tools/cli/command_line_error.h"

#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "tools/cli/foreign_options.h"
#include "tools/cli/nearest.h"

namespace fathom {
namespace {

// `app` is called as its verb is: "fathom run".
std::string VerbOf(const CLI::App& app) {
  const std::string& name = app.get_name();
  return name.substr(name.find(' ') + 1);
}

// The long names of the options of `app`, without dashes.
std::vector<std::string> LongNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    names.insert(names.end(), option->get_lnames().begin(),
                 option->get_lnames().end());
  }
  return names;
}

// What the word calls the option, with dashes for underscores: without "=9",
// and without the "9" of "-ngl9" and "-j9".
std::string NameOf(const std::string& word) {
  std::string name =
      absl::StrReplaceAll(word.substr(0, word.find('=')), {{"_", "-"}});
  if (name.size() > 1 && name[1] == '-') return name;
  while (name.size() > 2 && absl::ascii_isdigit(name.back())) name.pop_back();
  return name;
}

// What to type instead of the option `name`, which `app` does not have.
std::string OptionAdvice(const CLI::App& app, const std::string& name) {
  const std::string dashed = NameOf(name);
  const auto has_option = [&](absl::string_view ours) {
    return app.get_option_no_throw(std::string(ours)) != nullptr;
  };
  for (const std::string& spelt : {dashed, absl::StrCat("-", dashed)}) {
    if (has_option(spelt)) return absl::StrCat("did you mean '", spelt, "'?");
  }
  const std::string advice = AdviceForOption(VerbOf(app), dashed, has_option);
  if (!advice.empty()) return advice;
  absl::string_view word = dashed;
  while (absl::ConsumePrefix(&word, "-")) continue;
  // Any two short names differ by one letter only.
  const std::string nearest =
      word.size() > 1 ? Nearest(word, LongNames(app)) : "";
  if (!nearest.empty()) return absl::StrCat("did you mean '--", nearest, "'?");
  return absl::StrCat("'fathom help ", VerbOf(app), "' lists the options");
}

// Whether the parser would read `word`, as "-ngl", as one of our short options
// and its value or as several flags, where one long option was meant.
bool IsTakenApart(const CLI::App& app, const std::string& word) {
  if (word.size() < 3 || word[0] != '-' || word[1] == '-') return false;
  const std::string name = NameOf(word);
  if (name.size() < 3) return false;
  // "-temperature".
  if (app.get_option_no_throw("-" + name) != nullptr) return true;
  const CLI::Option* first = app.get_option_no_throw(name.substr(0, 2));
  if (first == nullptr) return false;  // the parser does not know it either
  // Any text may follow an option that takes text: "-pgl".
  if (first->get_items_expected_max() > 0 && first->get_type_name() != "N") {
    return false;
  }
  return !AdviceForOption(VerbOf(app), name, [&](absl::string_view ours) {
            return app.get_option_no_throw(std::string(ours)) != nullptr;
          }).empty();
}

// Whether `word` is an option of `app` whose value is the next word.
bool TakesNextWord(const CLI::App& app, const std::string& word) {
  if (word.size() < 2 || word[0] != '-') return false;
  const CLI::Option* option = app.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_max() > 0;
}

// The word that fits nowhere, of `app`'s command line.
std::string Unexpected(const CLI::App& app, const std::string& word) {
  if (word.size() > 1 && word[0] == '-') {
    const std::string name = word.substr(0, word.find('='));
    return absl::StrCat("unknown option '", rt::Shown(name), "'; ",
                        OptionAdvice(app, name));
  }
  return absl::StrCat("found the extra argument '", rt::Shown(word),
                      "'; see 'fathom help ", VerbOf(app), "'");
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

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

// A value that is missing, or an option that is given too often. The parser
// says which option only in its text: "--seed: 1 required N missing".
std::string Mismatch(const CLI::App& app, const std::string& text) {
  const std::string name = text.substr(0, text.find(':'));
  const CLI::Option* option = app.get_option_no_throw(name);
  if (option == nullptr) return OneLine(text);
  const auto times = static_cast<int>(option->results().size());
  if (times > option->get_items_expected_max()) {
    return absl::StrCat("found ", name, " ", times, " times, expected it once");
  }
  return absl::StrCat("found no value of ", name, ", expected ", name, " ",
                      option->get_type_name());
}

}  // namespace

std::string CommandLineError(const CLI::App& app,
                             const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining();
  if (!unknown.empty()) return Unexpected(app, unknown.front());
  const std::string kind = error.get_name();
  if (kind == "ArgumentMismatch") return Mismatch(app, error.what());
  if (kind == "ValidationError") {
    // "--context: is '0', expected ...": what the check says of the option.
    return OneLine(absl::StrReplaceAll(error.what(), {{": is ", " is "}}));
  }
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

std::string OptionTakenApart(const CLI::App& app, int argc,
                             const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    // Help is shown for what is not understood, too.
    if (word == "--help" || word == "-h") return "";
  }
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") break;
    if (TakesNextWord(app, word)) {
      ++i;
    } else if (IsTakenApart(app, word)) {
      return Unexpected(app, word);
    }
  }
  return "";
}

std::string SwallowedOption(const CLI::App& app, int argc,
                            const char* const* argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string name = argv[i], next = argv[i + 1];
    if (name.size() < 2 || next.size() < 2 || name[0] != '-' ||
        next[0] != '-') {
      continue;
    }
    const CLI::Option* option = app.get_option_no_throw(name);
    if (option != nullptr && option->get_items_expected_max() > 0 &&
        app.get_option_no_throw(next) != nullptr) {
      return absl::StrCat("found the option ", next, " as value of ", name,
                          ", expected ", name, " ", option->get_type_name());
    }
  }
  return "";
}

}  // namespace fathom
