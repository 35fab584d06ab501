//===- Packing.h - Any bytes of a packed matrix -----------------*- C++ -*-===//
//
// Lays out rows as PackPlan.h draws them.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_PACKING_H
#define FATHOM_COMPILER_ARTIFACT_PACKING_H

#include "compiler/artifact/SourceReader.h"

namespace fathom {

/// Writes bytes [begin, end) of the packed `matrix` to `out`. Both are
/// multiples of 256 (or the end of the matrix) for panels, of the element size
/// for rows and vectors.
absl::Status packBytes(const PackedMatrix &matrix, uint64_t begin, uint64_t end,
                       SourceReader &reader, char *out);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_PACKING_H
