// Byte pair encoding of one piece of text: its characters become words, and the
// pair of lowest rank is merged first, the leftmost of equals, until none is
// left.
#ifndef FATHOM_RUNTIME_TEXT_BPE_H_
#define FATHOM_RUNTIME_TEXT_BPE_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/text/bpe_characters.h"

namespace fathom::rt {

class Bpe {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Merge {
    uint32_t rank = kNone;
    uint32_t result = 0;
  };

  // What a piece begins as.
  BpeCharacters& characters() { return characters_; }

  // Merges come in the order of their ranks.
  void AddMerge(uint32_t left, uint32_t right, uint32_t result);
  // A piece that is `word`, whose bytes stay where they are, is `id` at once.
  void AddWholeWord(absl::string_view word, uint32_t id) {
    whole_words_[word] = id;
  }
  // Ids that foreign text is never merged to.
  void SetControl(uint32_t id);
  // To be called once, after the above.
  void Finish();

  // Appends the ids of `piece`. InvalidArgument: see BpeCharacters.
  absl::Status Encode(absl::string_view piece, bool is_foreign,
                      std::vector<int32_t>* ids) const;

 private:
  struct Slot {
    uint64_t pair = UINT64_MAX;
    Merge merge;
  };

  bool IsControl(uint32_t id) const {
    return id < is_control_.size() && is_control_[id];
  }
  Merge Find(uint32_t left, uint32_t right, bool is_foreign) const;
  void EncodeShort(std::vector<uint32_t>& symbols, bool is_foreign) const;
  void EncodeLong(std::vector<uint32_t>& symbols, bool is_foreign) const;

  BpeCharacters characters_;
  std::vector<std::pair<uint64_t, uint32_t>> merges_;  // until Finish()
  std::vector<Slot> slots_;                            // open addressing
  uint64_t slot_mask_ = 0;
  std::vector<bool> is_control_;
  absl::flat_hash_map<absl::string_view, uint32_t> whole_words_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_BPE_H_
