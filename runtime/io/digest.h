// Digests of what an artifact holds: SHA-256 where an attacker matters (code,
// manifest), XXH3-128 where speed does (the weights, block by block).
#ifndef FATHOM_RUNTIME_IO_DIGEST_H_
#define FATHOM_RUNTIME_IO_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

using Sha256Digest = std::array<uint8_t, 32>;
using BlockDigest = std::array<uint8_t, 16>;

// Weights carry a digest for each block of so many bytes, from the start of
// the file on; the last block may be shorter.
inline constexpr uint64_t kDigestBlockBytes = uint64_t{4} << 20;

Sha256Digest Sha256(absl::string_view bytes);

// XXH3-128 in its canonical (big-endian) form.
BlockDigest Xxh3(absl::string_view bytes);

// XXH3-128 of bytes that come in pieces. Not thread-safe.
class Xxh3Stream {
 public:
  Xxh3Stream();
  ~Xxh3Stream();
  Xxh3Stream(Xxh3Stream&&) noexcept;
  Xxh3Stream& operator=(Xxh3Stream&&) noexcept;

  void Add(absl::string_view bytes);
  // The digest of what was added since the last call.
  BlockDigest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// `bytes` followed by their SHA-256: how manifest.bin is written, so that no
// changed bit of it goes unseen.
std::string WithDigest(absl::string_view bytes);

// What WithDigest() was given, or DataLoss; `what` names the file.
absl::StatusOr<absl::string_view> WithoutDigest(absl::string_view bytes,
                                                absl::string_view what);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_DIGEST_H_
