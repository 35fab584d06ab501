// A page as text for a terminal.
#ifndef FATHOM_TOOLS_CLI_HELP_H_
#define FATHOM_TOOLS_CLI_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/cli/page.h"

namespace fathom {

// `text` in lines of at most `width` columns, the first after `at` columns that
// are already written, the others after `indent` spaces. Words are not broken:
// one that is longer has a line of its own. Ends without a line break.
std::string Wrapped(absl::string_view text, int at, int indent, int width);

// The whole of `--help`, in lines of at most `width` columns; only examples and
// words that are longer exceed it.
std::string HelpText(const Page& page, int width);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_HELP_H_
