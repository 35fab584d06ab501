// A page as the source of a manual page.
#ifndef FATHOM_TOOLS_CLI_MAN_PAGE_H_
#define FATHOM_TOOLS_CLI_MAN_PAGE_H_

#include <string>

#include "tools/cli/page.h"

namespace fathom {

// The man(7) source of `page` in section 1, with the exit codes. `see_also` are
// names of other pages of that section.
std::string ManPage(const Page& page, const std::vector<std::string>& see_also);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_MAN_PAGE_H_
