// manifest.bin before anything of it is used: well-formed, then meaningful.
#ifndef FATHOM_RUNTIME_MODEL_MANIFEST_CHECK_H_
#define FATHOM_RUNTIME_MODEL_MANIFEST_CHECK_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

// What the verifier allows; the library's own limits are far higher.
inline constexpr uint32_t kManifestDepthMax = 16;
inline constexpr uint32_t kManifestTablesMax = 65'536;

inline constexpr uint32_t kVocabularyMax = 1'048'576;
inline constexpr uint32_t kLayersMax = 4'096;  // those of MTP counted too
inline constexpr uint32_t kSymbolBytesMax = 128;
inline constexpr uint64_t kWeightAlignment = 64;
inline constexpr uint64_t kArenaAlignment = 64;

// The manifest in `bytes`, or InvalidArgument with what was found and what was
// expected. Points into `bytes`, which must be aligned to 8 and stay.
absl::StatusOr<const fathom::schema::Manifest*> CheckManifest(
    absl::Span<const uint8_t> bytes);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_MODEL_MANIFEST_CHECK_H_
