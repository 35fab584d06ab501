// Any bytes as an index: refused, or each tensor is there once and has one of
// the shards, each of which has a tensor.
#include <cstddef>
#include <cstdint>
#include <set>

#include "runtime/base/status.h"
#include "runtime/io/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view json(reinterpret_cast<const char*>(data), size);
  auto index = fathom::rt::ParseCheckpointIndex(json, "fuzz");
  if (!index.ok()) return 0;
  FATHOM_CHECK(!index->tensors.empty());
  FATHOM_CHECK(index->shards.size() <= fathom::rt::kShardsMax);
  std::set<std::string> names;
  std::set<uint32_t> shards;
  for (const auto& [name, shard] : index->tensors) {
    FATHOM_CHECK(names.insert(name).second);
    FATHOM_CHECK(shard < index->shards.size());
    shards.insert(shard);
  }
  FATHOM_CHECK(shards.size() == index->shards.size());
  return 0;
}
