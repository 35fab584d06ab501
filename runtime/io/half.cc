#include "runtime/io/half.h"

namespace fathom::rt {
namespace {

// A float type of one sign bit, `kExponent` bits and `kMantissa` bits.
template <int kExponent, int kMantissa>
struct Format {
  static constexpr int kBias = (1 << (kExponent - 1)) - 1;
  static constexpr uint32_t kMantissaMask = (1u << kMantissa) - 1;
  static constexpr uint32_t kMagnitudeMask =
      (1u << (kExponent + kMantissa)) - 1;

  // The value of finite bits; what infinity and NaN are is the caller's.
  static float Widen(uint32_t bits) {
    uint32_t exponent = (bits & kMagnitudeMask) >> kMantissa;
    uint32_t mantissa = bits & kMantissaMask;
    // Powers of two that float holds: the product below is exact.
    int power = static_cast<int>(exponent == 0 ? 1 : exponent) - kBias;
    if (exponent != 0) mantissa |= kMantissaMask + 1;
    float scale = std::bit_cast<float>(
        static_cast<uint32_t>(power - kMantissa + 127) << 23);
    float magnitude = static_cast<float>(mantissa) * scale;
    return bits > kMagnitudeMask ? -magnitude : magnitude;
  }

  // The magnitude's bits nearest to `value`, which is finite; they may lie
  // beyond the largest finite ones.
  static uint32_t Narrow(uint32_t value) {
    uint32_t magnitude = value & 0x7fffffffu;
    int exponent = static_cast<int>(magnitude >> 23) - 127;
    int shift = 23 - kMantissa;
    uint32_t mantissa = magnitude & 0x7fffffu;
    uint32_t base = 0;
    if (exponent >= 1 - kBias) {
      base = static_cast<uint32_t>(exponent + kBias) << kMantissa;
    } else {
      mantissa |= 0x800000u;
      shift += 1 - kBias - exponent;
      if (shift > 25) return 0;
    }
    uint32_t kept = mantissa >> shift;
    uint32_t lost = mantissa & ((1u << shift) - 1);
    uint32_t half = 1u << (shift - 1);
    if (lost > half || (lost == half && ((base + kept) & 1u))) ++kept;
    // A carry out of the mantissa is the next exponent.
    return base + kept;
  }
};

using F16 = Format<5, 10>;
using F8 = Format<4, 3>;

constexpr uint32_t kF16Infinity = 0x7c00;
constexpr uint32_t kF8NaN = 0x7f;
constexpr uint32_t kFloatInfinity = 0x7f800000;

}  // namespace

float F16ToFloat(uint16_t bits) {
  uint32_t magnitude = bits & F16::kMagnitudeMask;
  if (magnitude < kF16Infinity) return F16::Widen(bits);
  uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  return std::bit_cast<float>(sign | kFloatInfinity |
                              ((magnitude & F16::kMantissaMask) << 13));
}

uint16_t FloatToF16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t sign = (bits >> 16) & 0x8000u;
  uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t result = 0;
  if (magnitude > kFloatInfinity) {
    result = kF16Infinity | 0x200u | ((magnitude >> 13) & 0x3ffu);
  } else if (magnitude >= 0x47800000u) {  // 65536
    result = kF16Infinity;
  } else {
    result = F16::Narrow(bits);  // 65520 and more carry into infinity
  }
  return static_cast<uint16_t>(sign | result);
}

float F8E4M3ToFloat(uint8_t bits) {
  if ((bits & 0x7fu) == kF8NaN) {
    return std::bit_cast<float>((uint32_t{bits} & 0x80u) << 24 | 0x7fc00000u);
  }
  return F8::Widen(bits);
}

uint8_t FloatToF8E4M3(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t sign = (bits >> 24) & 0x80u;
  uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t result = kF8NaN;
  if (magnitude < 0x44000000u) {  // 512
    result = F8::Narrow(bits);
    if (result > kF8NaN) result = kF8NaN;
  }
  return static_cast<uint8_t>(sign | result);
}

}  // namespace fathom::rt
