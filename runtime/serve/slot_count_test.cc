#include "runtime/serve/slot_count.h"

#include <cstdint>
#include <memory>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(SlotCountTest, TakesHalfOfTheMemoryWithinItsLimits) {
  EXPECT_EQ(DefaultSlotCount(100, 64, 1000), 5);
  EXPECT_EQ(DefaultSlotCount(100, 64, 999), 4);
  EXPECT_EQ(DefaultSlotCount(100, 4, 1000), 4);
  EXPECT_EQ(DefaultSlotCount(100, 64, 99), 1);
  EXPECT_EQ(DefaultSlotCount(100, 64, UINT64_MAX), kDefaultSlotsMax);
  EXPECT_EQ(DefaultSlotCount(0, 64, 1000), kDefaultSlotsMax);
  EXPECT_EQ(DefaultSlotCount(UINT64_MAX, 1, UINT64_MAX), 1);
}

TEST(SlotCountTest, ASequenceTakesWholePagesOfEachClass) {
  fathom::schema::ManifestT manifest;
  manifest.model = std::make_unique<fathom::schema::ModelT>();
  manifest.model->name = manifest.model->architecture = "m";
  manifest.model->context_tokens = 130;
  for (uint64_t stride : {1000, 10}) {
    auto cache = std::make_unique<fathom::schema::CacheClassT>();
    cache->name = cache->element = "c";
    cache->page_tokens = 64;
    cache->page_stride_bytes = stride;
    manifest.caches.push_back(std::move(cache));
  }
  auto bytes = [&manifest] {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(fathom::schema::Manifest::Pack(builder, &manifest));
    return SlotBytes(*flatbuffers::GetRoot<fathom::schema::Manifest>(
        builder.GetBufferPointer()));
  };
  EXPECT_EQ(bytes(), 3030u);
  manifest.caches[0]->page_stride_bytes = UINT64_MAX / 2;
  EXPECT_EQ(bytes(), UINT64_MAX);
}

TEST(SlotCountTest, ThisMachineHasSomeMemory) {
  EXPECT_GT(AvailableMemory(), uint64_t{1} << 20);
}

}  // namespace
}  // namespace fathom::rt
