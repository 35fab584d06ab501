// SHA-256 by libcrypto, XXH3 by libxxhash.
#include "runtime/io/digest.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

BlockDigest Canonical(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  BlockDigest digest;
  for (size_t i = 0; i < digest.size(); ++i) digest[i] = canonical.digest[i];
  return digest;
}

absl::string_view View(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Sha256Digest Sha256(absl::string_view bytes) {
  Sha256Digest digest;
  unsigned size = 0;
  FATHOM_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size,
                          EVP_sha256(), nullptr) == 1 &&
               size == digest.size());
  return digest;
}

BlockDigest Xxh3(absl::string_view bytes) {
  return Canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

struct Xxh3Stream::State {
  XXH3_state_t* xxh = XXH3_createState();
  ~State() { XXH3_freeState(xxh); }
};

Xxh3Stream::Xxh3Stream() : state_(std::make_unique<State>()) {
  FATHOM_CHECK(state_->xxh != nullptr);
  XXH3_128bits_reset(state_->xxh);
}
Xxh3Stream::~Xxh3Stream() = default;
Xxh3Stream::Xxh3Stream(Xxh3Stream&&) noexcept = default;
Xxh3Stream& Xxh3Stream::operator=(Xxh3Stream&&) noexcept = default;

void Xxh3Stream::Add(absl::string_view bytes) {
  XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size());
}

BlockDigest Xxh3Stream::Finish() {
  const BlockDigest digest = Canonical(XXH3_128bits_digest(state_->xxh));
  XXH3_128bits_reset(state_->xxh);
  return digest;
}

std::string WithDigest(absl::string_view bytes) {
  std::string result(bytes);
  result.append(View(Sha256(bytes)).data(), sizeof(Sha256Digest));
  return result;
}

absl::StatusOr<absl::string_view> WithoutDigest(absl::string_view bytes,
                                                absl::string_view what) {
  if (bytes.size() <= sizeof(Sha256Digest)) {
    return absl::DataLossError(
        absl::StrFormat("%s: found %d bytes, expected more than the %d of its "
                        "digest",
                        what, bytes.size(), sizeof(Sha256Digest)));
  }
  const absl::string_view body =
      bytes.substr(0, bytes.size() - sizeof(Sha256Digest));
  const absl::string_view wanted = bytes.substr(body.size());
  const Sha256Digest found = Sha256(body);
  if (View(found) != wanted) {
    return absl::DataLossError(absl::StrFormat(
        "%s: is damaged, or was not written by this version: found bytes with "
        "the SHA-256 %s, expected the %s of its last 32 bytes",
        what, absl::BytesToHexString(View(found)),
        absl::BytesToHexString(wanted)));
  }
  return body;
}

}  // namespace fathom::rt
