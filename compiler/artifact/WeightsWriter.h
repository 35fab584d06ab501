//===- WeightsWriter.h - Writes weights.safetensors -------------*- C++ -*-===//
//
// Carries out a plan, straight from the sources to the file, on several threads
// and in bounded memory: the file is made of blocks of 4 MiB, each of which one
// thread packs, digests and writes.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_WEIGHTSWRITER_H
#define FATHOM_COMPILER_ARTIFACT_WEIGHTSWRITER_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/artifact/PackPlan.h"
#include "compiler/artifact/TensorSource.h"
#include "compiler/artifact/WeightsLayout.h"
#include "runtime/io/digest.h"

namespace fathom {

inline constexpr uint64_t kWeightsBlockBytes = rt::kDigestBlockBytes;
/// More threads wait for memory and disk, and each holds some 30 MiB.
inline constexpr unsigned kPackThreadsMax = 16;

struct PackProgress {
  uint64_t bytesDone;
  uint64_t bytesTotal;
  uint64_t weightsDone;
  uint64_t weightsTotal;
};
/// Called from one thread at a time.
using ProgressFunction = std::function<void(const PackProgress &)>;

struct WrittenWeights {
  WeightsLayout layout;
  std::vector<uint8_t> blockDigests; // 16 bytes each.
};

/// Writes the file to `fd`, which is empty; `name` is for messages. The bytes
/// do not depend on `threads` (0: as many as the machine has).
absl::StatusOr<WrittenWeights> writeWeights(const PackPlan &plan,
                                            const TensorSource &source, int fd,
                                            const std::string &name,
                                            unsigned threads,
                                            const ProgressFunction &progress);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_WEIGHTSWRITER_H
