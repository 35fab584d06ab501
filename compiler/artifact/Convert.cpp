//===- Convert.cpp - Element types of weights -----------------------------===//
//
// On bit patterns, so that the result does not depend on the machine.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/Convert.h"

#include <array>
#include <bit>
#include <cstring>

namespace fathom {

float floatFromBf16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

float floatFromF16(uint16_t bits) {
  uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  uint32_t rest = bits & 0x7fffu;
  if (rest >= 0x7c00) // Infinity and NaN.
    return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest < 0x400) { // Subnormal: rest * 2^-24, exact.
    float value = static_cast<float>(rest) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
  }
  return std::bit_cast<float>(sign | ((rest << 13) + (112u << 23)));
}

float floatFromF8E4M3(uint8_t bits) {
  uint32_t sign = uint32_t{bits & 0x80u} << 24;
  uint32_t rest = bits & 0x7fu;
  if (rest == 0x7f) // The only NaN; there is no infinity.
    return std::bit_cast<float>(sign | 0x7fc00000u);
  if (rest < 8) {
    float value = static_cast<float>(rest) * 0x1p-9f;
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
  }
  return std::bit_cast<float>(sign | ((rest << 20) + (120u << 23)));
}

uint16_t bf16FromFloat(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
  // A NaN stays one, and keeps what bits it can.
  uint32_t nan = bits >> 16 | 0x40u;
  return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? nan
                                                                  : rounded);
}

uint16_t f16FromFloat(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t sign = bits >> 16 & 0x8000u;
  uint32_t rest = bits & 0x7fffffffu;
  uint32_t result = 0;
  if (rest > 0x7f800000u) {
    result = 0x7e00u | (rest >> 13 & 0x3ffu);
  } else if (rest >= 0x47800000u) { // 65536 and more.
    result = 0x7c00u;
  } else if (rest < 0x38800000u) { // Below 2^-14: the addition rounds.
    float shifted = std::bit_cast<float>(rest) + 0.5f;
    result = std::bit_cast<uint32_t>(shifted) - 0x3f000000u;
  } else {
    result = (rest - (112u << 23) + 0xfffu + (rest >> 13 & 1)) >> 13;
  }
  return static_cast<uint16_t>(sign | result);
}

bool isPlainFloat(rt::DType dtype) {
  return dtype == rt::DType::kF32 || dtype == rt::DType::kF16 ||
         dtype == rt::DType::kBF16;
}

namespace {

template <typename T> T load(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename T> void store(char *at, T value) {
  std::memcpy(at, &value, sizeof value);
}

bool isFinite(float value) {
  return (std::bit_cast<uint32_t>(value) & 0x7fffffffu) < 0x7f800000u;
}

/// Stores what `valueAt(i)` returns for each i, as `to`.
template <typename ValueAt>
size_t storeAll(size_t count, Storage to, char *out, ValueAt valueAt) {
  uint32_t lost = 0;
  switch (to) {
  case Storage::f32:
    for (size_t i = 0; i < count; ++i)
      store<float>(out + 4 * i, valueAt(i));
    return count;
  case Storage::f16:
    for (size_t i = 0; i < count; ++i) {
      float value = valueAt(i);
      uint16_t bits = f16FromFloat(value);
      lost |= isFinite(value) && (bits & 0x7c00u) == 0x7c00u;
      store(out + 2 * i, bits);
    }
    break;
  case Storage::bf16:
    for (size_t i = 0; i < count; ++i) {
      float value = valueAt(i);
      uint16_t bits = bf16FromFloat(value);
      lost |= isFinite(value) && (bits & 0x7f80u) == 0x7f80u;
      store(out + 2 * i, bits);
    }
    break;
  }
  if (!lost)
    return count;
  uint16_t exponent = to == Storage::f16 ? 0x7c00u : 0x7f80u;
  for (size_t i = 0; i < count; ++i)
    if ((load<uint16_t>(out + 2 * i) & exponent) == exponent &&
        isFinite(valueAt(i)))
      return i;
  return count;
}

bool isSameType(rt::DType from, Storage to) {
  return (from == rt::DType::kF32 && to == Storage::f32) ||
         (from == rt::DType::kF16 && to == Storage::f16) ||
         (from == rt::DType::kBF16 && to == Storage::bf16);
}

} // namespace

size_t convert(rt::DType from, const char *in, size_t count, Storage to,
               char *out) {
  if (isSameType(from, to)) {
    std::memcpy(out, in, count * storageBytes(to));
    return count;
  }
  switch (from) {
  case rt::DType::kF32:
    return storeAll(count, to, out,
                    [&](size_t i) { return load<float>(in + 4 * i); });
  case rt::DType::kF16:
    return storeAll(count, to, out, [&](size_t i) {
      return floatFromF16(load<uint16_t>(in + 2 * i));
    });
  default:
    return storeAll(count, to, out, [&](size_t i) {
      return floatFromBf16(load<uint16_t>(in + 2 * i));
    });
  }
}

size_t convertScaled(const char *codes, size_t count, float scale, Storage to,
                     char *out) {
  static const std::array<float, 256> values = [] {
    std::array<float, 256> table;
    for (int code = 0; code < 256; ++code)
      table[code] = floatFromF8E4M3(static_cast<uint8_t>(code));
    return table;
  }();
  return storeAll(count, to, out, [&](size_t i) {
    float value = values[static_cast<uint8_t>(codes[i])] * scale;
    return floatFromBf16(bf16FromFloat(value));
  });
}

} // namespace fathom
