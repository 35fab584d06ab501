//===- ArtifactWriter.cpp - The folder's three files ----------------------===//
//
// See ArtifactWriter.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/ArtifactWriter.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "runtime/base/status.h"
#include "runtime/io/artifact_files.h"
#include "runtime/io/digest.h"

namespace fathom {

static std::unique_ptr<schema::DigestT> digestOf(const char *name,
                                                 absl::string_view bytes) {
  auto digest = std::make_unique<schema::DigestT>();
  digest->name = name;
  rt::Sha256Digest sha256 = rt::Sha256(bytes);
  digest->sha256.assign(sha256.begin(), sha256.end());
  return digest;
}

static absl::Status addWeights(const PackPlan &plan, const TensorSource &source,
                               unsigned threads,
                               const ProgressFunction &progress,
                               OutputFolder &folder,
                               schema::ManifestT &manifest) {
  std::string shown = folder.pathOf(rt::kWeightsFile);
  FileDescriptor file(openat(folder.fd(), rt::kWeightsFile,
                             O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0)
    return machineError("cannot create", shown, errno);
  FATHOM_ASSIGN_OR_RETURN(
      WrittenWeights written,
      writeWeights(plan, source, file.get(), shown, threads, progress));
  if (int error = file.close())
    return machineError("cannot write", shown, error);
  FATHOM_CHECK(manifest.weights.size() == plan.weights.size());
  for (size_t i = 0; i < plan.weights.size(); ++i) {
    manifest.weights[i]->offset = written.layout.offsets[i];
    manifest.weights[i]->bytes = plan.weights[i].bytes();
  }
  manifest.weights_bytes = written.layout.bytes;
  manifest.weights_header =
      digestOf("weights.safetensors header", written.layout.header);
  manifest.weights_block_bytes = kWeightsBlockBytes;
  manifest.weights_blocks = std::move(written.blockDigests);
  if (manifest.provenance)
    manifest.provenance->inputs.push_back(
        digestOf("weights as packed",
                 absl::string_view(reinterpret_cast<const char *>(
                                       manifest.weights_blocks.data()),
                                   manifest.weights_blocks.size())));
  return absl::OkStatus();
}

static absl::Status addCode(const std::string &code, const OutputFolder &folder,
                            schema::ManifestT &manifest) {
  manifest.code = digestOf(rt::kCodeFile, code);
  manifest.code_bytes = code.size();
  return writeFile(folder.fd(), rt::kCodeFile, folder.pathOf(rt::kCodeFile),
                   code.data(), code.size());
}

absl::Status writeArtifact(const PackPlan &plan, const TensorSource &source,
                           const std::string &code, schema::ManifestT &manifest,
                           unsigned threads, const ProgressFunction &progress,
                           OutputFolder &folder) {
  FATHOM_RETURN_IF_ERROR(addCode(code, folder, manifest));
  FATHOM_RETURN_IF_ERROR(
      addWeights(plan, source, threads, progress, folder, manifest));
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishManifestBuffer(builder,
                               schema::CreateManifest(builder, &manifest));
  std::string bytes = rt::WithDigest(absl::string_view(
      reinterpret_cast<const char *>(builder.GetBufferPointer()),
      builder.GetSize()));
  FATHOM_RETURN_IF_ERROR(writeFile(folder.fd(), rt::kManifestFile,
                                   folder.pathOf(rt::kManifestFile),
                                   bytes.data(), bytes.size()));
  return folder.commit();
}

} // namespace fathom
