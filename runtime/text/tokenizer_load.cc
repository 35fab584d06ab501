// Reads a tokenizer's tables: verifies the FlatBuffer, checks that every number
// can be relied upon, builds what encoding and decoding use.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/schema/tokenizer_generated.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/nfc.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_parts.h"

namespace fathom::rt {
namespace {

using fathom::schema::SplitKind;
using fathom::schema::TokenizerTables;

constexpr uint32_t kDepthMax = 8;

template <typename... Args>
absl::Status Bad(const absl::FormatSpec<Args...>& format, const Args&... args) {
  return absl::InvalidArgumentError("tokenizer tables: " +
                                    absl::StrFormat(format, args...));
}

absl::string_view View(const flatbuffers::String* text) {
  return absl::string_view(text->c_str(), text->size());
}

absl::Status LoadTokens(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& bytes = *tables.token_bytes();
  const auto& ends = *tables.token_ends();
  const auto& kinds = *tables.token_kinds();
  if (kinds.size() < 1 || kinds.size() > kTokenIdsMax ||
      ends.size() != kinds.size()) {
    return Bad("found %d kinds and %d ends of tokens, expected 1 to %d of each",
               kinds.size(), ends.size(), kTokenIdsMax);
  }
  if (bytes.size() > kTokenBytesMax) {
    return Bad("found tokens of %d bytes, expected at most %d", bytes.size(),
               kTokenBytesMax);
  }
  uint32_t begin = 0;
  for (uint32_t id = 0; id < kinds.size(); ++id) {
    const uint32_t end = ends.Get(id);
    const bool is_absent = kinds.Get(id) == kTokenAbsent;
    if (end < begin || end > bytes.size() || kinds.Get(id) > kTokenAdded ||
        is_absent != (end == begin)) {
      return Bad(
          "token %d: found kind %d, bytes from %d to %d, expected a kind from "
          "1 "
          "to 3 and bytes, or neither",
          id, kinds.Get(id), begin, end);
    }
    begin = end;
  }
  if (begin != bytes.size()) {
    return Bad("found %d bytes of tokens, expected %d", bytes.size(), begin);
  }
  parts->token_bytes.assign(reinterpret_cast<const char*>(bytes.data()),
                            bytes.size());
  parts->token_ends.assign(ends.begin(), ends.end());
  parts->token_kinds.assign(kinds.begin(), kinds.end());
  return absl::OkStatus();
}

// Single bytes and whole words of the vocabulary; the last of equals wins.
void LoadWords(const TokenizerTables& tables, TokenizerParts* parts) {
  for (uint32_t id = 0; id < parts->token_kinds.size(); ++id) {
    if (parts->token_kinds[id] != kTokenBytes) continue;
    const absl::string_view word = parts->Bytes(id);
    if (word.size() == 1) {
      parts->bpe.SetByte(static_cast<uint8_t>(word[0]), id);
    }
    if (tables.ignore_merges()) parts->bpe.AddWholeWord(word, id);
  }
}

// A merge makes a word of the bytes of two: so words only grow, and merging
// ends, whatever the merges are.
absl::Status LoadMerges(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& lefts = *tables.merge_lefts();
  const auto& rights = *tables.merge_rights();
  const auto& results = *tables.merge_results();
  if (lefts.size() > kMergesMax || rights.size() != lefts.size() ||
      results.size() != lefts.size()) {
    return Bad("found %d, %d and %d parts of merges, expected at most %d each",
               lefts.size(), rights.size(), results.size(), kMergesMax);
  }
  auto is_word = [&](uint32_t id) {
    return id < parts->token_kinds.size() &&
           parts->token_kinds[id] == kTokenBytes;
  };
  for (uint32_t rank = 0; rank < lefts.size(); ++rank) {
    const uint32_t left = lefts.Get(rank);
    const uint32_t right = rights.Get(rank);
    const uint32_t result = results.Get(rank);
    bool good = is_word(left) && is_word(right) && is_word(result);
    if (good) {
      const absl::string_view first = parts->Bytes(left);
      const absl::string_view second = parts->Bytes(right);
      const absl::string_view whole = parts->Bytes(result);
      good = whole.size() == first.size() + second.size() &&
             whole.substr(0, first.size()) == first &&
             whole.substr(first.size()) == second;
    }
    if (!good) {
      return Bad("merge %d: found %d of %d and %d, expected the bytes of both",
                 rank, result, left, right);
    }
    parts->bpe.AddMerge(left, right, result);
  }
  return absl::OkStatus();
}

absl::Status LoadAdded(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& added = *tables.added();
  if (added.size() > kAddedTokensMax) {
    return Bad("found %d added tokens, expected at most %d", added.size(),
               kAddedTokensMax);
  }
  for (const auto* token : added) {
    const absl::string_view content = View(token->content());
    if (content.empty() || content.size() > kAddedTokenBytesMax ||
        !IsValidUtf8(content)) {
      return Bad("added token '%s': found %d bytes, expected 1 to %d of UTF-8",
                 Shown(content), content.size(), kAddedTokenBytesMax);
    }
    const uint32_t id = token->id();
    if (id >= parts->token_kinds.size() ||
        parts->Bytes(id) !=
            BytesOfWord(content).value_or(std::string(content))) {
      return Bad("added token '%s': found id %d, expected that of its bytes",
                 Shown(content), id);
    }
    const AddedTokenRule rule = {static_cast<int32_t>(id), token->single_word(),
                                 token->lstrip(), token->rstrip()};
    const bool is_normalized = token->normalized();
    const std::string wanted = is_normalized && tables.nfc()
                                   ? ToNfc(content, {}).text
                                   : std::string(content);
    AddedTokens& place =
        is_normalized ? parts->normalized_added : parts->raw_added;
    if (!parts->added_ids.emplace(std::string(content), rule.id).second ||
        !place.Add(wanted, rule)) {
      return Bad(
          "added token '%s': found it twice, or two that are equal once "
          "normalized, expected one",
          Shown(content));
    }
    // A single byte is text: it has no other id.
    if (parts->token_kinds[id] != kTokenBytes || parts->Bytes(id).size() > 1) {
      parts->bpe.SetControl(id);
    }
  }
  return absl::OkStatus();
}

absl::Status LoadSplits(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& splits = *tables.splits();
  if (splits.size() > kSplitsMax) {
    return Bad("found %d splits, expected at most %d", splits.size(),
               kSplitsMax);
  }
  for (const auto* split : splits) {
    const bool is_pattern = split->kind() == SplitKind::Pattern;
    absl::string_view pattern =
        split->kind() == SplitKind::Digits ? "\\p{N}" : "\\p{N}+";
    if (split->kind() > SplitKind::MAX ||
        is_pattern != (split->pattern() != nullptr)) {
      return Bad(
          "found a split of kind %d, expected one that is known, with a "
          "pattern where it takes one",
          static_cast<int>(split->kind()));
    }
    if (is_pattern) pattern = View(split->pattern());
    if (pattern.empty() || pattern.size() > kPatternBytesMax ||
        !IsValidUtf8(pattern)) {
      return Bad("found a pattern of %d bytes, expected 1 to %d of UTF-8",
                 pattern.size(), kPatternBytesMax);
    }
    FATHOM_ASSIGN_OR_RETURN(SplitPattern compiled,
                            SplitPattern::Create(pattern));
    parts->splits.AddStep(std::move(compiled), is_pattern ? UnicodeOf::kPatterns
                                                          : UnicodeOf::kDigits);
  }
  parts->add_prefix_space = tables.add_prefix_space();
  if (tables.use_regex()) {
    FATHOM_ASSIGN_OR_RETURN(SplitPattern compiled,
                            SplitPattern::Create(kByteLevelPattern));
    PreTokenizer& place =
        parts->add_prefix_space ? parts->after_prefix : parts->splits;
    place.AddStep(std::move(compiled), UnicodeOf::kPatterns);
  }
  return absl::OkStatus();
}

absl::Status LoadNames(const TokenizerTables& tables, TokenizerParts* parts) {
  parts->nfc = tables.nfc();
  parts->bos_id = tables.bos_id();
  parts->eos_id = tables.eos_id();
  parts->add_bos = tables.add_bos();
  for (int32_t id : {parts->bos_id, parts->eos_id}) {
    const bool is_token =
        id >= 0 && static_cast<size_t>(id) < parts->token_kinds.size() &&
        parts->token_kinds[static_cast<size_t>(id)] != kTokenAbsent;
    if (id != -1 && !is_token) {
      return Bad("found %d for BOS or EOS, expected a token or -1", id);
    }
  }
  if (parts->add_bos && parts->bos_id < 0) {
    return Bad("found add_bos without a BOS");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenizerParts>> LoadTokenizerParts(
    absl::string_view bytes) {
  // The bytes may lie anywhere in another buffer, and FlatBuffers are aligned.
  const std::vector<uint64_t> aligned = [&] {
    std::vector<uint64_t> words((bytes.size() + 7) / 8 + 1);
    std::copy(bytes.begin(), bytes.end(),
              reinterpret_cast<char*>(words.data()));
    return words;
  }();
  const auto* data = reinterpret_cast<const uint8_t*>(aligned.data());
  flatbuffers::Verifier verifier(data, bytes.size(), kDepthMax,
                                 kAddedTokensMax + kSplitsMax + 1);
  if (bytes.size() < 8 || bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE ||
      !fathom::schema::VerifyTokenizerTablesBuffer(verifier)) {
    return Bad(
        "found %d bytes that are no tokenizer, expected a FlatBuffer with the "
        "identifier FTOK",
        bytes.size());
  }
  const TokenizerTables& tables = *fathom::schema::GetTokenizerTables(data);
  if (tables.version() != kTokenizerVersion) {
    return Bad("found version %d, expected %d: compile the model again",
               tables.version(), kTokenizerVersion);
  }
  auto parts = std::make_unique<TokenizerParts>();
  FATHOM_RETURN_IF_ERROR(LoadTokens(tables, parts.get()));
  LoadWords(tables, parts.get());
  FATHOM_RETURN_IF_ERROR(LoadMerges(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadAdded(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadSplits(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadNames(tables, parts.get()));
  parts->bpe.Finish();
  return parts;
}

}  // namespace fathom::rt
