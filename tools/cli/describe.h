// The forms of a page that the build installs.
#ifndef FATHOM_TOOLS_CLI_DESCRIBE_H_
#define FATHOM_TOOLS_CLI_DESCRIBE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/cli/page.h"

namespace fathom {

// What a program is asked for them with: hidden, and followed by the form.
inline constexpr absl::string_view kDescribeOption = "--describe=";

// `page` in the form "man", "bash" or "zsh"; "" in any other one. The
// completion of a verb is a shell function that the one of `fathom` calls.
std::string Described(const Page& page, absl::string_view form);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_DESCRIBE_H_
