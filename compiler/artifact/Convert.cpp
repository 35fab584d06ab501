//===- Convert.cpp - Element types of weights -----------------------------===//
//
// On bit patterns, so that the result does not depend on the machine.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/Convert.h"

#include <array>
#include <bit>
#include <cstring>

#include "runtime/io/half.h"

namespace fathom {

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

/// The index of the first of `count` values at `at` whose exponent is that of
/// infinity and NaN, or `count`.
template <typename Bits>
size_t firstNotFinite(const char *at, size_t count, Bits exponent) {
  Bits seen = 0;
  for (size_t i = 0; i < count; ++i)
    seen |= (load<Bits>(at + sizeof(Bits) * i) & exponent) == exponent;
  if (!seen)
    return count;
  size_t i = 0;
  while ((load<Bits>(at + sizeof(Bits) * i) & exponent) != exponent)
    ++i;
  return i;
}

size_t firstNotFinite(const char *at, size_t count, Storage storage) {
  switch (storage) {
  case Storage::f32:
    return firstNotFinite<uint32_t>(at, count, 0x7f800000u);
  case Storage::f16:
    return firstNotFinite<uint16_t>(at, count, 0x7c00u);
  case Storage::bf16:
    return firstNotFinite<uint16_t>(at, count, 0x7f80u);
  }
  return count;
}

/// Stores what `valueAt(i)` returns for each i, as `to`.
template <typename ValueAt>
size_t storeAll(size_t count, Storage to, char *out, ValueAt valueAt) {
  switch (to) {
  case Storage::f32:
    for (size_t i = 0; i < count; ++i)
      store<float>(out + 4 * i, valueAt(i));
    break;
  case Storage::f16:
    for (size_t i = 0; i < count; ++i)
      store(out + 2 * i, rt::FloatToF16(valueAt(i)));
    break;
  case Storage::bf16:
    for (size_t i = 0; i < count; ++i)
      store(out + 2 * i, rt::FloatToBf16(valueAt(i)));
    break;
  }
  return firstNotFinite(out, count, to);
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
    return firstNotFinite(out, count, to);
  }
  switch (from) {
  case rt::DType::kF32:
    return storeAll(count, to, out,
                    [&](size_t i) { return load<float>(in + 4 * i); });
  case rt::DType::kF16:
    return storeAll(count, to, out, [&](size_t i) {
      return rt::F16ToFloat(load<uint16_t>(in + 2 * i));
    });
  default:
    return storeAll(count, to, out, [&](size_t i) {
      return rt::Bf16ToFloat(load<uint16_t>(in + 2 * i));
    });
  }
}

size_t convertScaled(const char *codes, size_t count, float scale, Storage to,
                     char *out) {
  static const std::array<float, 256> values = [] {
    std::array<float, 256> table;
    for (int code = 0; code < 256; ++code)
      table[code] = rt::F8E4M3ToFloat(static_cast<uint8_t>(code));
    return table;
  }();
  return storeAll(count, to, out, [&](size_t i) {
    float value = values[static_cast<uint8_t>(codes[i])] * scale;
    return rt::Bf16ToFloat(rt::FloatToBf16(value));
  });
}

} // namespace fathom
