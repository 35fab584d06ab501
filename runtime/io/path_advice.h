// Says what a path leads to where it is not what was asked for, and what to do:
// people give files of a folder, names of hubs, and models in other formats.
#ifndef FATHOM_RUNTIME_IO_PATH_ADVICE_H_
#define FATHOM_RUNTIME_IO_PATH_ADVICE_H_

#include <string>

#include "absl/status/status.h"
#include "runtime/io/file.h"

namespace fathom::rt {

// OK where `path` may be what `fathom compile` reads: a folder with a
// config.json, or one file of JSON. Otherwise an error of one line.
absl::Status CheckModelPath(const std::string& path);

// Why `folder` holds no weights that are read: other formats, an adapter, a
// lost index. Begins with the folder's path.
absl::Status NoWeights(const Folder& folder);

// Why `path` is not an artifact, which `fathom compile` would have made. To be
// called where it is none; the code is NotFound.
absl::Status NotAnArtifact(const std::string& path);

// Why the folder `path` holds no tokenizer.json. To be called where it holds
// none, or is none; the code is NotFound.
absl::Status NoTokenizer(const std::string& path);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_PATH_ADVICE_H_
