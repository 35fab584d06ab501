// See normalizer.h.
#include "runtime/text/normalizer.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "runtime/base/status.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/unicode_classes.h"

namespace fathom::rt {
namespace {

class NormalFormStep final : public NormalizerStep {
 public:
  explicit NormalFormStep(NormalForm form) : form_(form) {}
  absl::StatusOr<TrackedText> Apply(const TrackedText& text,
                                    SplitScratch*) const override {
    return ToNormalForm(form_, text);
  }

 private:
  NormalForm form_;
};

// A step that looks at one character at a time: `map` appends to its third
// argument what the character, given as its code point and bytes, becomes.
using CharacterMap = void (*)(uint32_t, absl::string_view, std::string*);

class CharacterStep final : public NormalizerStep {
 public:
  explicit CharacterStep(CharacterMap map) : map_(map) {}

  absl::StatusOr<TrackedText> Apply(const TrackedText& from,
                                    SplitScratch*) const override {
    const absl::string_view text = from.text;
    TrackedTextBuilder builder(from);
    std::string mapped;
    size_t plain = 0;  // from here to `at` all characters stay as they are
    for (size_t at = 0, length = 0; at < text.size(); at += length) {
      mapped.clear();
      const uint32_t code_point = DecodeUtf8(text, at, &length);
      const absl::string_view character = text.substr(at, length);
      map_(code_point, character, &mapped);
      if (mapped == character) continue;
      builder.Keep(plain, at);
      builder.Replace(at, at + length, mapped);
      plain = at + length;
    }
    builder.Keep(plain, text.size());
    return std::move(builder).Finish();
  }

 private:
  CharacterMap map_;
};

void MapToLowercase(uint32_t code_point, absl::string_view, std::string* out) {
  AppendLowercase(code_point, out);
}

void MapMarkToNothing(uint32_t code_point, absl::string_view character,
                      std::string* out) {
  if (!IsCombiningMark(code_point)) {
    out->append(character.data(), character.size());
  }
}

void MapByNmt(uint32_t c, absl::string_view character, std::string* out) {
  const bool is_removed = (c >= 0x01 && c <= 0x08) || c == 0x0b ||
                          (c >= 0x0e && c <= 0x1f) || c == 0x7f || c == 0x8f ||
                          c == 0x9f;
  if (is_removed) return;
  const bool is_space = c == 0x09 || c == 0x0a || c == 0x0c || c == 0x0d ||
                        c == 0x1680 || (c >= 0x200b && c <= 0x200f) ||
                        c == 0x2028 || c == 0x2029 || c == 0x2581 ||
                        c == 0xfeff || c == 0xfffd;
  if (is_space) {
    out->push_back(' ');
  } else {
    out->append(character.data(), character.size());
  }
}

void MapToByteAlphabet(uint32_t, absl::string_view character,
                       std::string* out) {
  for (char c : character) AppendByteCharacter(static_cast<uint8_t>(c), out);
}

class Strip final : public NormalizerStep {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}

  absl::StatusOr<TrackedText> Apply(const TrackedText& from,
                                    SplitScratch*) const override {
    const absl::string_view text = from.text;
    const size_t begin = left_ ? SpaceEnd(text, 0) : 0;
    const size_t end =
        right_ ? std::max(SpaceBegin(text, text.size()), begin) : text.size();
    TrackedTextBuilder builder(from);
    builder.Keep(begin, end);
    return std::move(builder).Finish();
  }

 private:
  bool left_;
  bool right_;
};

class ReplacePattern final : public NormalizerStep {
 public:
  ReplacePattern(SplitPattern pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  absl::StatusOr<TrackedText> Apply(const TrackedText& from,
                                    SplitScratch* scratch) const override {
    TrackedTextBuilder builder(from);
    std::string stand_in;
    const absl::string_view matched =
        MakeStandIn(from.text, UnicodeOf::kPatterns, &stand_in) ? stand_in
                                                                : from.text;
    FATHOM_RETURN_IF_ERROR(pattern_.ForEachPart(
        matched, scratch, [&](size_t begin, size_t end, bool is_match) {
          if (!is_match) {
            builder.Keep(begin, end);
          } else if (begin < end) {
            builder.Replace(begin, end, content_);
          }
        }));
    return std::move(builder).Finish();
  }

 private:
  SplitPattern pattern_;
  std::string content_;
};

class ReplaceText final : public NormalizerStep {
 public:
  ReplaceText(std::string text, std::string content)
      : text_(std::move(text)), content_(std::move(content)) {}

  absl::StatusOr<TrackedText> Apply(const TrackedText& from,
                                    SplitScratch*) const override {
    TrackedTextBuilder builder(from);
    size_t begin = 0;
    for (size_t at = 0;
         (at = from.text.find(text_, begin)) != std::string::npos;
         begin = at + text_.size()) {
      builder.Keep(begin, at);
      builder.Replace(at, at + text_.size(), content_);
    }
    builder.Keep(begin, from.text.size());
    return std::move(builder).Finish();
  }

 private:
  std::string text_;
  std::string content_;
};

class Prepend final : public NormalizerStep {
 public:
  explicit Prepend(std::string text) : text_(std::move(text)) {}

  absl::StatusOr<TrackedText> Apply(const TrackedText& from,
                                    SplitScratch*) const override {
    TrackedTextBuilder builder(from);
    if (!from.text.empty()) builder.Insert(0, text_);
    builder.Keep(0, from.text.size());
    return std::move(builder).Finish();
  }

 private:
  std::string text_;
};

}  // namespace

std::unique_ptr<NormalizerStep> MakeNormalFormStep(NormalForm form) {
  return std::make_unique<NormalFormStep>(form);
}
std::unique_ptr<NormalizerStep> MakeLowercase() {
  return std::make_unique<CharacterStep>(MapToLowercase);
}
std::unique_ptr<NormalizerStep> MakeStripAccents() {
  return std::make_unique<CharacterStep>(MapMarkToNothing);
}
std::unique_ptr<NormalizerStep> MakeNmt() {
  return std::make_unique<CharacterStep>(MapByNmt);
}
std::unique_ptr<NormalizerStep> MakeByteAlphabetStep() {
  return std::make_unique<CharacterStep>(MapToByteAlphabet);
}
std::unique_ptr<NormalizerStep> MakeStrip(bool left, bool right) {
  return std::make_unique<Strip>(left, right);
}
std::unique_ptr<NormalizerStep> MakeReplacePattern(SplitPattern pattern,
                                                   std::string content) {
  return std::make_unique<ReplacePattern>(std::move(pattern),
                                          std::move(content));
}
std::unique_ptr<NormalizerStep> MakeReplaceText(std::string text,
                                                std::string content) {
  return std::make_unique<ReplaceText>(std::move(text), std::move(content));
}
std::unique_ptr<NormalizerStep> MakePrepend(std::string text) {
  return std::make_unique<Prepend>(std::move(text));
}

absl::StatusOr<TrackedText> Normalizer::Apply(TrackedText text,
                                              SplitScratch* scratch) const {
  for (const auto& step : steps_) {
    FATHOM_ASSIGN_OR_RETURN(text, step->Apply(text, scratch));
  }
  return text;
}

}  // namespace fathom::rt
