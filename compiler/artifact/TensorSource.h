//===- TensorSource.h - Where the values of tensors come from ---*- C++ -*-===//
//
// A checkpoint, seeded random numbers, or a test's own tensors.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_TENSORSOURCE_H
#define FATHOM_COMPILER_ARTIFACT_TENSORSOURCE_H

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/io/safetensors.h"

namespace fathom {

struct FoundTensor {
  rt::DType dtype;
  std::vector<uint64_t> shape;
  uint64_t handle; // The source's own.
};

/// Thread-safe: several threads read at once.
class TensorSource {
public:
  virtual ~TensorSource() = default;

  /// NotFound where there is no tensor of that name.
  virtual absl::StatusOr<FoundTensor> find(const std::string &name) const = 0;

  /// Writes `byteCount` bytes of the tensor from `byteOffset` on to `out`.
  virtual absl::Status read(const FoundTensor &tensor, uint64_t byteOffset,
                            uint64_t byteCount, char *out) const = 0;
};

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_TENSORSOURCE_H
