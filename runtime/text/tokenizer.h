// Byte pair encoding, id for id as the `tokenizers` library computes it: text
// to ids and back, from tables that CompileTokenizer() has made of
// tokenizer.json.
//
// Nothing here reads JSON. All const functions may be called from any thread.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/text/byte_span.h"

namespace fathom::rt {

// The longest text that Encode() takes.
inline constexpr size_t kEncodeBytesMax = size_t{64} << 20;

class TokenDecoder;     // token_decoder.h
struct TokenizerParts;  // tokenizer_parts.h

class Tokenizer {
 public:
  // Reads the bytes that CompileTokenizer() made, and copies what it needs.
  // The bytes are not trusted: InvalidArgument says what was found in them.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Load(
      absl::string_view bytes);
  ~Tokenizer();

  // The ids of `text`, no special tokens added. Bytes in `foreign` (ascending,
  // apart) came from a message or a file: no added token is found in them, nor
  // one that reaches into them, while everything else goes across the borders
  // as ever. InvalidArgument when `text` is not valid UTF-8, is too long, takes
  // a pattern beyond its limits, or holds a character that has no token.
  absl::StatusOr<std::vector<int32_t>> Encode(
      absl::string_view text, absl::Span<const ByteSpan> foreign = {}) const;

  // The text of `ids`, as the tokenizer's decoder makes it: bytes that are no
  // UTF-8 become U+FFFD, ids without a token nothing. Special tokens are shown.
  std::string Decode(absl::Span<const int32_t> ids) const;

  // The bytes that `id` stands for; empty for an id without a token.
  absl::string_view TokenBytes(int32_t id) const;
  bool HasToken(int32_t id) const;
  // One more than the largest id.
  int32_t id_count() const;
  // One bit an id, lowest bit first, for a vocabulary of `vocabulary_size` rows
  // (see Sampler::Create). Added tokens may lie
  // beyond it; InvalidArgument when other tokens do.
  absl::StatusOr<std::vector<uint8_t>> HasTokenBits(
      int32_t vocabulary_size) const;

  // The id of the added token that is spelled so, or -1.
  int32_t FindAddedToken(absl::string_view content) const;
  int32_t bos_id() const;  // -1: none
  int32_t eos_id() const;
  // What stands before a text and after it where special tokens are wanted.
  absl::Span<const int32_t> before_ids() const;
  absl::Span<const int32_t> after_ids() const;

 private:
  friend class TokenStream;
  explicit Tokenizer(std::unique_ptr<const TokenizerParts> parts);

  std::unique_ptr<const TokenizerParts> parts_;
};

// Ids to text, piece by piece. What Push() returns is whole UTF-8; what it has
// returned never changes. All pieces together are Decode() of all ids. The
// tokenizer has to outlive it. Not thread-safe.
class TokenStream {
 public:
  explicit TokenStream(const Tokenizer& tokenizer);
  ~TokenStream();
  TokenStream(TokenStream&&) noexcept;
  TokenStream& operator=(TokenStream&&) noexcept;

  // The text that `id` makes certain: a decoder may have to see what follows.
  std::string Push(int32_t id);
  // What was held back. No id may follow.
  std::string Finish();

 private:
  const Tokenizer* tokenizer_;
  std::unique_ptr<TokenDecoder> decoder_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_H_
