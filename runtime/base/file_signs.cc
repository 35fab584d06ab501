#include "runtime/base/file_signs.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace fathom::rt {
namespace {

struct Sign {
  absl::string_view start;
  absl::string_view words;
};

constexpr Sign kSigns[] = {
    {"version https://git-lfs",
     "; this is a git-lfs pointer: 'git lfs pull' in its folder fetches the "
     "file"},
    {"GGUF", "; this is a GGUF file"},
    {"PK\x03\x04", "; this is a ZIP archive (a PyTorch checkpoint?)"},
    {"\x80", "; this looks like a pickle"},
    {"\x1f\x8b", "; this is a gzip archive"},
};

}  // namespace

bool IsGitLfsPointer(absl::string_view start) {
  return absl::StartsWith(start, kSigns[0].start);
}

absl::string_view LooksLike(absl::string_view start) {
  for (const Sign& sign : kSigns) {
    if (absl::StartsWith(start, sign.start)) return sign.words;
  }
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(start), "<")) {
    return "; this looks like an HTML page";
  }
  if (!start.empty() &&
      start.find_first_not_of('\0') == absl::string_view::npos) {
    return "; this begins with zeros (a download that was cut?)";
  }
  return "";
}

}  // namespace fathom::rt
