// See token_decoder.h. Here are the steps that join tokens; those that rewrite
// them one by one are in decoder_rewrites.cc.
#include "runtime/text/token_decoder.h"

#include <optional>

#include "runtime/text/byte_alphabet.h"
#include "runtime/text/byte_tokens.h"
#include "runtime/text/decoder_steps.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/utf8_pieces.h"

namespace fathom::rt {
namespace {

class ByteLevelFilter final : public WholeTokenFilter {
 public:
  explicit ByteLevelFilter(bool takes_bytes) : takes_bytes_(takes_bytes) {}

  void Finish() override {
    std::string text;
    MoveWholeUtf8(&bytes_, /*is_last=*/true, &text);
    next().Put(text, true);
  }

 protected:
  void PutToken(absl::string_view token) override {
    const std::optional<std::string> bytes =
        takes_bytes_ ? std::nullopt : BytesOfWord(token);
    bytes_.append(bytes.has_value() ? *bytes : std::string(token));
    std::string text;
    MoveWholeUtf8(&bytes_, /*is_last=*/false, &text);
    next().Put(text, false);
  }

 private:
  bool takes_bytes_;
  std::string bytes_;  // the begin of a character
};

class ByteFallbackFilter final : public WholeTokenFilter {
 public:
  void Finish() override { PutBytes(); }

 protected:
  void PutToken(absl::string_view token) override {
    if (const std::optional<uint8_t> byte = ByteOfToken(token)) {
      bytes_.push_back(static_cast<char>(*byte));
      return;
    }
    PutBytes();
    next().Put(token, true);
  }

 private:
  // Bytes that come later may make what is UTF-8 until now broken as a whole.
  void PutBytes() {
    if (IsValidUtf8(bytes_)) {
      if (!bytes_.empty()) next().Put(bytes_, true);
    } else {
      for (size_t i = 0; i < bytes_.size(); ++i) next().Put("\ufffd", true);
    }
    bytes_.clear();
  }

  std::string bytes_;
};

class JoinFilter final : public DecoderFilter {
 public:
  explicit JoinFilter(std::string between) : between_(std::move(between)) {}

  void Put(absl::string_view part, bool ends_token) override {
    if (ended_token_) next().Put(between_, false);
    next().Put(part, false);
    ended_token_ = ends_token;
  }
  void Finish() override { next().Put("", true); }

 private:
  std::string between_;
  bool ended_token_ = false;
};

}  // namespace

std::unique_ptr<DecoderStep> MakeByteLevelDecoder(bool takes_bytes) {
  return MakeStep<ByteLevelFilter>(takes_bytes);
}
std::unique_ptr<DecoderStep> MakeByteFallbackDecoder() {
  return MakeStep<ByteFallbackFilter>();
}
std::unique_ptr<DecoderStep> MakeFuseDecoder() {
  return MakeStep<JoinFilter>(std::string());
}
std::unique_ptr<DecoderStep> MakeSpaceDecoder() {
  return MakeStep<JoinFilter>(std::string(" "));
}

TokenDecoder::TokenDecoder(
    const std::vector<std::unique_ptr<DecoderStep>>& steps) {
  for (const auto& step : steps) filters_.push_back(step->Start());
  for (size_t i = 0; i < filters_.size(); ++i) {
    filters_[i]->set_next(i + 1 < filters_.size()
                              ? static_cast<TokenSink*>(filters_[i + 1].get())
                              : &text_);
  }
}

std::string TokenDecoder::Push(absl::string_view token) {
  TokenSink* first = filters_.empty() ? static_cast<TokenSink*>(&text_)
                                      : filters_.front().get();
  first->Put(token, true);
  return text_.Take();
}

std::string TokenDecoder::Finish() {
  for (const auto& filter : filters_) filter->Finish();
  return text_.Take();
}

}  // namespace fathom::rt
