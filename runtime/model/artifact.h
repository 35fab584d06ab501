// A loaded artifact: its manifest, one level's functions, its weights.
#ifndef FATHOM_RUNTIME_MODEL_ARTIFACT_H_
#define FATHOM_RUNTIME_MODEL_ARTIFACT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/abi/step.h"
#include "runtime/device/cpu_features.h"
#include "runtime/device/thread_pool.h"
#include "runtime/io/artifact_files.h"
#include "runtime/model/code_image.h"
#include "runtime/model/weights.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

inline constexpr uint64_t kManifestBytesMax = uint64_t{256} << 20;

struct ArtifactOptions {
  Placement placement = Placement::kMapped;
  std::string level;                    // empty: the best that the CPU runs
  std::optional<CpuFeatures> features;  // unset: this machine's
};

// manifest.bin, checked, with the bytes that it lies in.
class ManifestFile {
 public:
  static absl::StatusOr<ManifestFile> Read(const ArtifactFolder& folder);

  const fathom::schema::Manifest& operator*() const { return *manifest_; }
  const fathom::schema::Manifest* operator->() const { return manifest_; }

 private:
  ManifestFile() = default;

  std::unique_ptr<std::string> bytes_;
  const fathom::schema::Manifest* manifest_ = nullptr;
};

// The level named, or of those whose features are all there the one that needs
// most. FailedPrecondition names what is missing; OutOfRange where the artifact
// has no level of that name.
absl::StatusOr<const fathom::schema::Level*> ChooseLevel(
    const fathom::schema::Manifest& manifest, const CpuFeatures& features,
    const std::string& name);

// Not changed after loading: any thread may read.
class Artifact {
 public:
  // Uses the pool's threads to bring the weights in.
  static absl::StatusOr<std::unique_ptr<Artifact>> Load(
      const std::string& path, const ArtifactOptions& options,
      ThreadPool& pool);

  const fathom::schema::Manifest& manifest() const { return *parts_.manifest; }
  const fathom::schema::Level& level() const { return *parts_.level; }
  const Weights& weights() const { return parts_.weights; }
  Placement placement() const { return parts_.placement; }

  FathomStepFunction step() const { return step_; }
  FathomStepFunction mtp_step() const { return mtp_step_; }  // null: none
  FathomReadProbe read_probe() const { return read_probe_; }
  FathomDotProbe dot_probe() const { return dot_probe_; }

 private:
  struct Parts {
    ManifestFile manifest;
    const fathom::schema::Level* level;
    CodeImage code;
    Weights weights;
    Placement placement;
  };

  explicit Artifact(Parts parts) : parts_(std::move(parts)) {}

  absl::Status FindFunctions();

  Parts parts_;
  FathomStepFunction step_ = nullptr;
  FathomStepFunction mtp_step_ = nullptr;
  FathomReadProbe read_probe_ = nullptr;
  FathomDotProbe dot_probe_ = nullptr;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_MODEL_ARTIFACT_H_
