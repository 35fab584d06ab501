// Cuts added tokens out of a text: of those that begin leftmost the longest,
// as the `tokenizers` library finds them.
#ifndef FATHOM_RUNTIME_TEXT_ADDED_TOKENS_H_
#define FATHOM_RUNTIME_TEXT_ADDED_TOKENS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/text/byte_span.h"

namespace fathom::rt {

struct AddedTokenRule {
  int32_t id = -1;
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
};

// A run of text, or a token in its place.
struct TextOrToken {
  size_t begin = 0;
  size_t end = 0;
  int32_t id = -1;  // -1: text
};

class AddedTokens {
 public:
  // `content` is not empty. False when there is one of this content already.
  bool Add(absl::string_view content, const AddedTokenRule& rule);
  bool empty() const { return rules_.empty(); }

  // Cuts `text`; no part is empty. A token is not found where it would overlap
  // one of the `foreign` spans (ascending, apart).
  std::vector<TextOrToken> Split(absl::string_view text,
                                 absl::Span<const ByteSpan> foreign) const;

 private:
  struct Match {
    size_t end = 0;
    const AddedTokenRule* rule = nullptr;
  };

  // The longest token that `text` holds at `begin` and that ends by `limit`.
  Match LongestAt(absl::string_view text, size_t begin, size_t limit) const;

  // A trie: node 0 is the root; (node, byte) leads on.
  absl::flat_hash_map<uint64_t, uint32_t> edges_;
  std::vector<int32_t> rule_at_node_ = {-1};
  std::array<bool, 256> is_first_{};
  std::vector<AddedTokenRule> rules_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_ADDED_TOKENS_H_
