// A checkpoint's tensors: model.safetensors, or without one the shards that
// model.safetensors.index.json lists, as transformers chooses. Tensors are read
// in pieces; nothing is mapped, so memory does not grow with the checkpoint.
// Those of a base model, saved without the prefix "model.", have it here.
#ifndef FATHOM_RUNTIME_IO_CHECKPOINT_H_
#define FATHOM_RUNTIME_IO_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/io/file.h"
#include "runtime/io/safetensors.h"

namespace fathom::rt {

inline constexpr size_t kShardsMax = 512;

// What an index says: the shards by name, and each tensor's shard.
struct CheckpointIndex {
  std::vector<std::string> shards;
  std::vector<std::pair<std::string, uint32_t>> tensors;  // sorted by name
};

absl::StatusOr<CheckpointIndex> ParseCheckpointIndex(absl::string_view json,
                                                     absl::string_view what);

// Reading is safe from any number of threads.
class Checkpoint {
 public:
  static absl::StatusOr<Checkpoint> Open(const Folder& folder);

  // Nothing where there is no tensor of that name. `shard` is an index into
  // files(), offsets are those of that file.
  const TensorInfo* Find(absl::string_view name) const;

  // Sorted by shard, then by place.
  absl::Span<const TensorInfo> tensors() const { return tensors_; }
  absl::Span<const File> files() const { return files_; }
  // What the user should know of the folder, one line each.
  absl::Span<const std::string> notes() const { return notes_; }

  // Fills `out` with the tensor's bytes from `offset_bytes` on.
  absl::Status Read(const TensorInfo& tensor, uint64_t offset_bytes,
                    absl::Span<char> out) const;

 private:
  Checkpoint() = default;
  absl::Status AddShard(File file);
  absl::Status AddShards(const Folder& folder, const CheckpointIndex& index);
  void NameAsDecoder();

  std::vector<File> files_;
  std::vector<std::string> notes_;
  std::vector<TensorInfo> tensors_;
  absl::flat_hash_map<std::string, size_t> by_name_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_CHECKPOINT_H_
