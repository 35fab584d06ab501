// Reads the steps of a tokenizer's tables. What belongs to which kind of step
// is in one table each, in the order of the kinds.
#include <array>
#include <optional>
#include <utility>

#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_load.h"

namespace fathom::rt {
namespace {

namespace schema = fathom::schema;

absl::Status CheckSteps(absl::string_view what, size_t count) {
  if (count <= kSplitsMax) return absl::OkStatus();
  return BadTables("found %d %s, expected at most %d", count, what, kSplitsMax);
}

// Whether `text` is there where it is wanted and fits, in valid UTF-8.
absl::Status CheckText(absl::string_view what, const flatbuffers::String* text,
                       size_t bytes_min, size_t bytes_max) {
  const absl::string_view bytes = TextOf(text);
  if (bytes.size() < bytes_min || bytes.size() > bytes_max ||
      !IsValidUtf8(bytes)) {
    return BadTables("found %s of %d bytes, expected %d to %d of UTF-8", what,
                     bytes.size(), bytes_min, bytes_max);
  }
  return absl::OkStatus();
}

// One character.
absl::Status CheckCharacter(const flatbuffers::String* text) {
  const absl::string_view bytes = TextOf(text);
  if (!bytes.empty() && IsValidUtf8(bytes) &&
      Utf8Length(bytes[0]) == bytes.size()) {
    return absl::OkStatus();
  }
  return BadTables("found '%s', expected one character", Shown(bytes));
}

absl::StatusOr<SplitPattern> PatternOf(const flatbuffers::String* pattern) {
  FATHOM_RETURN_IF_ERROR(CheckText("a pattern", pattern, 1, kPatternBytesMax));
  return SplitPattern::Create(TextOf(pattern));
}

using NormalizerResult = absl::StatusOr<std::unique_ptr<NormalizerStep>>;
using MakeNormalizer = NormalizerResult (*)(const schema::NormalizerStep&);

template <bool kComposes, bool kCompatible>
NormalizerResult LoadNormalForm(const schema::NormalizerStep&) {
  return MakeNormalFormStep({kComposes, kCompatible});
}
NormalizerResult LoadLowercase(const schema::NormalizerStep&) {
  return MakeLowercase();
}
NormalizerResult LoadStripAccents(const schema::NormalizerStep&) {
  return MakeStripAccents();
}
NormalizerResult LoadStrip(const schema::NormalizerStep& step) {
  return MakeStrip(step.left(), step.right());
}
NormalizerResult LoadReplacePattern(const schema::NormalizerStep& step) {
  FATHOM_ASSIGN_OR_RETURN(SplitPattern pattern, PatternOf(step.pattern()));
  FATHOM_RETURN_IF_ERROR(
      CheckText("a replacement", step.content(), 0, kReplacementBytesMax));
  if (pattern.MatchesEmpty()) {
    return BadTables(
        "found the pattern '%s', which may match nothing, expected one that "
        "matches characters, for they are replaced",
        Shown(TextOf(step.pattern())));
  }
  return MakeReplacePattern(std::move(pattern),
                            std::string(TextOf(step.content())));
}
NormalizerResult LoadReplaceText(const schema::NormalizerStep& step) {
  FATHOM_RETURN_IF_ERROR(
      CheckText("a pattern", step.pattern(), 1, kPatternBytesMax));
  FATHOM_RETURN_IF_ERROR(
      CheckText("a replacement", step.content(), 0, kReplacementBytesMax));
  return MakeReplaceText(std::string(TextOf(step.pattern())),
                         std::string(TextOf(step.content())));
}
NormalizerResult LoadPrepend(const schema::NormalizerStep& step) {
  FATHOM_RETURN_IF_ERROR(
      CheckText("a text to prepend", step.content(), 1, kReplacementBytesMax));
  return MakePrepend(std::string(TextOf(step.content())));
}
NormalizerResult LoadNmt(const schema::NormalizerStep&) { return MakeNmt(); }
NormalizerResult LoadByteAlphabet(const schema::NormalizerStep&) {
  return MakeByteAlphabetStep();
}

constexpr MakeNormalizer kNormalizers[] = {
    LoadNormalForm<true, false>,   // Nfc
    LoadNormalForm<false, false>,  // Nfd
    LoadNormalForm<true, true>,    // Nfkc
    LoadNormalForm<false, true>,   // Nfkd
    LoadLowercase,
    LoadStripAccents,
    LoadStrip,
    LoadReplacePattern,
    LoadReplaceText,
    LoadPrepend,
    LoadNmt,
    LoadByteAlphabet,
};
static_assert(std::size(kNormalizers) ==
              size_t{static_cast<uint8_t>(schema::NormalizerKind::MAX)} + 1);

using SplitResult = absl::StatusOr<std::unique_ptr<PreTokenizerStep>>;
using MakeSplit = SplitResult (*)(const schema::Split&);

absl::StatusOr<CutBehavior> BehaviorOf(const schema::Split& split) {
  switch (split.behavior()) {
    case schema::CutBehavior::Isolated: return CutBehavior::kIsolated;
    case schema::CutBehavior::Removed: return CutBehavior::kRemoved;
    case schema::CutBehavior::MergedWithPrevious:
      return CutBehavior::kMergedWithPrevious;
    case schema::CutBehavior::MergedWithNext:
      return CutBehavior::kMergedWithNext;
    case schema::CutBehavior::Contiguous: return CutBehavior::kContiguous;
  }
  return BadTables("found a behavior of kind %d, expected one that is known",
                   static_cast<int>(split.behavior()));
}

SplitResult LoadPatternSplit(const schema::Split& split) {
  FATHOM_ASSIGN_OR_RETURN(SplitPattern pattern, PatternOf(split.pattern()));
  FATHOM_ASSIGN_OR_RETURN(CutBehavior behavior, BehaviorOf(split));
  return MakePatternSplit({std::move(pattern), behavior, split.invert()});
}
SplitResult LoadDigits(const schema::Split&) {
  return MakeCharacterSplit(IsNumeric, CutBehavior::kIsolated);
}
SplitResult LoadDigitRuns(const schema::Split&) {
  return MakeCharacterSplit(IsNumeric, CutBehavior::kContiguous);
}
SplitResult LoadPunctuation(const schema::Split& split) {
  FATHOM_ASSIGN_OR_RETURN(CutBehavior behavior, BehaviorOf(split));
  return MakeCharacterSplit(IsPunctuation, behavior);
}
SplitResult LoadWhitespace(const schema::Split&) {
  return MakeCharacterSplit(IsWhiteSpace, CutBehavior::kRemoved);
}
SplitResult LoadWordSplit(const schema::Split&) { return MakeWordSplit(); }
SplitResult LoadDelimiter(const schema::Split& split) {
  FATHOM_RETURN_IF_ERROR(CheckCharacter(split.content()));
  size_t length = 0;
  return MakeDelimiterSplit(DecodeUtf8(TextOf(split.content()), 0, &length),
                            CutBehavior::kRemoved);
}
SplitResult LoadFixedLength(const schema::Split& split) {
  if (split.length() == 0) {
    return BadTables("found pieces of 0 characters, expected at least 1");
  }
  return MakeFixedLengthSplit(split.length());
}
SplitResult LoadMetaspace(const schema::Split& split) {
  FATHOM_RETURN_IF_ERROR(CheckCharacter(split.content()));
  Metaspace metaspace;
  metaspace.replacement = std::string(TextOf(split.content()));
  metaspace.split = split.cuts();
  switch (split.prepend()) {
    case schema::PrependScheme::Always:
      metaspace.prepend = PrependScheme::kAlways;
      break;
    case schema::PrependScheme::Never:
      metaspace.prepend = PrependScheme::kNever;
      break;
    case schema::PrependScheme::First:
      metaspace.prepend = PrependScheme::kFirst;
      break;
    default:
      return BadTables("found prepending of kind %d, expected a known one",
                       static_cast<int>(split.prepend()));
  }
  return MakeMetaspace(std::move(metaspace));
}
SplitResult LoadPrefixSpace(const schema::Split&) { return MakePrefixSpace(); }
SplitResult LoadPieceByteAlphabet(const schema::Split&) {
  return MakePieceByteAlphabet();
}

constexpr MakeSplit kSplits[] = {
    LoadPatternSplit, LoadDigits,      LoadDigitRuns,         LoadPunctuation,
    LoadWhitespace,   LoadWordSplit,   LoadDelimiter,         LoadFixedLength,
    LoadMetaspace,    LoadPrefixSpace, LoadPieceByteAlphabet,
};
static_assert(std::size(kSplits) ==
              size_t{static_cast<uint8_t>(schema::SplitKind::MAX)} + 1);

using DecoderResult = absl::StatusOr<std::unique_ptr<DecoderStep>>;
using MakeDecoder = DecoderResult (*)(const schema::DecoderStep&);

DecoderResult LoadByteLevelDecoder(const schema::DecoderStep&) {
  return MakeByteLevelDecoder(/*takes_bytes=*/false);
}
DecoderResult LoadByteFallback(const schema::DecoderStep&) {
  return MakeByteFallbackDecoder();
}
DecoderResult LoadFuse(const schema::DecoderStep&) { return MakeFuseDecoder(); }
DecoderResult LoadSpaces(const schema::DecoderStep&) {
  return MakeSpaceDecoder();
}
DecoderResult LoadStripDecoder(const schema::DecoderStep& step) {
  FATHOM_RETURN_IF_ERROR(CheckCharacter(step.content()));
  return MakeStripDecoder(std::string(TextOf(step.content())), step.start(),
                          step.stop());
}
DecoderResult LoadMetaspaceDecoder(const schema::DecoderStep& step) {
  FATHOM_RETURN_IF_ERROR(CheckCharacter(step.content()));
  return MakeMetaspaceDecoder(std::string(TextOf(step.content())),
                              step.drops_first());
}
DecoderResult LoadReplaceDecoder(const schema::DecoderStep& step) {
  FATHOM_RETURN_IF_ERROR(
      CheckText("a pattern", step.pattern(), 1, kPatternBytesMax));
  FATHOM_RETURN_IF_ERROR(
      CheckText("a replacement", step.content(), 0, kReplacementBytesMax));
  return MakeReplaceDecoder(std::string(TextOf(step.pattern())),
                            std::string(TextOf(step.content())));
}
DecoderResult LoadSuffixDecoder(const schema::DecoderStep& step) {
  FATHOM_RETURN_IF_ERROR(
      CheckText("a suffix", step.content(), 1, kReplacementBytesMax));
  return MakeSuffixDecoder(std::string(TextOf(step.content())));
}
DecoderResult LoadWordPiece(const schema::DecoderStep& step) {
  FATHOM_RETURN_IF_ERROR(
      CheckText("a prefix", step.content(), 0, kReplacementBytesMax));
  return MakeWordPieceDecoder(std::string(TextOf(step.content())),
                              step.cleans_up());
}

constexpr MakeDecoder kDecoders[] = {
    LoadByteLevelDecoder, LoadByteFallback,  LoadFuse,
    LoadSpaces,           LoadStripDecoder,  LoadMetaspaceDecoder,
    LoadReplaceDecoder,   LoadSuffixDecoder, LoadWordPiece,
};
static_assert(std::size(kDecoders) ==
              size_t{static_cast<uint8_t>(schema::DecoderKind::MAX)} + 1);

// The function of `kind`.
template <typename Make, size_t kCount, typename Kind>
absl::StatusOr<Make> MakerOf(absl::string_view what,
                             const Make (&makers)[kCount], Kind kind) {
  const auto index = static_cast<size_t>(kind);
  if (index < kCount) return makers[index];
  return BadTables("found %s of kind %d, expected one that is known", what,
                   index);
}

}  // namespace

absl::Status LoadNormalizer(const schema::TokenizerTables& tables,
                            Normalizer* normalizer) {
  if (tables.nfc()) normalizer->AddStep(MakeNormalFormStep({true, false}));
  if (tables.normalizer() == nullptr) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(
      CheckSteps("normalizers", tables.normalizer()->size()));
  for (const auto* step : *tables.normalizer()) {
    FATHOM_ASSIGN_OR_RETURN(
        MakeNormalizer make,
        MakerOf("a normalizer", kNormalizers, step->kind()));
    FATHOM_ASSIGN_OR_RETURN(auto made, make(*step));
    normalizer->AddStep(std::move(made));
  }
  return absl::OkStatus();
}

absl::Status LoadPreTokenizer(const schema::TokenizerTables& tables,
                              PreTokenizer* pre_tokenizer) {
  FATHOM_RETURN_IF_ERROR(CheckSteps("splits", tables.splits()->size()));
  for (const auto* split : *tables.splits()) {
    FATHOM_ASSIGN_OR_RETURN(MakeSplit make,
                            MakerOf("a split", kSplits, split->kind()));
    FATHOM_ASSIGN_OR_RETURN(auto made, make(*split));
    pre_tokenizer->AddStep(std::move(made));
  }
  if (tables.add_prefix_space()) pre_tokenizer->AddStep(MakePrefixSpace());
  if (tables.use_regex()) {
    FATHOM_ASSIGN_OR_RETURN(SplitPattern pattern,
                            SplitPattern::Create(kByteLevelPattern));
    pre_tokenizer->AddStep(MakePatternSplit({std::move(pattern)}));
  }
  return absl::OkStatus();
}

absl::Status LoadDecoder(const schema::TokenizerTables& tables,
                         TokenizerParts* parts) {
  const auto* steps = tables.decoder();
  // At byte level tokens are kept as bytes, so that none are turned into
  // characters and back again.
  parts->decoder_takes_bytes =
      parts->is_byte_level &&
      (steps == nullptr ||
       (steps->size() > 0 &&
        steps->Get(0)->kind() == schema::DecoderKind::ByteLevel));
  if (parts->decoder_takes_bytes) {
    parts->decoder.push_back(MakeByteLevelDecoder(/*takes_bytes=*/true));
  }
  if (steps == nullptr) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(CheckSteps("decoders", steps->size()));
  for (uint32_t i = parts->decoder_takes_bytes ? 1 : 0; i < steps->size();
       ++i) {
    FATHOM_ASSIGN_OR_RETURN(MakeDecoder make, MakerOf("a decoder", kDecoders,
                                                      steps->Get(i)->kind()));
    FATHOM_ASSIGN_OR_RETURN(auto made, make(*steps->Get(i)));
    parts->decoder.push_back(std::move(made));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
