// See tokenizer.h.
#include "runtime/text/tokenizer.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/nfc.h"
#include "runtime/text/tokenizer_parts.h"
#include "runtime/text/utf8_pieces.h"

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
        "found bytes that are no UTF-8, expected text");
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

// The parts of `spans` in [begin, end), counted from `begin`.
std::vector<ByteSpan> Clip(absl::Span<const ByteSpan> spans, size_t begin,
                           size_t end) {
  std::vector<ByteSpan> clipped;
  auto span =
      std::partition_point(spans.begin(), spans.end(),
                           [&](const ByteSpan& s) { return s.end <= begin; });
  for (; span != spans.end() && span->begin < end; ++span) {
    clipped.push_back({std::max(span->begin, begin) - begin,
                       std::min(span->end, end) - begin});
  }
  return clipped;
}

// One call of Encode().
class Encoding {
 public:
  Encoding(const TokenizerParts& parts, size_t text_bytes)
      : parts_(parts), scratch_(text_bytes) {}

  absl::StatusOr<std::vector<int32_t>> Run(absl::string_view text,
                                           absl::Span<const ByteSpan> foreign) {
    FATHOM_RETURN_IF_ERROR(scratch_.status());
    for (const TextOrToken& part : parts_.raw_added.Split(text, foreign)) {
      if (part.id >= 0) {
        ids_.push_back(part.id);
        continue;
      }
      FATHOM_RETURN_IF_ERROR(
          Normalize(text.substr(part.begin, part.end - part.begin),
                    Clip(foreign, part.begin, part.end)));
    }
    return std::move(ids_);
  }

 private:
  absl::Status Normalize(absl::string_view text,
                         std::vector<ByteSpan> foreign) {
    NormalizedText normalized;
    if (parts_.nfc) {
      normalized = ToNfc(text, foreign);
      text = normalized.text;
      foreign = std::move(normalized.foreign);
    }
    for (const TextOrToken& part :
         parts_.normalized_added.Split(text, foreign)) {
      if (part.id >= 0) {
        ids_.push_back(part.id);
        continue;
      }
      FATHOM_RETURN_IF_ERROR(
          PreTokenize(text.substr(part.begin, part.end - part.begin),
                      Clip(foreign, part.begin, part.end)));
    }
    return absl::OkStatus();
  }

  absl::Status PreTokenize(absl::string_view text,
                           absl::Span<const ByteSpan> foreign) {
    std::vector<size_t> ends;
    FATHOM_RETURN_IF_ERROR(parts_.splits.Split(text, &scratch_, &ends));
    size_t begin = 0;
    size_t next_foreign = 0;
    for (size_t end : ends) {
      while (next_foreign < foreign.size() &&
             foreign[next_foreign].end <= begin) {
        ++next_foreign;
      }
      const bool is_foreign =
          next_foreign < foreign.size() && foreign[next_foreign].begin < end;
      FATHOM_RETURN_IF_ERROR(
          ByteLevel(text.substr(begin, end - begin), is_foreign));
      begin = end;
    }
    return absl::OkStatus();
  }

  absl::Status ByteLevel(absl::string_view piece, bool is_foreign) {
    if (!parts_.add_prefix_space) {
      parts_.bpe.Encode(piece, is_foreign, &ids_);
      return absl::OkStatus();
    }
    const std::string prefixed =
        absl::StrCat(piece[0] == ' ' ? "" : " ", piece);
    std::vector<size_t> ends;
    FATHOM_RETURN_IF_ERROR(
        parts_.after_prefix.Split(prefixed, &scratch_, &ends));
    size_t begin = 0;
    for (size_t end : ends) {
      parts_.bpe.Encode(absl::string_view(prefixed).substr(begin, end - begin),
                        is_foreign, &ids_);
      begin = end;
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
  if (vocabulary_size < id_count()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a tokenizer of ", id_count(), " ids, expected at most the ",
        vocabulary_size, " rows of the model's vocabulary"));
  }
  std::vector<uint8_t> bits((static_cast<size_t>(vocabulary_size) + 7) / 8);
  for (int32_t id = 0; id < id_count(); ++id) {
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
bool Tokenizer::add_bos() const { return parts_->add_bos; }

std::string TokenStream::Push(int32_t id) {
  absl::StrAppend(&held_, tokenizer_->TokenBytes(id));
  std::string text;
  MoveWholeUtf8(&held_, /*is_last=*/false, &text);
  return text;
}

std::string TokenStream::Finish() {
  std::string text;
  MoveWholeUtf8(&held_, /*is_last=*/true, &text);
  return text;
}

}  // namespace fathom::rt
