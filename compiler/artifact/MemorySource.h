//===- MemorySource.h - Tensors of a test -----------------------*- C++ -*-===//
//
// A source whose tensors lie in memory, for tests alone.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_MEMORYSOURCE_H
#define FATHOM_COMPILER_ARTIFACT_MEMORYSOURCE_H

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/artifact/TensorSource.h"

namespace fathom {

class MemorySource : public TensorSource {
public:
  template <typename T>
  void add(const std::string &name, rt::DType dtype,
           std::vector<uint64_t> shape, const std::vector<T> &values) {
    FoundTensor tensor{dtype, std::move(shape), bytes.size()};
    tensors.insert_or_assign(name, tensor);
    const char *data = reinterpret_cast<const char *>(values.data());
    bytes.emplace_back(data, data + values.size() * sizeof(T));
  }
  void remove(const std::string &name) { tensors.erase(name); }

  absl::StatusOr<FoundTensor> find(const std::string &name) const override {
    auto found = tensors.find(name);
    if (found == tensors.end())
      return absl::NotFoundError("no such tensor");
    return found->second;
  }
  absl::Status read(const FoundTensor &tensor, uint64_t byteOffset,
                    uint64_t byteCount, char *out) const override {
    const std::vector<char> &data = bytes[tensor.handle];
    if (byteOffset > data.size() || byteCount > data.size() - byteOffset)
      return absl::InternalError("read outside of a tensor");
    std::memcpy(out, data.data() + byteOffset, byteCount);
    return absl::OkStatus();
  }

private:
  std::map<std::string, FoundTensor> tensors;
  std::vector<std::vector<char>> bytes;
};

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_MEMORYSOURCE_H
