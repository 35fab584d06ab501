//===- IrText.h - Text that may be given to MLIR's parser -------*- C++ -*-===//
//
// MLIR's parser recurses as deep as its input nests. What is too large or too
// deep is refused before it sees it.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_IRTEXT_H
#define FATHOM_COMPILER_DRIVER_IRTEXT_H

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fathom {

inline constexpr size_t kIrBytesMax = size_t{64} << 20;
/// Brackets inside of brackets, those of the aliases in them included. The
/// forms nest some twenty deep.
inline constexpr int kIrDepthMax = 256;
/// Operators of one expression, each of which is a level of it. The forms have
/// a handful.
inline constexpr int kIrOperatorsMax = 1024;

/// `name` is for messages.
absl::Status checkIrText(absl::string_view text, const std::string &name);

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_IRTEXT_H
