// See load_artifact.h.
#include "runtime/serve/load_artifact.h"

#include "runtime/base/status.h"

namespace fathom::rt {

absl::StatusOr<LoadedArtifact> LoadArtifact(const LoadOptions& options) {
  ArtifactOptions artifact_options;
  FATHOM_ASSIGN_OR_RETURN(artifact_options.placement,
                          ParsePlacement(options.placement));
  artifact_options.level = options.level;
  LoadedArtifact loaded;
  FATHOM_ASSIGN_OR_RETURN(loaded.pool, ThreadPool::Create(options.thread_count,
                                                          options.thread_policy,
                                                          options.pool_caller));
  FATHOM_ASSIGN_OR_RETURN(
      loaded.artifact,
      Artifact::Load(options.path, artifact_options, *loaded.pool));
  return loaded;
}

}  // namespace fathom::rt
