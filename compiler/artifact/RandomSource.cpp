//===- RandomSource.cpp - Seeded weights for benchmarks -------------------===//
//
// A counter-based generator: element i is a hash of (key, i), so any range can
// be made by any thread.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/RandomSource.h"

#include <cstring>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "compiler/artifact/Convert.h"
#include "runtime/base/quoting.h"
#include "runtime/io/half.h"

namespace fathom {

/// sqrt(3) * 0.02: uniform values up to this have a deviation of 0.02.
static constexpr float kReach = 0.034641f;
/// Random codes have a deviation of about 100.
static constexpr float kScale = 0.0002f;

static rt::DType dtypeOf(Storage storage) {
  switch (storage) {
  case Storage::f32:
    return rt::DType::kF32;
  case Storage::f16:
    return rt::DType::kF16;
  case Storage::bf16:
    break;
  }
  return rt::DType::kBF16;
}

static bool isNorm(const std::string &name) {
  auto endsWith = [&](const char *end) {
    size_t size = std::strlen(end);
    return name.size() >= size &&
           name.compare(name.size() - size, size, end) == 0;
  };
  return endsWith("norm.weight");
}

RandomSource::RandomSource(const PackPlan &plan, uint64_t seed) : seed(seed) {
  for (const SourceTensor &tensor : plan.sources) {
    if (tensor.scales) {
      auto blocks = [](uint64_t size, uint64_t block) {
        return (size + block - 1) / block;
      };
      add(tensor.name, rt::DType::kF8E4M3, tensor.shape, 0, 448);
      add(tensor.scales->tensor, rt::DType::kF32,
          {blocks(tensor.shape[0], tensor.scales->rows),
           blocks(tensor.shape[1], tensor.scales->columns)},
          kScale, 0);
      continue;
    }
    bool norm = isNorm(tensor.name);
    add(tensor.name, dtypeOf(tensor.value), tensor.shape, norm ? 1.f : 0.f,
        kReach);
  }
}

void RandomSource::add(const std::string &name, rt::DType dtype,
                       std::vector<uint64_t> shape, float middle, float reach) {
  uint64_t handle = tensors.size();
  if (!byName.emplace(name, handle).second)
    return;
  uint64_t key = XXH3_64bits_withSeed(name.data(), name.size(), seed);
  tensors.push_back({{dtype, std::move(shape), handle}, key, middle, reach});
}

absl::StatusOr<FoundTensor> RandomSource::find(const std::string &name) const {
  auto found = byName.find(name);
  if (found == byName.end())
    return absl::NotFoundError(absl::StrCat("no tensor ", rt::Shown(name)));
  return tensors[found->second].found;
}

/// 32 well-mixed bits of a counter (the finaliser of murmur3, keyed twice).
static uint32_t mixed(uint64_t key, uint64_t index) {
  uint32_t bits = static_cast<uint32_t>(index) ^ static_cast<uint32_t>(key);
  bits += static_cast<uint32_t>(index >> 32) * 0x9e3779b9u;
  bits = (bits ^ bits >> 16) * 0x85ebca6bu;
  bits ^= static_cast<uint32_t>(key >> 32);
  bits = (bits ^ bits >> 13) * 0xc2b2ae35u;
  return bits ^ bits >> 16;
}

/// Values of elements [first, first + count), stored by `store(i, value)`.
template <typename Store>
static void generate(uint64_t key, uint64_t first, uint64_t count, float middle,
                     float reach, Store store) {
  float step = reach * 0x1p-23f;
  for (uint64_t i = 0; i < count; ++i) {
    auto whole = static_cast<int32_t>(mixed(key, first + i) >> 8);
    store(i, static_cast<float>(whole - (1 << 23)) * step + middle);
  }
}

absl::Status RandomSource::read(const FoundTensor &tensor, uint64_t byteOffset,
                                uint64_t byteCount, char *out) const {
  const Tensor &own = tensors[tensor.handle];
  uint64_t size = rt::DTypeBytes(tensor.dtype);
  uint64_t first = byteOffset / size, count = byteCount / size;
  switch (tensor.dtype) {
  case rt::DType::kF32:
    generate(
        own.key, first, count, own.middle, own.reach,
        [&](uint64_t i, float value) { std::memcpy(out + 4 * i, &value, 4); });
    break;
  case rt::DType::kF16:
  case rt::DType::kBF16: {
    bool half = tensor.dtype == rt::DType::kF16;
    generate(own.key, first, count, own.middle, own.reach,
             [&](uint64_t i, float value) {
               uint16_t bits =
                   half ? rt::FloatToF16(value) : rt::FloatToBf16(value);
               std::memcpy(out + 2 * i, &bits, 2);
             });
    break;
  }
  default: // Codes of any size up to the largest, never the NaN.
    for (uint64_t i = 0; i < count; ++i) {
      uint32_t bits = mixed(own.key, first + i);
      out[i] = static_cast<char>((bits & 0x80u) | (bits >> 8) % 0x7fu);
    }
  }
  return absl::OkStatus();
}

} // namespace fathom
