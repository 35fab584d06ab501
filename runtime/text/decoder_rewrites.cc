// The steps of a decoder that rewrite tokens one by one. See token_decoder.h.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "runtime/text/decoder_steps.h"

namespace fathom::rt {
namespace {

class StripFilter final : public DecoderFilter {
 public:
  StripFilter(std::string content, uint32_t start, uint32_t stop)
      : content_(std::move(content)), start_(start), stop_(stop) {}

  void Put(absl::string_view part, bool ends_token) override {
    while (removed_ < start_ && absl::ConsumePrefix(&part, content_)) {
      ++removed_;
    }
    if (!part.empty()) {
      removed_ = start_;  // the token's begin is over
      PutRest(part);
    }
    if (!ends_token) return;
    next().Put("", true);
    removed_ = held_ = 0;
  }

 private:
  // Holds back what the end of the token may be.
  void PutRest(absl::string_view rest) {
    absl::string_view body = rest;
    uint64_t count = 0;
    while (absl::ConsumeSuffix(&body, content_)) ++count;
    if (!body.empty()) {
      PutHeld(held_);
      next().Put(body, false);
    }
    held_ += count;
    if (held_ > stop_) PutHeld(held_ - stop_);
  }
  void PutHeld(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) next().Put(content_, false);
    held_ -= count;
  }

  std::string content_;
  uint32_t start_;
  uint32_t stop_;
  uint32_t removed_ = 0;  // at the begin of this token
  uint64_t held_ = 0;     // times `content_`
};

class MetaspaceFilter final : public DecoderFilter {
 public:
  MetaspaceFilter(std::string replacement, bool drops_first)
      : replacement_(std::move(replacement)), drops_(drops_first) {}

  void Put(absl::string_view part, bool ends_token) override {
    next().Put(absl::StrReplaceAll(part, {{replacement_, drops_ ? "" : " "}}),
               ends_token);
    if (ends_token) drops_ = false;
  }

 private:
  std::string replacement_;
  bool drops_;
};

class ReplaceFilter final : public DecoderFilter {
 public:
  ReplaceFilter(std::string text, std::string content)
      : text_(std::move(text)), content_(std::move(content)) {}

  void Put(absl::string_view part, bool ends_token) override {
    held_.append(part.data(), part.size());
    absl::string_view rest = held_;
    for (size_t at = 0; (at = rest.find(text_)) != rest.npos;) {
      next().Put(rest.substr(0, at), false);
      next().Put(content_, false);
      rest.remove_prefix(at + text_.size());
    }
    const size_t kept = ends_token ? 0 : BeginOfText(rest);
    next().Put(rest.substr(0, rest.size() - kept), ends_token);
    held_.erase(0, held_.size() - kept);
  }

 private:
  // How many of the last bytes of `rest` may be the begin of the text.
  size_t BeginOfText(absl::string_view rest) const {
    size_t kept = std::min(rest.size(), text_.size() - 1);
    while (!absl::StartsWith(text_, rest.substr(rest.size() - kept))) --kept;
    return kept;
  }

  std::string text_;
  std::string content_;
  std::string held_;
};

class SuffixFilter final : public WholeTokenFilter {
 public:
  explicit SuffixFilter(std::string suffix) : suffix_(std::move(suffix)) {}

  void Finish() override {
    if (has_token_) PutReplaced("");
  }

 protected:
  void PutToken(absl::string_view token) override {
    if (has_token_) PutReplaced(" ");
    token_.assign(token.data(), token.size());
    has_token_ = true;
  }

 private:
  void PutReplaced(absl::string_view by) {
    next().Put(absl::StrReplaceAll(token_, {{suffix_, by}}), true);
  }

  std::string suffix_;
  std::string token_;  // the last one, perhaps
  bool has_token_ = false;
};

class WordPieceFilter final : public WholeTokenFilter {
 public:
  WordPieceFilter(std::string prefix, bool cleans_up)
      : prefix_(std::move(prefix)), cleans_up_(cleans_up) {}

 protected:
  void PutToken(absl::string_view token) override {
    std::string text;
    if (is_first_ || absl::ConsumePrefix(&token, prefix_)) {
      text.assign(token.data(), token.size());
    } else {
      text = absl::StrCat(" ", token);
    }
    is_first_ = false;
    if (cleans_up_) CleanUp(&text);
    next().Put(text, true);
  }

 private:
  // One after the other, as the library does it.
  static void CleanUp(std::string* text) {
    static constexpr std::pair<absl::string_view, absl::string_view>
        kReplacements[] = {
            {" .", "."},     {" ?", "?"},           {" !", "!"},
            {" ,", ","},     {" ' ", "'"},          {" n't", "n't"},
            {" 'm", "'m"},   {" do not", " don't"}, {" 's", "'s"},
            {" 've", "'ve"}, {" 're", "'re"}};
    for (const auto& replacement : kReplacements) {
      absl::StrReplaceAll({replacement}, text);
    }
  }

  std::string prefix_;
  bool cleans_up_;
  bool is_first_ = true;
};

}  // namespace

std::unique_ptr<DecoderStep> MakeStripDecoder(std::string content,
                                              uint32_t start, uint32_t stop) {
  return MakeStep<StripFilter>(std::move(content), start, stop);
}
std::unique_ptr<DecoderStep> MakeMetaspaceDecoder(std::string replacement,
                                                  bool drops_first) {
  return MakeStep<MetaspaceFilter>(std::move(replacement), drops_first);
}
std::unique_ptr<DecoderStep> MakeReplaceDecoder(std::string text,
                                                std::string content) {
  return MakeStep<ReplaceFilter>(std::move(text), std::move(content));
}
std::unique_ptr<DecoderStep> MakeSuffixDecoder(std::string suffix) {
  return MakeStep<SuffixFilter>(std::move(suffix));
}
std::unique_ptr<DecoderStep> MakeWordPieceDecoder(std::string prefix,
                                                  bool cleans_up) {
  return MakeStep<WordPieceFilter>(std::move(prefix), cleans_up);
}

}  // namespace fathom::rt
