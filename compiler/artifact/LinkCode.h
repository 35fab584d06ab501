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

#include "absl/status/statusor.h"

namespace fathom {

/// The bytes of a shared object made of `objects`, all in memory: no file is
/// left anywhere, whenever this ends. The same objects give the same bytes.
absl::StatusOr<std::string> linkCode(const std::vector<std::string> &objects);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_LINKCODE_H
