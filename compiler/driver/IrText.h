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
/// Brackets inside of brackets. The forms nest some twenty deep.
inline constexpr int kIrDepthMax = 256;
/// Minus signs in a row, each of which is a level of an expression.
inline constexpr int kIrMinusMax = 64;

/// `name` is for messages.
absl::Status checkIrText(absl::string_view text, const std::string &name);

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_IRTEXT_H
