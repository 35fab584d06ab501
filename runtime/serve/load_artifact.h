// An artifact with the threads that run it.
#ifndef FATHOM_RUNTIME_SERVE_LOAD_ARTIFACT_H_
#define FATHOM_RUNTIME_SERVE_LOAD_ARTIFACT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "runtime/device/thread_pool.h"
#include "runtime/model/artifact.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

struct LoadedArtifact {
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<Artifact> artifact;
};

absl::StatusOr<LoadedArtifact> LoadArtifact(const LoadOptions& options);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_LOAD_ARTIFACT_H_
