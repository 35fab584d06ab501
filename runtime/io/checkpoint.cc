#include "runtime/io/checkpoint.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/checked.h"
#include "runtime/base/file_signs.h"
#include "runtime/base/json.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/path_advice.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kSingleFile = "model.safetensors";
constexpr absl::string_view kIndexFile = "model.safetensors.index.json";
constexpr uint64_t kIndexBytesMax = uint64_t{64} << 20;

absl::StatusOr<std::vector<TensorInfo>> ReadHeader(const File& file) {
  std::string start(
      static_cast<size_t>(std::min<uint64_t>(file.bytes(), kFileSignBytes)),
      '\0');
  FATHOM_RETURN_IF_ERROR(file.ReadAt(0, absl::MakeSpan(start)));
  std::string what = Shown(file.path());
  FATHOM_ASSIGN_OR_RETURN(
      uint64_t header_bytes,
      ReadSafetensorsHeaderBytes(start, file.bytes(), what));
  std::string json(static_cast<size_t>(header_bytes), '\0');
  FATHOM_RETURN_IF_ERROR(file.ReadAt(8, absl::MakeSpan(json)));
  return ParseSafetensorsHeader(json, file.bytes(), what);
}

// All at once: whoever lost one of them has often lost more.
absl::Status CheckShardsAreThere(const Folder& folder,
                                 const CheckpointIndex& index) {
  size_t missing = 0;
  const std::string* first = nullptr;
  for (const std::string& name : index.shards) {
    // What is wrong in another way is refused where it is opened.
    if (folder.Has(name) || !absl::IsNotFound(folder.OpenFile(name).status())) {
      continue;
    }
    if (missing++ == 0) first = &name;
  }
  if (first == nullptr) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(
      Shown(folder.path()), ": ", kIndexFile, " lists ", index.shards.size(),
      " shards, of which ", missing, missing == 1 ? " is" : " are",
      " missing, '", Shown(*first), "' first; download them into the folder"));
}

}  // namespace

absl::StatusOr<CheckpointIndex> ParseCheckpointIndex(absl::string_view json,
                                                     absl::string_view what) {
  FATHOM_ASSIGN_OR_RETURN(JsonDocument document,
                          JsonDocument::Parse(json, what));
  FATHOM_ASSIGN_OR_RETURN(auto keys, document.root().AsObject());
  for (const JsonMember& key : keys) {
    if (key.first != "metadata" && key.first != "weight_map") {
      return key.second.Expected("metadata and weight_map alone");
    }
  }
  FATHOM_ASSIGN_OR_RETURN(JsonValue map, document.root().Get("weight_map"));
  FATHOM_ASSIGN_OR_RETURN(auto members, map.AsObject());
  if (members.empty() || members.size() > kSafetensorsTensorsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": lists ", members.size(),
                     " tensors, expected 1 to ", kSafetensorsTensorsMax));
  }
  CheckpointIndex index;
  std::map<std::string, uint32_t> shards;
  for (const JsonMember& member : members) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view shard, member.second.AsString());
    auto [place, is_new] =
        shards.emplace(std::string(shard), index.shards.size());
    if (is_new) index.shards.push_back(place->first);
    if (shards.size() > kShardsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, ": lists more than ", kShardsMax,
                       " shards, expected at most that many"));
    }
    index.tensors.emplace_back(std::string(member.first), place->second);
  }
  std::sort(index.tensors.begin(), index.tensors.end());
  return index;
}

absl::StatusOr<Checkpoint> Checkpoint::Open(const Folder& folder) {
  Checkpoint checkpoint;
  if (!folder.Has(kSingleFile) && !folder.Has(kIndexFile)) {
    return NoWeights(folder);
  }
  if (folder.Has(kSingleFile)) {
    if (folder.Has(kIndexFile)) {
      checkpoint.notes_.push_back(absl::StrCat(Shown(folder.path()), ": ",
                                               kIndexFile,
                                               " and its shards are not "
                                               "read, as ",
                                               kSingleFile, " is there"));
    }
    FATHOM_ASSIGN_OR_RETURN(File file, folder.OpenFile(kSingleFile));
    FATHOM_RETURN_IF_ERROR(checkpoint.AddShard(std::move(file)));
    checkpoint.NameAsDecoder();
    return checkpoint;
  }
  FATHOM_ASSIGN_OR_RETURN(File file, folder.OpenFile(kIndexFile));
  FATHOM_ASSIGN_OR_RETURN(std::string json, file.ReadAll(kIndexBytesMax));
  FATHOM_ASSIGN_OR_RETURN(CheckpointIndex index,
                          ParseCheckpointIndex(json, Shown(file.path())));
  FATHOM_RETURN_IF_ERROR(checkpoint.AddShards(folder, index));
  checkpoint.NameAsDecoder();
  return checkpoint;
}

