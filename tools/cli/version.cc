// See version.h.
#include "tools/cli/version.h"

#include "absl/strings/str_cat.h"
#include "runtime/abi/step.h"

namespace fathom {

absl::string_view ReleaseVersion() { return FATHOM_VERSION; }

absl::string_view ReleaseDate() { return FATHOM_RELEASE_DATE; }

std::string VersionText(const std::vector<std::string>& further) {
  std::string text = absl::StrCat(
      "fathom ", ReleaseVersion(), "\nartifact ABI: ", FATHOM_ABI_VERSION,
      "\nbuild: ", FATHOM_BUILD_TYPE, FATHOM_BUILD_SANITIZERS, ", ",
      FATHOM_BUILD_COMPILER_NAME, ", ", FATHOM_BUILD_PLATFORM, "\n");
  for (const std::string& line : further) absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace fathom
