// See manifest_source.h.
#include "tools/fathom/manifest_source.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/artifact_files.h"

namespace fathom::rt {

absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t bytes_max) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    const std::string message =
        absl::StrCat("cannot read '", Shown(path), "': ", std::strerror(errno));
    if (errno == ENOENT || errno == ENOTDIR) {
      return absl::NotFoundError(message);
    }
    return absl::FailedPreconditionError(message);
  }
  if (!S_ISREG(info.st_mode) ||
      static_cast<uint64_t>(info.st_size) > bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("found '", Shown(path), "' of ", info.st_size,
                     " bytes, expected a regular file of at most ", bytes_max));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  // An empty file sets failbit on insertion and is none.
  if (info.st_size > 0) bytes << file.rdbuf();
  if (!file || !bytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read '", Shown(path), "'"));
  }
  return std::move(bytes).str();
}

absl::StatusOr<ManifestFile> ManifestOf(const std::string& folder) {
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFolder opened,
                          ArtifactFolder::Open(folder));
  return ManifestFile::Read(opened);
}

absl::string_view BytesOf(const flatbuffers::Vector<uint8_t>* field) {
  if (field == nullptr) return "";
  return absl::string_view(reinterpret_cast<const char*>(field->data()),
                           field->size());
}

}  // namespace fathom::rt