// As transformers does with its classes' base_model_prefix.
void Checkpoint::NameAsDecoder() {
  constexpr absl::string_view kPrefix = "model.";
  constexpr absl::string_view kHead = "lm_head.";
  if (Find("embed_tokens.weight") == nullptr) return;
  for (const TensorInfo& tensor : tensors_) {
    if (absl::StartsWith(tensor.name, kPrefix)) return;
  }
  by_name_.clear();
  for (size_t i = 0; i < tensors_.size(); ++i) {
    std::string& name = tensors_[i].name;
    if (!absl::StartsWith(name, kHead)) name = absl::StrCat(kPrefix, name);
    by_name_.emplace(name, i);
  }
}

absl::Status Checkpoint::AddShard(File file) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<TensorInfo> tensors, ReadHeader(file));
  auto shard = static_cast<uint32_t>(files_.size());
  files_.push_back(std::move(file));
  for (TensorInfo& tensor : tensors) {
    tensor.shard = shard;
    auto [place, is_new] = by_name_.emplace(tensor.name, tensors_.size());
    if (!is_new) {
      return absl::InvalidArgumentError(absl::StrCat(
          Shown(files_.back().path()), ": holds tensor '", Shown(tensor.name),
          "', which ", Shown(files_[tensors_[place->second].shard].path()),
          " holds too, expected it once"));
    }
    tensors_.push_back(std::move(tensor));
  }
  return absl::OkStatus();
}

absl::Status Checkpoint::AddShards(const Folder& folder,
                                   const CheckpointIndex& index) {
  FATHOM_RETURN_IF_ERROR(CheckShardsAreThere(folder, index));
  for (const std::string& name : index.shards) {
    FATHOM_ASSIGN_OR_RETURN(File file, folder.OpenFile(name));
    FATHOM_RETURN_IF_ERROR(AddShard(std::move(file)));
  }
  for (const auto& [name, shard] : index.tensors) {
    const TensorInfo* tensor = Find(name);
    if (tensor == nullptr || tensor->shard != shard) {
      return absl::InvalidArgumentError(absl::StrCat(
          Shown(folder.path()), ": tensor '", Shown(name), "' is in ",
          tensor ? Shown(index.shards[tensor->shard]) : "no shard",
          ", expected it in ", Shown(index.shards[shard]), " by the index"));
    }
  }
  // Each name of the index was found once, so only more can be there.
  if (tensors_.size() == index.tensors.size()) return absl::OkStatus();
  for (const TensorInfo& tensor : tensors_) {
    auto place = std::lower_bound(index.tensors.begin(), index.tensors.end(),
                                  std::make_pair(tensor.name, uint32_t{0}));
    if (place == index.tensors.end() || place->first != tensor.name) {
      return absl::InvalidArgumentError(
          absl::StrCat(Shown(files_[tensor.shard].path()), ": holds tensor '",
                       Shown(tensor.name), "', which the index does not list"));
    }
  }
  return absl::OkStatus();
}

const TensorInfo* Checkpoint::Find(absl::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tensors_[found->second];
}

absl::Status Checkpoint::Read(const TensorInfo& tensor, uint64_t offset_bytes,
                              absl::Span<char> out) const {
  uint64_t size = tensor.end_bytes - tensor.begin_bytes;
  auto end = CheckedAdd(offset_bytes, out.size());
  FATHOM_CHECK(end && *end <= size && tensor.shard < files_.size());
  return files_[tensor.shard].ReadAt(tensor.begin_bytes + offset_bytes, out);
}

}  // namespace fathom::rt
