//===- Digest.cpp - Digests of what an artifact holds ---------------------===//
//
// By libcrypto and xxhash.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/Digest.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "compiler/artifact/FileOutput.h"
#include "runtime/base/status.h"

namespace fathom {

static constexpr size_t kSha256Bytes = 32;
static constexpr size_t kPieceBytes = size_t{1} << 20;

namespace {
struct DigestContext {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  DigestContext() {
    FATHOM_CHECK(context && EVP_DigestInit_ex(context, EVP_sha256(), nullptr));
  }
  ~DigestContext() { EVP_MD_CTX_free(context); }
  void add(const void *data, size_t bytes) {
    FATHOM_CHECK(EVP_DigestUpdate(context, data, bytes));
  }
  std::vector<uint8_t> result() {
    std::vector<uint8_t> digest(kSha256Bytes);
    FATHOM_CHECK(EVP_DigestFinal_ex(context, digest.data(), nullptr));
    return digest;
  }
};
} // namespace

std::vector<uint8_t> sha256(const void *data, size_t bytes) {
  DigestContext context;
  context.add(data, bytes);
  return context.result();
}

absl::StatusOr<std::vector<uint8_t>> sha256OfFile(const std::string &path) {
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0)
    return machineError("cannot open", path, errno);
  DigestContext context;
  std::vector<char> piece(kPieceBytes);
  while (true) {
    ssize_t got = read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return machineError("cannot read", path, errno);
    if (got == 0)
      return context.result();
    context.add(piece.data(), static_cast<size_t>(got));
  }
}

void blockDigest(const void *data, size_t bytes, uint8_t *out) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, bytes));
  std::memcpy(out, canonical.digest, sizeof canonical.digest);
}

} // namespace fathom
