// What a user reads when the command line is not understood.
#ifndef FATHOM_TOOLS_FATHOM_COMMAND_LINE_H_
#define FATHOM_TOOLS_FATHOM_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "tools/fathom/output.h"

namespace fathom::rt {

// `error` of `app`, on one line. A word that fits nowhere comes first: whoever
// wrote `--promt` has to read that, and not that `--prompt` is missing.
inline std::string CommandLineError(const CLI::App& app,
                                    const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining();
  if (unknown.empty()) return OneLine(error.what());
  return absl::StrCat("'", Shown(unknown.front()), "' is not expected; see '",
                      app.get_name(), " --help'");
}

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_COMMAND_LINE_H_
