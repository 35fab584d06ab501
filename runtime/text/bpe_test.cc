// Byte pair encoding against its definition, on short and on long pieces.
#include "runtime/text/bpe.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

struct Merges {
  std::map<std::pair<uint32_t, uint32_t>, std::pair<uint32_t, uint32_t>> ranks;
  Bpe bpe;
};

// Words over "abc", each of two words before it, in an order of their own.
Merges RandomMerges(std::mt19937* random) {
  Merges merges;
  std::map<std::string, uint32_t> ids = {{"a", 0}, {"b", 1}, {"c", 2}};
  std::vector<std::string> words = {"a", "b", "c"};
  for (uint32_t id = 0; id < 3; ++id) {
    merges.bpe.characters().AddWord(std::string(1, static_cast<char>('a' + id)),
                                    id);
  }
  for (uint32_t rank = 0; rank < 40; ++rank) {
    const std::string left = words[(*random)() % words.size()];
    const std::string right = words[(*random)() % words.size()];
    auto [word, is_new] =
        ids.try_emplace(left + right, static_cast<uint32_t>(ids.size()));
    if (is_new) words.push_back(left + right);
    const auto pair = std::make_pair(ids[left], ids[right]);
    merges.ranks[pair] = {rank, word->second};
    merges.bpe.AddMerge(pair.first, pair.second, word->second);
  }
  merges.bpe.Finish();
  return merges;
}

// The lowest rank first, leftmost of equals, until none is left.
std::vector<int32_t> ByDefinition(const Merges& merges,
                                  const std::string& piece) {
  std::vector<int32_t> ids;
  for (char c : piece) ids.push_back(c - 'a');
  while (true) {
    size_t best = 0;
    std::pair<uint32_t, uint32_t> least = {UINT32_MAX, 0};
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      auto merge = merges.ranks.find({ids[i], ids[i + 1]});
      if (merge != merges.ranks.end() && merge->second.first < least.first) {
        least = merge->second;
        best = i;
      }
    }
    if (least.first == UINT32_MAX) return ids;
    ids[best] = static_cast<int32_t>(least.second);
    ids.erase(ids.begin() + static_cast<ptrdiff_t>(best) + 1);
  }
}

TEST(BpeTest, MergesByDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Merges merges = RandomMerges(&random);
    for (size_t bytes : {1u, 2u, 7u, 47u, 48u, 49u, 50u, 200u}) {
      std::string piece;
      const uint32_t letters = 1 + random() % 3;
      while (piece.size() < bytes) {
        piece += static_cast<char>('a' + random() % letters);
      }
      std::vector<int32_t> ids;
      ASSERT_TRUE(merges.bpe.Encode(piece, /*is_foreign=*/false, &ids).ok());
      EXPECT_EQ(ids, ByDefinition(merges, piece)) << piece;
    }
  }
}

// A byte without an id is dropped, and its neighbours meet.
TEST(BpeTest, DropsUnknownBytes) {
  Bpe bpe;
  bpe.characters().AddWord("a", 0);
  bpe.AddMerge(0, 0, 1);
  bpe.Finish();
  std::vector<int32_t> ids;
  ASSERT_TRUE(bpe.Encode("axa", /*is_foreign=*/false, &ids).ok());
  EXPECT_EQ(ids, (std::vector<int32_t>{1}));
}

}  // namespace
}  // namespace fathom::rt
