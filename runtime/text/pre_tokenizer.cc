// See pre_tokenizer.h.
#include "runtime/text/pre_tokenizer.h"

#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

class PatternSplitStep final : public PreTokenizerStep {
 public:
  explicit PatternSplitStep(PatternSplit split) : split_(std::move(split)) {}

  absl::Status Apply(SplitScratch* scratch, PiecedText* text) const override {
    std::string stand_in;
    const absl::string_view matched =
        MakeStandIn(text->tracked.text, UnicodeOf::kPatterns, &stand_in)
            ? stand_in
            : text->tracked.text;
    std::vector<Piece> cut;
    cut.reserve(text->pieces.size());
    PieceCutter cutter(split_.behavior, &cut);
    for (const Piece& piece : text->pieces) {
      // A piece is a text of its own: look-ahead does not see beyond it.
      FATHOM_RETURN_IF_ERROR(split_.pattern.ForEachPart(
          matched.substr(piece.begin, piece.end - piece.begin), scratch,
          [&](size_t begin, size_t end, bool is_match) {
            cutter.Add(piece.begin + begin, piece.begin + end,
                       is_match != split_.invert);
          }));
      cutter.Finish();
    }
    text->pieces = std::move(cut);
    return absl::OkStatus();
  }

 private:
  PatternSplit split_;
};

// A step that looks at one character at a time; Class has IsMatch(code_point).
template <typename Class>
class CharacterSplitStep final : public PreTokenizerStep {
 public:
  CharacterSplitStep(Class is_match, CutBehavior behavior)
      : is_match_(is_match), behavior_(behavior) {}

  absl::Status Apply(SplitScratch*, PiecedText* text) const override {
    std::vector<Piece> cut;
    cut.reserve(text->pieces.size());
    PieceCutter cutter(behavior_, &cut);
    for (const Piece& piece : text->pieces) {
      size_t plain = piece.begin;  // begin of what matches nowhere
      for (size_t at = piece.begin, length = 0; at < piece.end; at += length) {
        if (!is_match_(DecodeUtf8(text->tracked.text, at, &length))) continue;
        if (plain < at) cutter.Add(plain, at, false);
        plain = at + length;
        cutter.Add(at, plain, true);
      }
      if (plain < piece.end) cutter.Add(plain, piece.end, false);
      cutter.Finish();
    }
    text->pieces = std::move(cut);
    return absl::OkStatus();
  }

 private:
  Class is_match_;
  CutBehavior behavior_;
};

template <typename Class>
std::unique_ptr<PreTokenizerStep> SplitAt(Class is_match,
                                          CutBehavior behavior) {
  return std::make_unique<CharacterSplitStep<Class>>(is_match, behavior);
}

class WordSplit final : public PreTokenizerStep {
 public:
  absl::Status Apply(SplitScratch*, PiecedText* text) const override {
    std::vector<Piece> cut;
    PieceCutter cutter(CutBehavior::kRemoved, &cut);
    for (const Piece& piece : text->pieces) {
      size_t begin = piece.begin;
      Kind kind = Kind::kSpace;
      for (size_t at = piece.begin, length = 0; at < piece.end; at += length) {
        const Kind now = KindOf(DecodeUtf8(text->tracked.text, at, &length));
        if (now == kind) continue;
        cutter.Add(begin, at, kind == Kind::kSpace);
        begin = at;
        kind = now;
      }
      cutter.Add(begin, piece.end, kind == Kind::kSpace);
    }
    text->pieces = std::move(cut);
    return absl::OkStatus();
  }

 private:
  enum class Kind { kSpace, kWord, kOther };
  static Kind KindOf(uint32_t code_point) {
    if (IsWordCharacter(code_point)) return Kind::kWord;
    return IsWhiteSpace(code_point) ? Kind::kSpace : Kind::kOther;
  }
};

class FixedLengthSplit final : public PreTokenizerStep {
 public:
  explicit FixedLengthSplit(uint32_t length) : length_(length) {}

  absl::Status Apply(SplitScratch*, PiecedText* text) const override {
    std::vector<Piece> cut;
    for (const Piece& piece : text->pieces) {
      uint32_t begin = piece.begin;
      uint32_t count = 0;
      for (uint32_t at = piece.begin; at < piece.end;) {
        at += static_cast<uint32_t>(Utf8Length(text->tracked.text[at]));
        if (++count < length_ && at < piece.end) continue;
        cut.push_back({begin, at});
        begin = at;
        count = 0;
      }
    }
    text->pieces = std::move(cut);
    return absl::OkStatus();
  }

 private:
  uint32_t length_;
};

}  // namespace

std::unique_ptr<PreTokenizerStep> MakePatternSplit(PatternSplit split) {
  return std::make_unique<PatternSplitStep>(std::move(split));
}
std::unique_ptr<PreTokenizerStep> MakeCharacterSplit(IsMatch is_match,
                                                     CutBehavior behavior) {
  return SplitAt(is_match, behavior);
}
std::unique_ptr<PreTokenizerStep> MakeDelimiterSplit(uint32_t delimiter,
                                                     CutBehavior behavior) {
  return SplitAt([delimiter](uint32_t c) { return c == delimiter; }, behavior);
}
std::unique_ptr<PreTokenizerStep> MakeWordSplit() {
  return std::make_unique<WordSplit>();
}
std::unique_ptr<PreTokenizerStep> MakeFixedLengthSplit(uint32_t length) {
  return std::make_unique<FixedLengthSplit>(length);
}

absl::Status PreTokenizer::Split(TrackedText text, SplitScratch* scratch,
                                 PiecedText* pieces) const {
  pieces->tracked = std::move(text);
  pieces->pieces.clear();
  if (pieces->tracked.text.empty()) return absl::OkStatus();
  pieces->pieces.push_back(
      {0, static_cast<uint32_t>(pieces->tracked.text.size())});
  for (const auto& step : steps_) {
    FATHOM_RETURN_IF_ERROR(step->Apply(scratch, pieces));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
