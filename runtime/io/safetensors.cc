#include "runtime/io/safetensors.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/checked.h"
#include "runtime/base/file_signs.h"
#include "runtime/base/json.h"
#include "runtime/base/located.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr uint64_t kLengthBytes = 8;

struct DTypeRow {
  DType dtype;
  const char* name;
  uint64_t bytes;
};
constexpr DTypeRow kDTypes[] = {
    {DType::kBool, "BOOL", 1},      {DType::kU8, "U8", 1},
    {DType::kI8, "I8", 1},          {DType::kI16, "I16", 2},
    {DType::kU16, "U16", 2},        {DType::kI32, "I32", 4},
    {DType::kI64, "I64", 8},        {DType::kF16, "F16", 2},
    {DType::kBF16, "BF16", 2},      {DType::kF32, "F32", 4},
    {DType::kF64, "F64", 8},        {DType::kF8E4M3, "F8_E4M3", 1},
    {DType::kF8E5M2, "F8_E5M2", 1}, {DType::kF8E8M0, "F8_E8M0", 1},
};

absl::Status Wrong(absl::string_view what, const TensorInfo& tensor,
                   absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": tensor '", Shown(tensor.name), "' ", text));
}

absl::StatusOr<DType> ReadDType(const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, value.AsString());
  for (const DTypeRow& row : kDTypes) {
    if (name == row.name) return row.dtype;
  }
  return value.Expected("a dtype of safetensors, as \"BF16\"");
}

absl::StatusOr<uint64_t> ReadShape(const JsonValue& value,
                                   absl::string_view what, TensorInfo* tensor) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> dims, value.AsArray());
  if (dims.size() > kSafetensorsRankMax) {
    return Wrong(what, *tensor,
                 absl::StrCat("has rank ", dims.size(), ", expected at most ",
                              kSafetensorsRankMax));
  }
  std::optional<uint64_t> bytes = DTypeBytes(tensor->dtype);
  for (const JsonValue& dim : dims) {
    FATHOM_ASSIGN_OR_RETURN(uint64_t size, dim.AsUnsigned(0, INT64_MAX));
    tensor->shape.push_back(size);
    if (bytes) bytes = CheckedMul(*bytes, size);
  }
  if (!bytes) {
    return Wrong(what, *tensor, "has a shape whose bytes do not fit 64 bits");
  }
  return *bytes;
}

absl::StatusOr<TensorInfo> ReadTensor(const JsonMember& member,
                                      uint64_t data_begin_bytes,
                                      absl::string_view what) {
  TensorInfo tensor{std::string(member.first), DType::kU8, {}, 0, 0, 0};
  if (tensor.name.empty() || tensor.name.size() > kSafetensorsNameBytesMax) {
    return Wrong(
        what, tensor,
        absl::StrCat("has a name of ", tensor.name.size(),
                     " bytes, expected 1 to ", kSafetensorsNameBytesMax));
  }
  FATHOM_ASSIGN_OR_RETURN(auto keys, member.second.AsObject());
  if (keys.size() != 3) {
    return member.second.Expected("dtype, shape and data_offsets alone");
  }
  FATHOM_ASSIGN_OR_RETURN(JsonValue dtype, member.second.Get("dtype"));
  FATHOM_ASSIGN_OR_RETURN(tensor.dtype, ReadDType(dtype));
  FATHOM_ASSIGN_OR_RETURN(JsonValue shape, member.second.Get("shape"));
  FATHOM_ASSIGN_OR_RETURN(uint64_t bytes, ReadShape(shape, what, &tensor));
  FATHOM_ASSIGN_OR_RETURN(JsonValue range, member.second.Get("data_offsets"));
  FATHOM_ASSIGN_OR_RETURN(auto ends, range.AsArray());
  if (ends.size() != 2) return range.Expected("two offsets");
  FATHOM_ASSIGN_OR_RETURN(uint64_t begin, ends[0].AsUnsigned(0, UINT64_MAX));
  FATHOM_ASSIGN_OR_RETURN(uint64_t end, ends[1].AsUnsigned(0, UINT64_MAX));
  if (begin > end || end - begin != bytes) {
    return Wrong(what, tensor,
                 absl::StrCat("lies at [", begin, ", ", end, "), expected ",
                              bytes, " bytes by its shape and dtype"));
  }
  std::optional<uint64_t> file_end = CheckedAdd(end, data_begin_bytes);
  if (!file_end) {
    return Wrong(what, tensor,
                 absl::StrCat("ends at ", end,
                              " of the data, expected an end in 64 bits"));
  }
  tensor.begin_bytes = data_begin_bytes + begin;
  tensor.end_bytes = *file_end;
  return tensor;
}

}  // namespace

