//===- CheckpointSource.h - Values from a checkpoint ------------*- C++ -*-===//
//
// rt::Checkpoint as a source of tensors.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_CHECKPOINTSOURCE_H
#define FATHOM_COMPILER_ARTIFACT_CHECKPOINTSOURCE_H

#include "absl/types/span.h"
#include "compiler/artifact/TensorSource.h"
#include "runtime/io/checkpoint.h"

namespace fathom {

class CheckpointSource : public TensorSource {
public:
  /// `checkpoint` has to outlive this.
  explicit CheckpointSource(const rt::Checkpoint &checkpoint)
      : checkpoint(checkpoint) {}

  absl::StatusOr<FoundTensor> find(const std::string &name) const override {
    const rt::TensorInfo *tensor = checkpoint.Find(name);
    if (!tensor)
      return absl::NotFoundError("no such tensor");
    auto handle = static_cast<uint64_t>(tensor - checkpoint.tensors().data());
    return FoundTensor{tensor->dtype, tensor->shape, handle};
  }

  absl::Status read(const FoundTensor &tensor, uint64_t byteOffset,
                    uint64_t byteCount, char *out) const override {
    return checkpoint.Read(checkpoint.tensors()[tensor.handle], byteOffset,
                           absl::MakeSpan(out, byteCount));
  }

private:
  const rt::Checkpoint &checkpoint;
};

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_CHECKPOINTSOURCE_H
