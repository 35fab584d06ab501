// The header of a safetensors file, checked so that what is accepted tiles the
// file: typed, uniquely named tensors without overlap, hole or spare bytes.
#ifndef FATHOM_RUNTIME_IO_SAFETENSORS_H_
#define FATHOM_RUNTIME_IO_SAFETENSORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

inline constexpr uint64_t kSafetensorsHeaderBytesMax = uint64_t{64} << 20;
inline constexpr uint64_t kSafetensorsTensorsMax = 262144;
inline constexpr uint64_t kSafetensorsRankMax = 8;
inline constexpr uint64_t kSafetensorsNameBytesMax = 512;

enum class DType {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kI32,
  kI64,
  kF16,
  kBF16,
  kF32,
  kF64,
  kF8E4M3,
  kF8E5M2,
  kF8E8M0,
};

// The name in the file, as "BF16".
absl::string_view DTypeName(DType dtype);
uint64_t DTypeBytes(DType dtype);

struct TensorInfo {
  std::string name;
  DType dtype;
  std::vector<uint64_t> shape;
  // Offsets into the file.
  uint64_t begin_bytes;
  uint64_t end_bytes;
  uint32_t shard;
};

// Checks the first eight bytes of a file of `file_bytes` bytes and returns how
// long the JSON after them is. `start` is what the file begins with (as many
// bytes as are at hand, for saying what a wrong file looks like).
absl::StatusOr<uint64_t> ReadSafetensorsHeaderBytes(absl::string_view start,
                                                    uint64_t file_bytes,
                                                    absl::string_view what);

// The tensors of a file in the order of their bytes. `json` is the header
// without its length.
absl::StatusOr<std::vector<TensorInfo>> ParseSafetensorsHeader(
    absl::string_view json, uint64_t file_bytes, absl::string_view what);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_SAFETENSORS_H_
