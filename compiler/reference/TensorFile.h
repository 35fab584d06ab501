//===- TensorFile.h - Small safetensors files of the tests ------*- C++ -*-===//
//
// Whole files of float32 and int32 tensors, read into matrices and written.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_TENSORFILE_H
#define FATHOM_COMPILER_REFERENCE_TENSORFILE_H

#include "absl/status/statusor.h"
#include "compiler/reference/Interpreter.h"

namespace fathom {

class TensorFile {
public:
  static absl::StatusOr<TensorFile> read(const std::string &path);

  /// The tensor as a matrix whose columns are its last dimension; of no rows
  /// where there is none of that name.
  const Matrix &at(llvm::StringRef name) const;

  /// Adds a tensor of float32, or of int32.
  void add(llvm::StringRef name, std::vector<int64_t> shape,
           llvm::ArrayRef<double> values, bool isInteger = false);
  absl::Status write(const std::string &path) const;

private:
  std::map<std::string, Matrix> matrices;
  std::string header, data;
};

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_TENSORFILE_H
