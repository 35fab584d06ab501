// Tokens back to text, step by step, as the decoders of the `tokenizers`
// library do it. Steps take the tokens one by one, so that text can be shown
// while it is made; all pieces together are what the library makes of all
// tokens at once.
#ifndef FATHOM_RUNTIME_TEXT_TOKEN_DECODER_H_
#define FATHOM_RUNTIME_TEXT_TOKEN_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// Takes tokens, whole or in parts.
class TokenSink {
 public:
  virtual ~TokenSink() = default;
  // The next part of a token, which `ends_token` or not.
  virtual void Put(absl::string_view part, bool ends_token) = 0;
};

// One step at work on one stream of tokens.
class DecoderFilter : public TokenSink {
 public:
  void set_next(TokenSink* next) { next_ = next; }
  // After the last token: writes what was held back.
  virtual void Finish() {}

 protected:
  TokenSink& next() { return *next_; }

 private:
  TokenSink* next_ = nullptr;
};

// One step. Steps are immutable, and any thread may start them.
class DecoderStep {
 public:
  virtual ~DecoderStep() = default;
  // A filter, which the step has to outlive.
  virtual std::unique_ptr<DecoderFilter> Start() const = 0;
};

// Joins all tokens: bytes in, UTF-8 out, broken bytes as U+FFFD. Tokens are
// bytes already, or in GPT-2's alphabet (see byte_alphabet.h).
std::unique_ptr<DecoderStep> MakeByteLevelDecoder(bool takes_bytes);
// Tokens <0x00> to <0xFF> that follow each other become one token where their
// bytes are UTF-8, and a U+FFFD each where they are not.
std::unique_ptr<DecoderStep> MakeByteFallbackDecoder();
// Joins all tokens to one.
std::unique_ptr<DecoderStep> MakeFuseDecoder();
// Joins all tokens to one, a space between each two: no decoder at all.
std::unique_ptr<DecoderStep> MakeSpaceDecoder();
// Removes up to `start` times `content`, one character, from the begin of each
// token and up to `stop` times from its end.
std::unique_ptr<DecoderStep> MakeStripDecoder(std::string content,
                                              uint32_t start, uint32_t stop);
// Writes a space for each `replacement`, one character; nothing in the first
// token, where `drops_first`.
std::unique_ptr<DecoderStep> MakeMetaspaceDecoder(std::string replacement,
                                                  bool drops_first);
// Writes `content` for each `text` (not empty) in a token.
std::unique_ptr<DecoderStep> MakeReplaceDecoder(std::string text,
                                                std::string content);
// Writes a space for each `suffix` (not empty); nothing in the last token.
std::unique_ptr<DecoderStep> MakeSuffixDecoder(std::string suffix);
// Writes a space before each token but the first, or removes `prefix` from it;
// `cleans_up` the spaces around punctuation within a token.
std::unique_ptr<DecoderStep> MakeWordPieceDecoder(std::string prefix,
                                                  bool cleans_up);

// Steps in the order in which they are added, at work on one stream.
class TokenDecoder {
 public:
  explicit TokenDecoder(const std::vector<std::unique_ptr<DecoderStep>>& steps);
  TokenDecoder(const TokenDecoder&) = delete;
  TokenDecoder& operator=(const TokenDecoder&) = delete;

  // Each returns the text that is certain now.
  std::string Push(absl::string_view token);
  std::string Finish();

 private:
  class Text final : public TokenSink {
   public:
    void Put(absl::string_view part, bool) override {
      text_.append(part.data(), part.size());
    }
    std::string Take() { return std::exchange(text_, std::string()); }

   private:
    std::string text_;
  };

  std::vector<std::unique_ptr<DecoderFilter>> filters_;
  Text text_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKEN_DECODER_H_
