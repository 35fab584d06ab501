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
#include "runtime/text/normalizer.h"
#include "runtime/text/pre_tokenizer.h"
#include "runtime/text/token_decoder.h"

namespace fathom::rt {

// What token_kinds of runtime/schema/tokenizer.fbs holds.
inline constexpr uint8_t kTokenAbsent = 0;
inline constexpr uint8_t kTokenBytes = 1;
inline constexpr uint8_t kTokenText = 2;
inline constexpr uint8_t kTokenAdded = 3;
// The version of the tables that are written, and the oldest that is read.
inline constexpr uint32_t kTokenizerVersion = 2;
inline constexpr uint32_t kTokenizerVersionMin = 1;

struct TokenizerParts {
  std::string token_bytes;
  std::vector<uint32_t> token_ends;
  std::vector<uint8_t> token_kinds;
  Bpe bpe;
  AddedTokens raw_added;         // looked for in the text as it is
  AddedTokens normalized_added;  // and in what normalization left of it
  absl::flat_hash_map<std::string, int32_t> added_ids;
  bool is_byte_level = true;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  std::vector<std::unique_ptr<DecoderStep>> decoder;
  bool decoder_takes_bytes = true;
  // What the decoder is given for added tokens where it is not their bytes: one
  // that is looked for in normalized text is decoded as it is once normalized.
  absl::flat_hash_map<uint32_t, std::string> decoded_as;
  int32_t bos_id = -1;
  int32_t eos_id = -1;
  std::vector<int32_t> before_ids;
  std::vector<int32_t> after_ids;

  absl::string_view Bytes(uint32_t id) const {
    const uint32_t begin = id == 0 ? 0 : token_ends[id - 1];
    return absl::string_view(token_bytes).substr(begin, token_ends[id] - begin);
  }
};

// What the decoder is given for token `id`, which there is.
std::string DecodedToken(const TokenizerParts& parts, uint32_t id);

// Verifies and checks `bytes`, then builds the parts.
absl::StatusOr<std::unique_ptr<TokenizerParts>> LoadTokenizerParts(
    absl::string_view bytes);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_PARTS_H_
