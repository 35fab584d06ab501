// How the scales of float8 blocks are stored.
#ifndef FATHOM_RUNTIME_IO_BLOCK_SCALES_H_
#define FATHOM_RUNTIME_IO_BLOCK_SCALES_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/io/safetensors.h"

namespace fathom::rt {

// float32, bfloat16 or float16; or a power of two, as F8_E8M0 or, by those who
// lack that type, as the same bits of U8.
bool IsScaleType(DType dtype);
inline constexpr absl::string_view kScaleTypes =
    "F32, BF16, F16, F8_E8M0 or U8";

// The scale at `bytes`, DTypeBytes(dtype) of a type that IsScaleType. Not a
// number where the bits say so.
float ScaleAt(DType dtype, const char* bytes);

// One scale a block, [rows / block_rows, columns / block_columns] rounded up.
std::vector<uint64_t> ScaleShape(uint64_t rows, uint64_t columns,
                                 uint64_t block_rows, uint64_t block_columns);
// Whether scales may be stored as `shape` where ScaleShape says `expected`: a
// single one may also be a scalar or a vector.
bool IsScaleShape(absl::Span<const uint64_t> shape,
                  absl::Span<const uint64_t> expected);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_BLOCK_SCALES_H_
