// Reads single files for the verbs that need one thing of an artifact only.
#ifndef FATHOM_TOOLS_FATHOM_ARTIFACT_FIELD_H_
#define FATHOM_TOOLS_FATHOM_ARTIFACT_FIELD_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/model/manifest_check.h"

namespace fathom::rt {

// The bytes of the regular file at `path`: NotFound when there is none.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          size_t bytes_max);

// The bytes of a field of the manifest in `folder`, checked; `name` is for
// messages. NotFound when there is no manifest.bin.
using ManifestField =
    const flatbuffers::Vector<uint8_t>* (fathom::schema::Manifest::*)() const;
absl::StatusOr<std::string> ArtifactField(const std::string& folder,
                                          ManifestField field,
                                          const char* name);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_ARTIFACT_FIELD_H_
