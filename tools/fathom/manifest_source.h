// Reads single files for the verbs that need one thing of an artifact only.
#ifndef FATHOM_TOOLS_FATHOM_MANIFEST_SOURCE_H_
#define FATHOM_TOOLS_FATHOM_MANIFEST_SOURCE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/model/artifact.h"

namespace fathom::rt {

// The bytes of the regular file at `path`: NotFound when there is none.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t bytes_max);

// The manifest of the artifact `folder`, checked; NotFound when the folder has
// no manifest.bin.
absl::StatusOr<ManifestFile> ManifestOf(const std::string& folder);

// The text or tables in a manifest's field, which may be null.
absl::string_view BytesOf(const flatbuffers::Vector<uint8_t>* field);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_MANIFEST_SOURCE_H_
