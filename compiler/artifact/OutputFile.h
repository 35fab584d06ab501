//===- OutputFile.h - One file, whole or not at all -------------*- C++ -*-===//
//
// Text or an object that a user asked for by -o.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_OUTPUTFILE_H
#define FATHOM_COMPILER_ARTIFACT_OUTPUTFILE_H

#include <string>

#include "absl/status/status.h"

namespace fathom {

/// Writes `bytes` to `path`, or to standard output where it is empty. A regular
/// file is the old one or the complete new one at any time.
absl::Status writeOutput(const std::string &path, const std::string &bytes);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_OUTPUTFILE_H
