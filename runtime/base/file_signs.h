// What a file that cannot be read as it should be seems to be, by its first
// bytes: a download that went wrong, or another format.
#ifndef FATHOM_RUNTIME_BASE_FILE_SIGNS_H_
#define FATHOM_RUNTIME_BASE_FILE_SIGNS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// So many bytes of its start are enough to see it.
inline constexpr size_t kFileSignBytes = 64;

// "; this is a git-lfs pointer: ..." to be put after a message about the file
// that begins with `start`; empty where nothing is known.
absl::string_view LooksLike(absl::string_view start);

// Whether `start` begins what git-lfs leaves in place of a file.
bool IsGitLfsPointer(absl::string_view start);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_FILE_SIGNS_H_
