// Any bytes as a manifest: refused, or every number of it can be relied upon.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/model/manifest_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Aligned, as the loader's bytes are.
  std::vector<uint64_t> aligned(size / 8 + 1);
  auto* bytes = reinterpret_cast<uint8_t*>(aligned.data());
  for (size_t i = 0; i < size; ++i) bytes[i] = data[i];
  auto checked = fathom::rt::CheckManifest({bytes, size});
  if (!checked.ok()) return 0;
  const fathom::schema::Manifest& manifest = **checked;
  for (const auto* weight : *manifest.weights()) {
    FATHOM_CHECK(weight->offset() <= manifest.weights_bytes());
    FATHOM_CHECK(weight->bytes() <=
                 manifest.weights_bytes() - weight->offset());
    FATHOM_CHECK(weight->index() < manifest.weights()->size());
  }
  for (const auto* buffer : *manifest.buffers()) {
    FATHOM_CHECK(buffer->offset() <= manifest.arena_shared_bytes());
  }
  const int64_t vocabulary = manifest.model()->vocabulary_size();
  for (const int64_t id : *manifest.generation()->eos_ids()) {
    FATHOM_CHECK(id < vocabulary);
  }
  FATHOM_CHECK(manifest.reasoning()->think_close_id() >= -1);
  FATHOM_CHECK(manifest.reasoning()->think_close_id() < vocabulary);
  // Everything is reached: the verifier has looked at all of it.
  fathom::schema::ManifestT all;
  manifest.UnPackTo(&all);
  FATHOM_CHECK(!all.levels.empty());
  return 0;
}
