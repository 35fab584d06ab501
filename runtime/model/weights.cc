// See weights.h.
#include "runtime/model/weights.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/digest.h"
#include "runtime/io/safetensors.h"

namespace fathom::rt {
namespace {

using fathom::schema::Manifest;

// A copied block is digested in pieces that stay in the core's cache.
constexpr size_t kPieceBytes = size_t{256} << 10;

// The header's digest pins names, types and offsets: a file with other tensors
// of the same shapes is not taken.
absl::Status CheckHeader(const ArtifactFile& file, const Manifest& manifest) {
  if (file.bytes() != manifest.weights_bytes()) {
    return absl::DataLossError(absl::StrFormat(
        "%s: found %d bytes, expected %d as %s says", file.name(), file.bytes(),
        manifest.weights_bytes(), kManifestFile));
  }
  std::string start(std::min<uint64_t>(file.bytes(), 16), '\0');
  FATHOM_RETURN_IF_ERROR(file.Read(0, start.data(), start.size()));
  FATHOM_ASSIGN_OR_RETURN(
      const uint64_t header_bytes,
      ReadSafetensorsHeaderBytes(start, file.bytes(), file.name()));
  std::string header(8 + header_bytes, '\0');
  FATHOM_RETURN_IF_ERROR(file.Read(0, header.data(), header.size()));
  const Sha256Digest found = Sha256(header);
  const auto& wanted = *manifest.weights_header()->sha256();
  if (!std::equal(found.begin(), found.end(), wanted.begin(), wanted.end())) {
    return absl::DataLossError(absl::StrFormat(
        "%s: found a header with the SHA-256 %s, expected %s as %s says: the "
        "weights are damaged or belong to another artifact",
        file.name(),
        absl::BytesToHexString(
            {reinterpret_cast<const char*>(found.data()), found.size()}),
        absl::BytesToHexString(
            {reinterpret_cast<const char*>(wanted.data()), wanted.size()}),
        kManifestFile));
  }
  return absl::OkStatus();
}

// Brings blocks into memory and checks them; each thread its contiguous share.
class BlockLoader {
 public:
  BlockLoader(const ArtifactFile& file, const Manifest& manifest,
              Placement placement, char* memory)
      : file_(file),
        manifest_(manifest),
        placement_(placement),
        memory_(memory) {}

  absl::Status Run(ThreadPool& pool) {
    const uint64_t blocks =
        manifest_.weights_blocks()->size() / sizeof(BlockDigest);
    pool.Run([&](uint32_t thread) {
      const uint64_t threads = pool.thread_count();
      const uint64_t end = blocks * (thread + 1) / threads;
      for (uint64_t i = blocks * thread / threads; i < end; ++i) {
        absl::Status status = LoadBlock(i);
        if (status.ok()) continue;
        std::lock_guard<std::mutex> lock(mutex_);
        if (status_.ok()) status_ = std::move(status);
        return;
      }
    });
    return status_;
  }

 private:
  absl::Status LoadBlock(uint64_t index) const {
    const uint64_t block_bytes = manifest_.weights_block_bytes();
    const uint64_t begin = index * block_bytes;
    const uint64_t bytes =
        std::min(block_bytes, manifest_.weights_bytes() - begin);
    FATHOM_ASSIGN_OR_RETURN(const BlockDigest found,
                            placement_ == Placement::kMapped
                                ? DigestMapped(begin, bytes)
                                : CopyAndDigest(begin, bytes));
    const auto* wanted =
        manifest_.weights_blocks()->data() + index * sizeof(BlockDigest);
    if (std::equal(found.begin(), found.end(), wanted)) {
      return absl::OkStatus();
    }
    return absl::DataLossError(absl::StrFormat(
        "%s: the bytes from %d to %d do not match the digest in %s: the file "
        "is damaged or belongs to another artifact",
        file_.name(), begin, begin + bytes, kManifestFile));
  }

  // Faults the pages in at once, and finds out here, not by a signal later,
  // when the disk does not give them.
  absl::StatusOr<BlockDigest> DigestMapped(uint64_t begin,
                                           uint64_t bytes) const {
    char* data = memory_ + begin;
    if (madvise(data, bytes, MADV_POPULATE_READ) != 0 &&
        (errno == EFAULT || errno == EHWPOISON)) {
      return absl::DataLossError(
          absl::StrFormat("%s: cannot read the bytes from %d to %d",
                          file_.name(), begin, begin + bytes));
    }
    return Xxh3({data, bytes});
  }

  absl::StatusOr<BlockDigest> CopyAndDigest(uint64_t begin,
                                            uint64_t bytes) const {
    Xxh3Stream stream;
    for (uint64_t at = begin; at < begin + bytes; at += kPieceBytes) {
      const size_t piece = std::min<uint64_t>(kPieceBytes, begin + bytes - at);
      FATHOM_RETURN_IF_ERROR(file_.Read(at, memory_ + at, piece));
      stream.Add({memory_ + at, piece});
    }
    return stream.Finish();
  }

  const ArtifactFile& file_;
  const Manifest& manifest_;
  const Placement placement_;
  char* const memory_;
  std::mutex mutex_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Placement> ParsePlacement(absl::string_view name) {
  if (name == "auto" || name == "mapped") return Placement::kMapped;
  if (name == "huge") return Placement::kHuge;
  return absl::InvalidArgumentError(absl::StrFormat(
      "found the placement '%s', expected 'auto', 'mapped' or 'huge'",
      Shown(name)));
}

absl::string_view PlacementName(Placement placement) {
  return placement == Placement::kMapped ? "mapped" : "huge";
}

absl::StatusOr<Weights> Weights::Load(const ArtifactFile& file,
                                      const Manifest& manifest,
                                      Placement placement, ThreadPool& pool) {
  FATHOM_RETURN_IF_ERROR(CheckHeader(file, manifest));
  Weights weights;
  if (placement == Placement::kMapped) {
    FATHOM_ASSIGN_OR_RETURN(weights.memory_, file.Map());
  } else {
    FATHOM_ASSIGN_OR_RETURN(weights.memory_,
                            OwnedMapping::Zeroed(file.bytes(), "the weights"));
  }
  BlockLoader loader(file, manifest, placement, weights.memory_.data());
  FATHOM_RETURN_IF_ERROR(loader.Run(pool));
  if (placement == Placement::kHuge) {
    // From here on a write is a defect of generated code.
    mprotect(weights.memory_.data(), weights.memory_.bytes(), PROT_READ);
  }
  FATHOM_RETURN_IF_ERROR(weights.FillTables(manifest));
  return weights;
}

absl::Status Weights::FillTables(const Manifest& manifest) {
  const size_t layers = size_t{manifest.model()->layer_count()} +
                        manifest.model()->mtp_layer_count();
  tables_.resize(layers + 1);
  for (const auto* weight : *manifest.weights()) {
    auto& table = weight->layer() < 0
                      ? tables_.back()
                      : tables_[static_cast<size_t>(weight->layer())];
    if (weight->index() >= table.size()) table.resize(weight->index() + 1);
    table[weight->index()] = memory_.data() + weight->offset();
  }
  for (size_t layer = 0; layer < tables_.size(); ++layer) {
    const auto& table = tables_[layer];
    const auto hole = std::find(table.begin(), table.end(), nullptr);
    if (hole == table.end()) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: found no weight with the index %d of %s, expected one below %d",
        kManifestFile, hole - table.begin(),
        layer == layers ? "the globals" : absl::StrFormat("layer %d", layer),
        table.size()));
  }
  for (size_t layer = 0; layer < layers; ++layer) {
    layer_pointers_.push_back(tables_[layer].data());
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
