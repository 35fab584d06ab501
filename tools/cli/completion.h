// Completion scripts. Each verb gives one shell function, `fathom` the one that
// calls them; the build puts them into one file.
#ifndef FATHOM_TOOLS_CLI_COMPLETION_H_
#define FATHOM_TOOLS_CLI_COMPLETION_H_

#include <string>

#include "tools/cli/page.h"

namespace fathom {

// Needs nothing of the package bash-completion.
std::string BashFront();
std::string BashVerb(const Page& page);

// The file begins with the line "#compdef fathom", and ends with the front.
std::string ZshFront();
std::string ZshVerb(const Page& page);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_COMPLETION_H_
