#include "runtime/io/weight_reader.h"

#include <bit>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/block_scales.h"
#include "runtime/io/half.h"

namespace fathom::rt {
namespace {

template <typename Bits>
Bits BitsAt(const char* bytes) {
  Bits bits = 0;
  for (size_t i = 0; i < sizeof(Bits); ++i) {
    bits = static_cast<Bits>(
        bits |
        static_cast<Bits>(Bits{static_cast<uint8_t>(bytes[i])} << (8 * i)));
  }
  return bits;
}

float FloatAt(const char* bytes) {
  return std::bit_cast<float>(BitsAt<uint32_t>(bytes));
}

uint64_t Blocks(uint64_t size, uint64_t block) {
  return size / block + (size % block != 0);
}

absl::Status Wrong(const Checkpoint& checkpoint, const TensorInfo& tensor,
                   absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat(Shown(checkpoint.files()[tensor.shard].path()), ": tensor '",
                   Shown(tensor.name), "' ", text));
}

// Neither NaN nor infinite, or an error that says where.
absl::Status CheckFinite(const Checkpoint& checkpoint, const TensorInfo& tensor,
                         uint64_t first, absl::Span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return Wrong(checkpoint, tensor,
                   absl::StrCat("is ", values[i], " at index ", first + i,
                                ", expected finite values"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

WeightReader::WeightReader(const Checkpoint& checkpoint,
                           const TensorInfo& tensor)
    : checkpoint_(&checkpoint),
      tensor_(&tensor),
      rows_(tensor.shape.size() == 2 ? tensor.shape[0] : 1),
      columns_(tensor.shape.empty() ? 1 : tensor.shape.back()) {}

absl::StatusOr<WeightReader> WeightReader::Open(const Checkpoint& checkpoint,
                                                const TensorInfo& tensor) {
  if (tensor.shape.empty() || tensor.shape.size() > 2) {
    return Wrong(checkpoint, tensor,
                 absl::StrCat("has rank ", tensor.shape.size(),
                              ", expected a vector or a matrix"));
  }
  switch (tensor.dtype) {
    case DType::kBF16:
    case DType::kF16:
    case DType::kF32: return WeightReader(checkpoint, tensor);
    default:
      return Wrong(checkpoint, tensor,
                   absl::StrCat("is of ", DTypeName(tensor.dtype),
                                ", expected BF16, F16 or F32"));
  }
}

absl::StatusOr<WeightReader> WeightReader::OpenBlocks(
    const Checkpoint& checkpoint, const TensorInfo& tensor,
    const TensorInfo& scales, uint64_t block_rows, uint64_t block_columns) {
  FATHOM_CHECK(block_rows > 0 && block_columns > 0);
  if (tensor.dtype != DType::kF8E4M3 || tensor.shape.size() != 2) {
    return Wrong(
        checkpoint, tensor,
        absl::StrCat("is of ", DTypeName(tensor.dtype), " and rank ",
                     tensor.shape.size(), ", expected a matrix of F8_E4M3"));
  }
  WeightReader reader(checkpoint, tensor);
  reader.block_rows_ = block_rows;
  reader.block_columns_ = block_columns;
  FATHOM_RETURN_IF_ERROR(reader.ReadScales(scales));
  return reader;
}

absl::Status WeightReader::ReadScales(const TensorInfo& scales) {
  const std::vector<uint64_t> expected =
      ScaleShape(rows_, columns_, block_rows_, block_columns_);
  if (!IsScaleType(scales.dtype) || !IsScaleShape(scales.shape, expected)) {
    return Wrong(
        *checkpoint_, scales,
        absl::StrCat("is of ", DTypeName(scales.dtype), " [",
                     absl::StrJoin(scales.shape, ", "), "], expected ",
                     kScaleTypes, " [", absl::StrJoin(expected, ", "), "]"));
  }
  std::string bytes(static_cast<size_t>(scales.end_bytes - scales.begin_bytes),
                    '\0');
  FATHOM_RETURN_IF_ERROR(checkpoint_->Read(scales, 0, absl::MakeSpan(bytes)));
  const auto size = static_cast<size_t>(DTypeBytes(scales.dtype));
  scales_.resize(bytes.size() / size);
  for (size_t i = 0; i < scales_.size(); ++i) {
    scales_[i] = ScaleAt(scales.dtype, &bytes[i * size]);
  }
  return CheckFinite(*checkpoint_, scales, 0, scales_);
}

void WeightReader::Widen(uint64_t row, absl::Span<const char> bytes,
                         float* out) const {
  switch (tensor_->dtype) {
    case DType::kBF16:
      for (uint64_t i = 0; i < columns_; ++i) {
        out[i] = Bf16ToFloat(BitsAt<uint16_t>(&bytes[2 * i]));
      }
      break;
    case DType::kF16:
      for (uint64_t i = 0; i < columns_; ++i) {
        out[i] = F16ToFloat(BitsAt<uint16_t>(&bytes[2 * i]));
      }
      break;
    case DType::kF32:
      for (uint64_t i = 0; i < columns_; ++i) out[i] = FloatAt(&bytes[4 * i]);
      break;
    default: {
      const float* scales =
          &scales_[row / block_rows_ * Blocks(columns_, block_columns_)];
      for (uint64_t i = 0; i < columns_; ++i) {
        float value = F8E4M3ToFloat(BitsAt<uint8_t>(&bytes[i])) *
                      scales[i / block_columns_];
        out[i] = Bf16ToFloat(FloatToBf16(value));
      }
    }
  }
}

absl::Status WeightReader::ReadRows(uint64_t first_row,
                                    absl::Span<float> out) const {
  if (out.empty()) return absl::OkStatus();
  uint64_t count = out.size() / columns_;
  FATHOM_CHECK(out.size() % columns_ == 0 && first_row <= rows_ &&
               count <= rows_ - first_row);
  uint64_t row_bytes = columns_ * DTypeBytes(tensor_->dtype);
  std::string bytes(static_cast<size_t>(count * row_bytes), '\0');
  FATHOM_RETURN_IF_ERROR(checkpoint_->Read(*tensor_, first_row * row_bytes,
                                           absl::MakeSpan(bytes)));
  for (uint64_t i = 0; i < count; ++i) {
    Widen(first_row + i, absl::MakeConstSpan(bytes).subspan(i * row_bytes),
          &out[i * columns_]);
  }
  return CheckFinite(*checkpoint_, *tensor_, first_row * columns_, out);
}

}  // namespace fathom::rt
