//===- TensorFile.cpp - Small safetensors files of the tests --------------===//
//
// Reading uses the same header parser as checkpoints do.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/TensorFile.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "runtime/io/safetensors.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/raw_ostream.h"

namespace fathom {

static constexpr uint64_t kBytesMax = uint64_t{1} << 30;

absl::StatusOr<TensorFile> TensorFile::read(const std::string &path) {
  FATHOM_ASSIGN_OR_RETURN(rt::File file, rt::File::Open(path));
  FATHOM_ASSIGN_OR_RETURN(std::string bytes, file.ReadAll(kBytesMax));
  FATHOM_ASSIGN_OR_RETURN(uint64_t headerBytes, rt::ReadSafetensorsHeaderBytes(
                                                    bytes, bytes.size(), path));
  FATHOM_ASSIGN_OR_RETURN(
      auto tensors,
      rt::ParseSafetensorsHeader(
          absl::string_view(bytes).substr(8, headerBytes), bytes.size(), path));
  TensorFile result;
  for (const rt::TensorInfo &tensor : tensors) {
    bool isInteger = tensor.dtype == rt::DType::kI32;
    if (!isInteger && tensor.dtype != rt::DType::kF32)
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": is of ", rt::DTypeName(tensor.dtype),
                       ", expected F32 or I32"));
    int64_t count = (tensor.end_bytes - tensor.begin_bytes) / 4;
    int64_t columns = tensor.shape.empty() ? 1 : tensor.shape.back();
    Matrix matrix(columns ? count / columns : 0, columns);
    for (int64_t i = 0; i < count; ++i) {
      uint32_t bits = llvm::support::endian::read32le(
          bytes.data() + tensor.begin_bytes + 4 * i);
      matrix.values[i] = isInteger ? llvm::bit_cast<int32_t>(bits)
                                   : llvm::bit_cast<float>(bits);
    }
    result.matrices[tensor.name] = std::move(matrix);
  }
  return result;
}

const Matrix &TensorFile::at(llvm::StringRef name) const {
  static const Matrix kNone;
  auto found = matrices.find(name.str());
  return found == matrices.end() ? kNone : found->second;
}

void TensorFile::add(llvm::StringRef name, std::vector<int64_t> shape,
                     llvm::ArrayRef<double> values, bool isInteger) {
  size_t begin = data.size();
  for (double value : values) {
    char bytes[4];
    llvm::support::endian::write32le(
        bytes, isInteger ? static_cast<uint32_t>(static_cast<int32_t>(value))
                         : llvm::bit_cast<uint32_t>(static_cast<float>(value)));
    data.append(bytes, sizeof(bytes));
  }
  absl::StrAppend(&header, header.empty() ? "" : ",", "\"", name.str(),
                  "\":{\"dtype\":\"", isInteger ? "I32" : "F32",
                  "\",\"shape\":[", absl::StrJoin(shape, ","),
                  "],\"data_offsets\":[", begin, ",", data.size(), "]}");
}

absl::Status TensorFile::write(const std::string &path) const {
  std::error_code error;
  llvm::raw_fd_ostream out(path, error);
  std::string json = "{" + header + "}";
  char bytes[8];
  llvm::support::endian::write64le(bytes, json.size());
  if (!error) {
    out << llvm::StringRef(bytes, sizeof(bytes)) << json << data;
    out.close();
    error = out.error();
    out.clear_error();
  }
  return error ? absl::FailedPreconditionError(
                     absl::StrCat(path, ": cannot write: ", error.message()))
               : absl::OkStatus();
}

} // namespace fathom
