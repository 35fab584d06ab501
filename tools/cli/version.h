// Which Fathom this is.
#ifndef FATHOM_TOOLS_CLI_VERSION_H_
#define FATHOM_TOOLS_CLI_VERSION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fathom {

absl::string_view ReleaseVersion();  // "0.1.0"
absl::string_view ReleaseDate();     // "2026-11-30"

// What --version shows: the version, the ABI version of the artifacts that this
// Fathom makes and runs, how it was built, and `further` lines.
std::string VersionText(const std::vector<std::string>& further);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_VERSION_H_
