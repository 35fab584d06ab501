//===- RandomSource.h - Seeded weights for benchmarks -----------*- C++ -*-===//
//
// Gives every tensor that a plan names values that depend on the seed, the
// tensor's name and the element's index alone.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_RANDOMSOURCE_H
#define FATHOM_COMPILER_ARTIFACT_RANDOMSOURCE_H

#include <unordered_map>

#include "compiler/artifact/PackPlan.h"
#include "compiler/artifact/TensorSource.h"

namespace fathom {

/// Uniform values with a standard deviation of 0.02; around 1 for norms, so
/// that activations keep their size.
class RandomSource : public TensorSource {
public:
  RandomSource(const PackPlan &plan, uint64_t seed);

  absl::StatusOr<FoundTensor> find(const std::string &name) const override;
  absl::Status read(const FoundTensor &tensor, uint64_t byteOffset,
                    uint64_t byteCount, char *out) const override;

private:
  struct Tensor {
    FoundTensor found;
    uint64_t key; // Of the generator.
    float middle; // Of the values,
    float reach;  // and how far they go from it.
  };
  void add(const std::string &name, rt::DType dtype,
           std::vector<uint64_t> shape, float middle, float reach);

  uint64_t seed;
  std::vector<Tensor> tensors;
  std::unordered_map<std::string, uint64_t> byName;
};

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_RANDOMSOURCE_H
