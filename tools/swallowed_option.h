// An option that stands where the value of another was expected.
#ifndef FATHOM_TOOLS_SWALLOWED_OPTION_H_
#define FATHOM_TOOLS_SWALLOWED_OPTION_H_

#include <string>

#include "CLI/CLI.hpp"

namespace fathom {

// What is wrong with `--prompt --json`, in one line, or "". Whoever writes it
// forgot the text; who means it writes `--prompt=--json`. Text that merely
// begins with a dash is a value as any other.
inline std::string SwallowedOption(const CLI::App &app, int argc,
                                   const char *const *argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string name = argv[i], next = argv[i + 1];
    if (name.size() < 2 || next.size() < 2 || name[0] != '-' ||
        next[0] != '-') {
      continue;
    }
    const CLI::Option *option = app.get_option_no_throw(name);
    if (option != nullptr && option->get_items_expected_max() > 0 &&
        app.get_option_no_throw(next) != nullptr) {
      return "found the option " + next + " as value of " + name +
             ", expected " + name + " " + option->get_type_name();
    }
  }
  return "";
}

} // namespace fathom

#endif // FATHOM_TOOLS_SWALLOWED_OPTION_H_
