// How every verb reads its command line, shows its help and names a fault.
#ifndef FATHOM_TOOLS_FATHOM_COMMAND_LINE_H_
#define FATHOM_TOOLS_FATHOM_COMMAND_LINE_H_

#include <optional>

#include "tools/exit_codes.h"

namespace CLI {
class App;
}

namespace fathom::rt {

// Reads the command line of the verb whose options `app` knows. The exit code
// where it asked for help, which is shown, or is at fault, which is said in
// one line; nothing where the verb goes on.
std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                    const char* const* argv);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_COMMAND_LINE_H_
