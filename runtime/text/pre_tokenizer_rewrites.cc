// The steps of a pre-tokenizer that rewrite its pieces. See pre_tokenizer.h.
#include "absl/strings/match.h"
#include "runtime/base/status.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/pre_tokenizer.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// Writes each piece anew by `rewrite(bytes, begin, builder)`, where the piece
// is `bytes` and begins at `begin`.
template <typename Rewrite>
absl::Status RewritePieces(PiecedText* text, const Rewrite& rewrite) {
  TrackedTextBuilder builder(text->tracked);
  for (Piece& piece : text->pieces) {
    const auto begin = static_cast<uint32_t>(builder.size());
    rewrite(absl::string_view(text->tracked.text)
                .substr(piece.begin, piece.end - piece.begin),
            size_t{piece.begin}, &builder);
    piece = {begin, static_cast<uint32_t>(builder.size())};
  }
  FATHOM_ASSIGN_OR_RETURN(text->tracked, std::move(builder).Finish());
  return absl::OkStatus();
}

class MetaspaceStep final : public PreTokenizerStep {
 public:
  explicit MetaspaceStep(Metaspace metaspace)
      : metaspace_(std::move(metaspace)) {
    size_t length = 0;
    split_ = MakeDelimiterSplit(DecodeUtf8(metaspace_.replacement, 0, &length),
                                CutBehavior::kMergedWithNext);
  }

  absl::Status Apply(SplitScratch* scratch, PiecedText* text) const override {
    const size_t at_start = text->tracked.at_start;
    FATHOM_RETURN_IF_ERROR(
        RewritePieces(text, [&](absl::string_view bytes, size_t begin,
                                TrackedTextBuilder* builder) {
          if (Prepends(bytes, begin < at_start)) {
            builder->Insert(begin, metaspace_.replacement);
          }
          size_t kept = 0;
          for (size_t at = 0; (at = bytes.find(' ', kept)) != bytes.npos;
               kept = at + 1) {
            builder->Keep(begin + kept, begin + at);
            builder->Replace(begin + at, begin + at + 1,
                             metaspace_.replacement);
          }
          builder->Keep(begin + kept, begin + bytes.size());
        }));
    if (!metaspace_.split) return absl::OkStatus();
    return split_->Apply(scratch, text);
  }

 private:
  bool Prepends(absl::string_view bytes, bool is_first) const {
    if (bytes[0] == ' ' || absl::StartsWith(bytes, metaspace_.replacement)) {
      return false;
    }
    return metaspace_.prepend == PrependScheme::kAlways ||
           (metaspace_.prepend == PrependScheme::kFirst && is_first);
  }

  Metaspace metaspace_;
  std::unique_ptr<PreTokenizerStep> split_;
};

class PrefixSpace final : public PreTokenizerStep {
 public:
  absl::Status Apply(SplitScratch*, PiecedText* text) const override {
    return RewritePieces(text, [](absl::string_view bytes, size_t begin,
                                  TrackedTextBuilder* builder) {
      if (bytes[0] != ' ') builder->Insert(begin, " ");
      builder->Keep(begin, begin + bytes.size());
    });
  }
};

class PieceByteAlphabet final : public PreTokenizerStep {
 public:
  absl::Status Apply(SplitScratch*, PiecedText* text) const override {
    return RewritePieces(text, [](absl::string_view bytes, size_t begin,
                                  TrackedTextBuilder* builder) {
      std::string character;
      for (size_t at = 0; at < bytes.size(); ++at) {
        character.clear();
        AppendByteCharacter(static_cast<uint8_t>(bytes[at]), &character);
        builder->Replace(begin + at, begin + at + 1, character);
      }
    });
  }
};

}  // namespace

std::unique_ptr<PreTokenizerStep> MakeMetaspace(Metaspace metaspace) {
  return std::make_unique<MetaspaceStep>(std::move(metaspace));
}
std::unique_ptr<PreTokenizerStep> MakePrefixSpace() {
  return std::make_unique<PrefixSpace>();
}
std::unique_ptr<PreTokenizerStep> MakePieceByteAlphabet() {
  return std::make_unique<PieceByteAlphabet>();
}

}  // namespace fathom::rt