absl::string_view DTypeName(DType dtype) {
  return kDTypes[static_cast<size_t>(dtype)].name;
}

uint64_t DTypeBytes(DType dtype) {
  return kDTypes[static_cast<size_t>(dtype)].bytes;
}

absl::StatusOr<uint64_t> ReadSafetensorsHeaderBytes(absl::string_view start,
                                                    uint64_t file_bytes,
                                                    absl::string_view what) {
  if (file_bytes < kLengthBytes || start.size() < kLengthBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": has ", file_bytes,
                     " bytes, expected at least 8 of a safetensors header",
                     LooksLike(start)));
  }
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < kLengthBytes; ++i) {
    bytes |= uint64_t{static_cast<uint8_t>(start[i])} << (8 * i);
  }
  uint64_t most =
      std::min(kSafetensorsHeaderBytesMax, file_bytes - kLengthBytes);
  if (bytes < 2 || bytes > most) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, ": declares a header of ", bytes, " bytes, expected 2 to ", most,
        " in a file of ", file_bytes, LooksLike(start)));
  }
  return bytes;
}

absl::StatusOr<std::vector<TensorInfo>> ParseSafetensorsHeader(
    absl::string_view json, uint64_t file_bytes, absl::string_view what) {
  std::optional<uint64_t> data_begin = CheckedAdd(json.size(), kLengthBytes);
  if (!data_begin || *data_begin > file_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, ": the header ends after the file's ", file_bytes, " bytes"));
  }
  auto document = JsonDocument::Parse(json, what, kJsonLargeValuesMax,
                                      JsonDialect::kStrict);
  if (!document.ok()) {
    // Columns are the header's, not the file's.
    return Located(document.status(), absl::StrCat(what, ": not JSON"),
                   absl::StrCat(what, ": its header is not JSON"));
  }
  FATHOM_ASSIGN_OR_RETURN(auto members, document->root().AsObject());
  if (members.size() > kSafetensorsTensorsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": holds ", members.size(),
                     " entries, expected at most ", kSafetensorsTensorsMax));
  }
  std::vector<TensorInfo> tensors;
  for (const JsonMember& member : members) {
    if (member.first == "__metadata__") {
      FATHOM_ASSIGN_OR_RETURN(auto pairs, member.second.AsObject());
      for (const JsonMember& pair : pairs) {
        FATHOM_RETURN_IF_ERROR(pair.second.AsString().status());
      }
      continue;
    }
    FATHOM_ASSIGN_OR_RETURN(TensorInfo tensor,
                            ReadTensor(member, *data_begin, what));
    tensors.push_back(std::move(tensor));
  }
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorInfo& a, const TensorInfo& b) {
              if (a.begin_bytes != b.begin_bytes) {
                return a.begin_bytes < b.begin_bytes;
              }
              if (a.end_bytes != b.end_bytes) return a.end_bytes < b.end_bytes;
              return a.name < b.name;
            });
  uint64_t next_bytes = *data_begin;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin_bytes != next_bytes) {
      return Wrong(
          what, tensor,
          absl::StrCat("begins at byte ", tensor.begin_bytes, ", expected ",
                       next_bytes, " where the one before it ends"));
    }
    next_bytes = tensor.end_bytes;
  }
  if (next_bytes != file_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": its tensors end at byte ", next_bytes,
                     ", expected ", file_bytes, " where the file ends"));
  }
  return tensors;
}

}  // namespace fathom::rt
