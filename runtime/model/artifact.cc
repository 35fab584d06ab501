// See artifact.h.
#include "runtime/model/artifact.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/digest.h"
#include "runtime/model/manifest_check.h"

namespace fathom::rt {
namespace {

using fathom::schema::Level;
using fathom::schema::Manifest;

std::vector<std::string> Missing(const Level& level,
                                 const CpuFeatures& features) {
  std::vector<std::string> missing;
  for (const auto* feature : *level.features()) {
    if (!features.Has(feature->str())) missing.push_back(Shown(feature->str()));
  }
  return missing;
}

// Each level with what this machine lacks for it.
std::string Lacks(const Manifest& manifest, const CpuFeatures& features) {
  std::vector<std::string> texts;
  for (const Level* level : *manifest.levels()) {
    texts.push_back(
        absl::StrFormat("'%s' needs %s", Shown(level->name()->str()),
                        absl::StrJoin(Missing(*level, features), ", ")));
  }
  return absl::StrJoin(texts, "; ");
}

}  // namespace

absl::StatusOr<ManifestFile> ManifestFile::Read(const ArtifactFolder& folder) {
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFile file,
                          folder.OpenFile(kManifestFile));
  ManifestFile result;
  FATHOM_ASSIGN_OR_RETURN(std::string bytes, file.ReadAll(kManifestBytesMax));
  result.bytes_ = std::make_unique<std::string>(std::move(bytes));
  FATHOM_ASSIGN_OR_RETURN(const absl::string_view body,
                          WithoutDigest(*result.bytes_, kManifestFile));
  FATHOM_ASSIGN_OR_RETURN(
      result.manifest_,
      CheckManifest(
          {reinterpret_cast<const uint8_t*>(body.data()), body.size()}));
  return result;
}

absl::StatusOr<const Level*> ChooseLevel(const Manifest& manifest,
                                         const CpuFeatures& features,
                                         const std::string& name) {
  const Level* best = nullptr;
  std::vector<std::string> names;
  for (const Level* level : *manifest.levels()) {
    names.push_back(absl::StrCat("'", Shown(level->name()->str()), "'"));
    if (!name.empty() && level->name()->str() != name) continue;
    const std::vector<std::string> missing = Missing(*level, features);
    if (!missing.empty() && !name.empty()) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "the level '%s' needs %s, which this machine does not have",
          Shown(name), absl::StrJoin(missing, ", ")));
    }
    if (missing.empty() && (best == nullptr || level->features()->size() >
                                                   best->features()->size())) {
      best = level;
    }
  }
  if (best != nullptr) return best;
  if (!name.empty()) {
    return absl::OutOfRangeError(
        absl::StrFormat("found no level '%s' in the artifact, expected one of "
                        "%s",
                        Shown(name), absl::StrJoin(names, ", ")));
  }
  return absl::FailedPreconditionError(
      absl::StrFormat("this machine runs none of the artifact's levels: %s; "
                      "compile the model for a level that it runs",
                      Lacks(manifest, features)));
}

absl::StatusOr<std::unique_ptr<Artifact>> Artifact::Load(
    const std::string& path, const ArtifactOptions& options, ThreadPool& pool) {
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFolder folder,
                          ArtifactFolder::Open(path));
  FATHOM_ASSIGN_OR_RETURN(ManifestFile manifest, ManifestFile::Read(folder));
  const CpuFeatures features =
      options.features ? *options.features : CpuFeatures::Detect();
  FATHOM_ASSIGN_OR_RETURN(const Level* level,
                          ChooseLevel(*manifest, features, options.level));
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFile code_file,
                          folder.OpenFile(kCodeFile));
  const auto& sha256 = *manifest->code()->sha256();
  FATHOM_ASSIGN_OR_RETURN(
      CodeImage code,
      CodeImage::Load(code_file, {sha256.data(), sha256.size()}));
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFile weights_file,
                          folder.OpenFile(kWeightsFile));
  FATHOM_ASSIGN_OR_RETURN(
      Weights weights,
      Weights::Load(weights_file, *manifest, options.placement, pool));
  Parts parts = {std::move(manifest), level, std::move(code),
                 std::move(weights), options.placement};
  std::unique_ptr<Artifact> artifact(new Artifact(std::move(parts)));
  FATHOM_RETURN_IF_ERROR(artifact->FindFunctions());
  return artifact;
}

absl::Status Artifact::FindFunctions() {
  const Level& level = *parts_.level;
  const CodeImage& code = parts_.code;
  FATHOM_ASSIGN_OR_RETURN(
      step_, code.Find<FathomStepFunction>(level.step_symbol()->str()));
  if (level.mtp_symbol() != nullptr) {
    FATHOM_ASSIGN_OR_RETURN(
        mtp_step_, code.Find<FathomStepFunction>(level.mtp_symbol()->str()));
  }
  FATHOM_ASSIGN_OR_RETURN(read_probe_, code.Find<FathomReadProbe>(
                                           level.read_probe_symbol()->str()));
  FATHOM_ASSIGN_OR_RETURN(
      dot_probe_, code.Find<FathomDotProbe>(level.dot_probe_symbol()->str()));
  return absl::OkStatus();
}

}  // namespace fathom::rt
