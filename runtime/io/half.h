// The small float types that weights are stored in, to and from float: to it
// exactly, from it to the nearest, ties to even.
#ifndef FATHOM_RUNTIME_IO_HALF_H_
#define FATHOM_RUNTIME_IO_HALF_H_

#include <bit>
#include <cstdint>

namespace fathom::rt {

inline float Bf16ToFloat(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

inline uint16_t FloatToBf16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  // A NaN stays one: rounding could carry it into infinity.
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    return static_cast<uint16_t>((bits >> 16) | 0x40u);
  }
  bits += 0x7fffu + ((bits >> 16) & 1u);
  return static_cast<uint16_t>(bits >> 16);
}

float F16ToFloat(uint16_t bits);
// Beyond 65504 and a half step: infinity.
uint16_t FloatToF16(float value);

// float8_e4m3fn: no infinities, 0x7f and 0xff are NaN.
float F8E4M3ToFloat(uint8_t bits);
// Beyond 448 and a half step: NaN, as PyTorch has it.
uint8_t FloatToF8E4M3(float value);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_HALF_H_
