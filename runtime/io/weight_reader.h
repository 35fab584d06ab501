// The values of one weight, widened to float exactly, a few rows at a time:
// bf16, f16 and f32 as they are, float8 blocks by their scales to bf16.
#ifndef FATHOM_RUNTIME_IO_WEIGHT_READER_H_
#define FATHOM_RUNTIME_IO_WEIGHT_READER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/io/checkpoint.h"

namespace fathom::rt {

// A scale that is NaN or infinite is refused, as is such a value. A scale of 0
// makes its block 0 and a negative one turns its signs: both are what the
// checkpoint says, and are taken as they stand.
class WeightReader {
 public:
  // `checkpoint` must outlive the reader. `tensor` is a vector (one row) or a
  // matrix of bf16, f16 or f32.
  static absl::StatusOr<WeightReader> Open(const Checkpoint& checkpoint,
                                           const TensorInfo& tensor);
  // `tensor` holds float8 codes, `scales` one number a block of `block_rows` x
  // `block_columns` (see block_scales.h); blocks at the edges may be partial.
  static absl::StatusOr<WeightReader> OpenBlocks(const Checkpoint& checkpoint,
                                                 const TensorInfo& tensor,
                                                 const TensorInfo& scales,
                                                 uint64_t block_rows,
                                                 uint64_t block_columns);

  uint64_t rows() const { return rows_; }
  uint64_t columns() const { return columns_; }

  // Fills `out` with whole rows from `first_row` on; its size is a multiple of
  // columns(). Allocates as many bytes as it reads. Safe from any thread.
  absl::Status ReadRows(uint64_t first_row, absl::Span<float> out) const;

 private:
  WeightReader(const Checkpoint& checkpoint, const TensorInfo& tensor);
  absl::Status ReadScales(const TensorInfo& scales);
  void Widen(uint64_t row, absl::Span<const char> bytes, float* out) const;

  const Checkpoint* checkpoint_;
  const TensorInfo* tensor_;
  uint64_t rows_;
  uint64_t columns_;
  // Of float8 codes.
  uint64_t block_rows_ = 0;
  uint64_t block_columns_ = 0;
  std::vector<float> scales_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_WEIGHT_READER_H_
