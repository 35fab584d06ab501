// See tokenizer.h.
#include "runtime/text/tokenizer.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/tokenizer_parts.h"

namespace fathom::rt {
namespace {

absl::Status CheckText(absl::string_view text,
                       absl::Span<const ByteSpan> foreign) {
  if (text.size() > kEncodeBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a text of ", text.size(),
                     " bytes, expected at most ", kEncodeBytesMax));
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return absl::InvalidArgumentError(
        "found bytes that are not valid UTF-8, expected text");
  }
  size_t end = 0;
  for (const ByteSpan& span : foreign) {
    if (span.begin < end || span.end < span.begin || span.end > text.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found foreign bytes from ", span.begin, " to ", span.end,
          ", expected ascending spans in a text of ", text.size()));
    }
    end = span.end;
  }
  return absl::OkStatus();
}

// One call of Encode().
class Encoding {
 public:
  Encoding(const TokenizerParts& parts, size_t text_bytes)
      : parts_(parts), scratch_(text_bytes) {}

  absl::StatusOr<std::vector<int32_t>> Run(absl::string_view text,
                                           absl::Span<const ByteSpan> foreign) {
    FATHOM_RETURN_IF_ERROR(scratch_.status());
    TrackedText whole;
    whole.text.assign(text.data(), text.size());
    whole.foreign.assign(foreign.begin(), foreign.end());
    if (!text.empty()) whole.at_start = Utf8Length(text[0]);
    for (const TextOrToken& part : parts_.raw_added.Split(text, foreign)) {
      if (part.id >= 0) {
        ids_.push_back(part.id);
        continue;
      }
      FATHOM_RETURN_IF_ERROR(
          EncodeNormalized(Slice(whole, part.begin, part.end)));
    }
    return std::move(ids_);
  }

 private:
  absl::Status EncodeNormalized(TrackedText raw) {
    FATHOM_ASSIGN_OR_RETURN(TrackedText text,
                            parts_.normalizer.Apply(std::move(raw), &scratch_));
    for (const TextOrToken& part :
         parts_.normalized_added.Split(text.text, text.foreign)) {
      if (part.id >= 0) {
        ids_.push_back(part.id);
        continue;
      }
      FATHOM_RETURN_IF_ERROR(EncodePieces(Slice(text, part.begin, part.end)));
    }
    return absl::OkStatus();
  }

  absl::Status EncodePieces(TrackedText whole) {
    PiecedText text;
    FATHOM_RETURN_IF_ERROR(
        parts_.pre_tokenizer.Split(std::move(whole), &scratch_, &text));
    const absl::string_view bytes = text.tracked.text;
    auto foreign = text.tracked.foreign.begin();
    const auto foreign_end = text.tracked.foreign.end();
    for (const Piece& piece : text.pieces) {
      while (foreign != foreign_end && foreign->end <= piece.begin) ++foreign;
      const bool is_foreign =
          foreign != foreign_end && foreign->begin < piece.end;
      FATHOM_RETURN_IF_ERROR(
          parts_.bpe.Encode(bytes.substr(piece.begin, piece.end - piece.begin),
                            is_foreign, &ids_));
    }
    return absl::OkStatus();
  }

  const TokenizerParts& parts_;
  SplitScratch scratch_;
  std::vector<int32_t> ids_;
};

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerParts> parts)
    : parts_(std::move(parts)) {}
Tokenizer::~Tokenizer() = default;

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Load(
    absl::string_view bytes) {
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<TokenizerParts> parts,
                          LoadTokenizerParts(bytes));
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(parts)));
}

absl::StatusOr<std::vector<int32_t>> Tokenizer::Encode(
    absl::string_view text, absl::Span<const ByteSpan> foreign) const {
  FATHOM_RETURN_IF_ERROR(CheckText(text, foreign));
  return Encoding(*parts_, text.size()).Run(text, foreign);
}

std::string Tokenizer::Decode(absl::Span<const int32_t> ids) const {
  TokenStream stream(*this);
  std::string text;
  for (int32_t id : ids) text += stream.Push(id);
  return text + stream.Finish();
}

absl::string_view Tokenizer::TokenBytes(int32_t id) const {
  if (!HasToken(id)) return "";
  return parts_->Bytes(static_cast<uint32_t>(id));
}

bool Tokenizer::HasToken(int32_t id) const {
  return id >= 0 && id < id_count() &&
         parts_->token_kinds[static_cast<size_t>(id)] != kTokenAbsent;
}

int32_t Tokenizer::id_count() const {
  return static_cast<int32_t>(parts_->token_kinds.size());
}

absl::StatusOr<std::vector<uint8_t>> Tokenizer::HasTokenBits(
    int32_t vocabulary_size) const {
  // Words have rows. An added token need not: a prompt with it is refused.
  int32_t words = id_count();
  while (words > 0 &&
         parts_->token_kinds[static_cast<size_t>(words) - 1] == kTokenAdded) {
    --words;
  }
  if (vocabulary_size < words) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a tokenizer of ", words, " ids, expected at most the ",
        vocabulary_size, " rows of the model's vocabulary"));
  }
  std::vector<uint8_t> bits((static_cast<size_t>(vocabulary_size) + 7) / 8);
  for (int32_t id = 0; id < std::min(id_count(), vocabulary_size); ++id) {
    if (!HasToken(id)) continue;
    bits[static_cast<size_t>(id) / 8] |= static_cast<uint8_t>(1 << (id % 8));
  }
  return bits;
}

int32_t Tokenizer::FindAddedToken(absl::string_view content) const {
  auto found = parts_->added_ids.find(content);
  return found == parts_->added_ids.end() ? -1 : found->second;
}

int32_t Tokenizer::bos_id() const { return parts_->bos_id; }
int32_t Tokenizer::eos_id() const { return parts_->eos_id; }
absl::Span<const int32_t> Tokenizer::before_ids() const {
  return parts_->before_ids;
}
absl::Span<const int32_t> Tokenizer::after_ids() const {
  return parts_->after_ids;
}

TokenStream::TokenStream(const Tokenizer& tokenizer)
    : tokenizer_(&tokenizer),
      decoder_(std::make_unique<TokenDecoder>(tokenizer.parts_->decoder)) {}
TokenStream::~TokenStream() = default;
TokenStream::TokenStream(TokenStream&&) noexcept = default;
TokenStream& TokenStream::operator=(TokenStream&&) noexcept = default;

std::string TokenStream::Push(int32_t id) {
  if (!tokenizer_->HasToken(id)) return "";
  return decoder_->Push(
      DecodedToken(*tokenizer_->parts_, static_cast<uint32_t>(id)));
}

std::string TokenStream::Finish() { return decoder_->Finish(); }

}  // namespace fathom::rt
