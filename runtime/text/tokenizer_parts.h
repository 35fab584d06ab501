// What a loaded tokenizer is made of.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_PARTS_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_PARTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/added_tokens.h"
#include "runtime/text/bpe.h"
#include "runtime/text/pre_tokenizer.h"

namespace fathom::rt {

// What token_kinds of runtime/schema/tokenizer.fbs holds.
inline constexpr uint8_t kTokenAbsent = 0;
inline constexpr uint8_t kTokenBytes = 1;
inline constexpr uint8_t kTokenText = 2;
inline constexpr uint8_t kTokenAdded = 3;
inline constexpr uint32_t kTokenizerVersion = 1;

struct TokenizerParts {
  std::string token_bytes;
  std::vector<uint32_t> token_ends;
  std::vector<uint8_t> token_kinds;
  Bpe bpe;
  AddedTokens raw_added;         // looked for in the text as it is
  AddedTokens normalized_added;  // and in what normalization left of it
  absl::flat_hash_map<std::string, int32_t> added_ids;
  bool nfc = false;
  PreTokenizer splits;
  bool add_prefix_space = false;
  PreTokenizer after_prefix;  // steps behind add_prefix_space
  int32_t bos_id = -1;
  int32_t eos_id = -1;
  bool add_bos = false;

  absl::string_view Bytes(uint32_t id) const {
    const uint32_t begin = id == 0 ? 0 : token_ends[id - 1];
    return absl::string_view(token_bytes).substr(begin, token_ends[id] - begin);
  }
};

// Verifies and checks `bytes`, then builds the parts.
absl::StatusOr<std::unique_ptr<TokenizerParts>> LoadTokenizerParts(
    absl::string_view bytes);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_PARTS_H_
