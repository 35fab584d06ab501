//===- Convert.h - Element types of weights ---------------------*- C++ -*-===//
//
// Conversions between the float types of checkpoints and of packed weights,
// rounding to nearest, ties to even.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_CONVERT_H
#define FATHOM_COMPILER_ARTIFACT_CONVERT_H

#include <cstddef>
#include <cstdint>

#include "compiler/artifact/PackPlan.h"
#include "runtime/io/safetensors.h"

namespace fathom {

/// Whether a tensor of `dtype` can be read without scales.
bool isPlainFloat(rt::DType dtype);

/// Converts `count` elements of a plain float type. Returns the index of the
/// first that is not finite as `to`, or `count`. `out` and `in` do not overlap.
size_t convert(rt::DType from, const char *in, size_t count, Storage to,
               char *out);

/// As above for float8 codes that share one scale: each value is
/// bf16(float32(code) * scale).
size_t convertScaled(const char *codes, size_t count, float scale, Storage to,
                     char *out);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_CONVERT_H
