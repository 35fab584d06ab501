//===- Digest.h - Digests of what an artifact holds -------------*- C++ -*-===//
//
// SHA-256 for what is read once, XXH3-128 for the blocks of the weights.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_DIGEST_H
#define FATHOM_COMPILER_ARTIFACT_DIGEST_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fathom {

/// 32 bytes.
std::vector<uint8_t> sha256(const void *data, size_t bytes);

/// Of a file, read in pieces.
absl::StatusOr<std::vector<uint8_t>> sha256OfFile(const std::string &path);

/// Writes the 16 bytes of XXH3-128 in their canonical (big-endian) order.
void blockDigest(const void *data, size_t bytes, uint8_t *out);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_DIGEST_H
