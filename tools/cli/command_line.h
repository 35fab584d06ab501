// How every verb reads its command line, shows its help and names a fault.
#ifndef FATHOM_TOOLS_CLI_COMMAND_LINE_H_
#define FATHOM_TOOLS_CLI_COMMAND_LINE_H_

#include <optional>

#include "tools/cli/page.h"
#include "tools/exit_codes.h"

namespace CLI {
class App;
}

namespace fathom {

// Reads the command line of the verb that `app` is named after ("fathom run")
// and whose options it knows; adds --help and --version. The exit code to end
// with where one of these was asked for or the command line is at fault, which
// is said in one line; nothing where the verb goes on.
//
// Also answers the hidden `--describe=man|bash|zsh`, which the build makes man
// pages and completion with.
std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                    const char* const* argv,
                                    const VerbHelp& help = {});

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_COMMAND_LINE_H_
