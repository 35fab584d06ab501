//===- LinkCode.h - Objects to a shared object ------------------*- C++ -*-===//
//
// model.so, by the linker as a library: no linker need be installed, and
// nothing but the objects goes in.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_LINKCODE_H
#define FATHOM_COMPILER_ARTIFACT_LINKCODE_H

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "compiler/artifact/OutputFolder.h"

namespace fathom {

/// Links `objects` to model.so in the folder, synced. The same objects give the
/// same bytes.
absl::Status linkCode(const std::vector<std::string> &objects,
                      OutputFolder &folder);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_LINKCODE_H
