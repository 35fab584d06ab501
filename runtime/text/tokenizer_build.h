// What the parts of the tokenizer's compiler share.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_BUILD_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_BUILD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/base/json.h"
#include "runtime/schema/tokenizer_generated.h"
#include "runtime/text/special_tokens.h"

namespace fathom::rt {

// A tokenizer.json on its way to tables.
struct TokenizerBuild {
  struct Token {
    std::string bytes;
    uint8_t kind = 0;  // as token_kinds of runtime/schema/tokenizer.fbs
  };

  fathom::schema::TokenizerTablesT tables;
  std::vector<Token> tokens;  // by id; become the tables' at the end
  // Whether the model has something to do with characters that are not of the
  // byte-level alphabet: then its words stay text.
  bool needs_characters = false;
  // The ids of the vocabulary's words and, later, of the added tokens too.
  absl::flat_hash_map<std::string, uint32_t> ids;
  size_t vocabulary_words = 0;  // of the model: those among `ids` at first
  uint64_t next_added_id = 0;   // one after the highest of the added tokens
  absl::flat_hash_map<std::string, size_t> added_places;  // in `tables.added`
};

// Refuses keys of `object` that are not in `known`: what they mean is not
// computed.
absl::Status CheckKeys(const JsonValue& object,
                       absl::Span<const absl::string_view> known);
// Refuses `key` of `object` unless it is absent or null. `why` ends the message
// "expected null, for ...".
absl::Status CheckNull(const JsonValue& object, absl::string_view key,
                       absl::string_view why);
// The boolean at `key`, or `missing` when it is not there or null.
absl::StatusOr<bool> BoolAt(const JsonValue& object, absl::string_view key,
                            bool missing);

// Each reads one part of tokenizer.json into the tables.
// The model's type is looked at before all else; its words come after the
// pre-tokenizer, which says whether they are bytes.
absl::Status CheckModelType(const JsonValue& model, TokenizerBuild* build);
absl::Status BuildModel(const JsonValue& model, TokenizerBuild* build);
absl::Status BuildAddedTokens(const JsonValue& root, TokenizerBuild* build);
absl::Status BuildNormalizer(const JsonValue& root, TokenizerBuild* build);
absl::Status BuildPreTokenizer(const JsonValue& root, TokenizerBuild* build);
absl::Status BuildPostProcessor(const JsonValue& root, TokenizerBuild* build);
absl::Status BuildDecoder(const JsonValue& root, TokenizerBuild* build);
// Lays the tokens down one after the other.
absl::Status BuildTokens(TokenizerBuild* build);
// Whether this is a word of the vocabulary that is one character of any text.
bool IsCharacter(const TokenizerBuild& build, absl::string_view content);
// Adds `token` as the `tokenizers` library does: the id of the word that it is,
// else the next one; its flags replace those it was added with, but what was
// special stays so. InvalidArgument says what is wrong, with neither file nor
// key.
absl::Status AddToken(std::unique_ptr<fathom::schema::AddedTokenT> token,
                      TokenizerBuild* build);
// Adds the tokens of the files beside tokenizer.json, as transformers does.
absl::Status BuildSideTokens(const TokenizerFiles& files,
                             const SpecialTokens& special,
                             TokenizerBuild* build);
// Those tokens, then BOS and EOS as the files beside tokenizer.json name them.
absl::Status BuildSpecialTokens(const TokenizerFiles& files,
                                TokenizerBuild* build);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_BUILD_H_
