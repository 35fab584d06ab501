// See bpe.h.
#include "runtime/text/bpe.h"

#include <algorithm>

#include "runtime/base/status.h"
#include "runtime/text/merge_queue.h"

namespace fathom::rt {
namespace {

// Pieces of at most so many symbols are merged by looking at all pairs.
constexpr size_t kShortSymbols = 48;

uint64_t Pair(uint32_t left, uint32_t right) {
  return uint64_t{left} << 32 | right;
}

// Spreads a pair over the table (the finalizer of splitmix64).
uint64_t Hash(uint64_t pair) {
  pair = (pair ^ (pair >> 30)) * 0xbf58476d1ce4e5b9u;
  pair = (pair ^ (pair >> 27)) * 0x94d049bb133111ebu;
  return pair ^ (pair >> 31);
}

}  // namespace

void Bpe::AddMerge(uint32_t left, uint32_t right, uint32_t result) {
  merges_.emplace_back(Pair(left, right), result);
}

void Bpe::SetControl(uint32_t id) {
  if (id >= is_control_.size()) is_control_.resize(size_t{id} + 1);
  is_control_[id] = true;
}

void Bpe::Finish() {
  size_t size = 16;
  while (size < 2 * merges_.size()) size *= 2;
  slots_.assign(size, Slot());
  slot_mask_ = size - 1;
  uint32_t rank = 0;
  for (const auto& [pair, result] : merges_) {
    uint64_t at = Hash(pair) & slot_mask_;
    while (slots_[at].pair != UINT64_MAX && slots_[at].pair != pair) {
      at = (at + 1) & slot_mask_;
    }
    slots_[at] = {pair, {rank++, result}};
  }
  merges_ = {};
}

Bpe::Merge Bpe::Find(uint32_t left, uint32_t right, bool is_foreign) const {
  const uint64_t pair = Pair(left, right);
  uint64_t at = Hash(pair) & slot_mask_;
  while (slots_[at].pair != pair) {
    if (slots_[at].pair == UINT64_MAX) return {};
    at = (at + 1) & slot_mask_;
  }
  if (is_foreign && IsControl(slots_[at].merge.result)) return {};
  return slots_[at].merge;
}

absl::Status Bpe::Encode(absl::string_view piece, bool is_foreign,
                         std::vector<int32_t>* ids) const {
  if (!whole_words_.empty()) {
    auto word = whole_words_.find(piece);
    if (word != whole_words_.end() &&
        !(is_foreign && IsControl(word->second))) {
      ids->push_back(static_cast<int32_t>(word->second));
      return absl::OkStatus();
    }
  }
  std::vector<uint32_t> symbols;
  symbols.reserve(piece.size());
  FATHOM_RETURN_IF_ERROR(characters_.Append(piece, &symbols));
  if (symbols.size() <= kShortSymbols) {
    EncodeShort(symbols, is_foreign);
  } else {
    EncodeLong(symbols, is_foreign);
  }
  ids->insert(ids->end(), symbols.begin(), symbols.end());
  return absl::OkStatus();
}

void Bpe::EncodeShort(std::vector<uint32_t>& symbols, bool is_foreign) const {
  if (symbols.size() < 2) return;
  // merges[i] is what symbols i and i + 1 become.
  Merge merges[kShortSymbols];
  size_t last = symbols.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    merges[i] = Find(symbols[i], symbols[i + 1], is_foreign);
  }
  while (last > 0) {
    size_t best = 0;
    for (size_t i = 1; i < last; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    if (merges[best].rank == kNone) break;
    symbols[best] = merges[best].result;
    symbols.erase(symbols.begin() + static_cast<ptrdiff_t>(best) + 1);
    std::copy(merges + best + 1, merges + last, merges + best);
    --last;
    if (best > 0) {
      merges[best - 1] = Find(symbols[best - 1], symbols[best], is_foreign);
    }
    if (best < last) {
      merges[best] = Find(symbols[best], symbols[best + 1], is_foreign);
    }
  }
}

void Bpe::EncodeLong(std::vector<uint32_t>& symbols, bool is_foreign) const {
  const auto count = static_cast<uint32_t>(symbols.size());
  // A list over positions: symbols that were merged into the one before are
  // skipped and hold kNone.
  std::vector<uint32_t> next(count), previous(count);
  MergeQueue queue;
  auto push = [&](uint32_t left, uint32_t right) {
    const Merge merge = Find(symbols[left], symbols[right], is_foreign);
    if (merge.rank != kNone) queue.Push(merge.rank, left);
  };
  for (uint32_t i = 0; i < count; ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;  // kNone at the begin
    if (i + 1 < count) push(i, i + 1);
  }
  uint32_t rank = 0, at = 0;
  while (queue.Pop(&rank, &at)) {
    if (symbols[at] == kNone || next[at] == count) continue;
    const uint32_t right = next[at];
    // The pair may have changed since it was pushed.
    const Merge merge = Find(symbols[at], symbols[right], is_foreign);
    if (merge.rank != rank) continue;
    symbols[at] = merge.result;
    symbols[right] = kNone;
    next[at] = next[right];
    if (next[at] != count) previous[next[at]] = at;
    if (previous[at] != kNone) push(previous[at], at);
    if (next[at] != count) push(at, next[at]);
  }
  symbols.erase(std::remove(symbols.begin(), symbols.end(), kNone),
                symbols.end());
}

}  // namespace fathom::rt
