//===- ArtifactWriter.h - The folder's three files --------------*- C++ -*-===//
//
// Writes weights, code and manifest to a folder and puts it in place.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_ARTIFACTWRITER_H
#define FATHOM_COMPILER_ARTIFACT_ARTIFACTWRITER_H

#include <string>

#include "absl/status/status.h"
#include "compiler/artifact/OutputFolder.h"
#include "compiler/artifact/PackPlan.h"
#include "compiler/artifact/TensorSource.h"
#include "compiler/artifact/WeightsWriter.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom {

/// Writes model.so (`code`), weights.safetensors (by `plan`) and manifest.bin
/// into `folder`, and commits it. `manifest` has one entry a weight of the
/// plan, in its order; what only the files tell is filled in here.
absl::Status writeArtifact(const PackPlan &plan, const TensorSource &source,
                           const std::string &code, schema::ManifestT &manifest,
                           unsigned threads, const ProgressFunction &progress,
                           OutputFolder &folder);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_ARTIFACTWRITER_H
