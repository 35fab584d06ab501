#include "runtime/io/block_scales.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "runtime/base/status.h"
#include "runtime/io/half.h"

namespace fathom::rt {
namespace {

uint32_t BitsAt(const char* bytes, size_t count) {
  uint32_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  }
  return bits;
}

// Of float8_e8m0fnu: exponents only, and one pattern that is no number.
float PowerOfTwo(uint32_t bits) {
  if (bits == 0xff) return std::numeric_limits<float>::quiet_NaN();
  return std::ldexp(1.0f, static_cast<int>(bits) - 127);
}

uint64_t Blocks(uint64_t size, uint64_t block) {
  return size / block + (size % block != 0);
}

}  // namespace

bool IsScaleType(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kBF16 ||
         dtype == DType::kF16 || dtype == DType::kF8E8M0 || dtype == DType::kU8;
}

float ScaleAt(DType dtype, const char* bytes) {
  const uint32_t bits = BitsAt(bytes, static_cast<size_t>(DTypeBytes(dtype)));
  switch (dtype) {
    case DType::kF32: return std::bit_cast<float>(bits);
    case DType::kBF16: return Bf16ToFloat(static_cast<uint16_t>(bits));
    case DType::kF16: return F16ToFloat(static_cast<uint16_t>(bits));
    default: FATHOM_CHECK(IsScaleType(dtype)); return PowerOfTwo(bits);
  }
}

std::vector<uint64_t> ScaleShape(uint64_t rows, uint64_t columns,
                                 uint64_t block_rows, uint64_t block_columns) {
  return {Blocks(rows, block_rows), Blocks(columns, block_columns)};
}

bool IsScaleShape(absl::Span<const uint64_t> shape,
                  absl::Span<const uint64_t> expected) {
  auto is_one = [](uint64_t size) { return size == 1; };
  if (std::all_of(expected.begin(), expected.end(), is_one)) {
    return shape.size() <= expected.size() &&
           std::all_of(shape.begin(), shape.end(), is_one);
  }
  return shape == expected;
}

}  // namespace fathom::rt
