// The packed weights in memory: mapped from the file or copied to huge pages,
// each block held against its digest by all threads, and the tables of
// addresses that a step takes.
#ifndef FATHOM_RUNTIME_MODEL_WEIGHTS_H_
#define FATHOM_RUNTIME_MODEL_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/device/thread_pool.h"
#include "runtime/io/artifact_files.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

enum class Placement {
  kMapped,  // the file's pages, as they lie in the page cache
  kHuge,    // a copy in huge pages: read some 1.2 times faster, loaded slower
};

// "mapped", "huge"; "auto" is mapped: it answers at once.
absl::StatusOr<Placement> ParsePlacement(absl::string_view name);
absl::string_view PlacementName(Placement placement);

// Not changed after loading: any thread may read.
class Weights {
 public:
  // `manifest` has passed CheckManifest(). DataLoss where a digest does not
  // match, which names the block.
  static absl::StatusOr<Weights> Load(const ArtifactFile& file,
                                      const fathom::schema::Manifest& manifest,
                                      Placement placement, ThreadPool& pool);

  // The tables of FathomStep.
  const void* const* const* layers() const { return layer_pointers_.data(); }
  const void* const* globals() const { return tables_.back().data(); }

  // All bytes of the file, header included.
  absl::string_view bytes() const { return {memory_.data(), memory_.bytes()}; }

 private:
  Weights() = default;

  absl::Status FillTables(const fathom::schema::Manifest& manifest);

  OwnedMapping memory_;
  std::vector<std::vector<const void*>> tables_;  // the globals' is the last
  std::vector<const void* const*> layer_pointers_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_MODEL_WEIGHTS_H_
