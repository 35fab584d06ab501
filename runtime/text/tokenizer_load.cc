// Reads a tokenizer's tables: verifies the FlatBuffer, checks that every number
// can be relied upon, builds what encoding and decoding use.
#include "runtime/text/tokenizer_load.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/byte_tokens.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/tokenizer_compiler.h"

namespace fathom::rt {
namespace {

using fathom::schema::TokenizerTables;

constexpr uint32_t kDepthMax = 8;

bool IsWord(const TokenizerParts& parts, uint32_t id) {
  return id < parts.token_kinds.size() && parts.token_kinds[id] == kTokenBytes;
}

absl::Status LoadTokens(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& bytes = *tables.token_bytes();
  const auto& ends = *tables.token_ends();
  const auto& kinds = *tables.token_kinds();
  if (kinds.size() < 1 || kinds.size() > kTokenIdsMax ||
      ends.size() != kinds.size()) {
    return BadTables(
        "found %d kinds and %d ends of tokens, expected 1 to %d of each",
        kinds.size(), ends.size(), kTokenIdsMax);
  }
  if (bytes.size() > kTokenBytesMax) {
    return BadTables("found tokens of %d bytes, expected at most %d",
                     bytes.size(), kTokenBytesMax);
  }
  uint32_t begin = 0;
  for (uint32_t id = 0; id < kinds.size(); ++id) {
    const uint32_t end = ends.Get(id);
    const bool is_absent = kinds.Get(id) == kTokenAbsent;
    if (end < begin || end > bytes.size() || kinds.Get(id) > kTokenAdded ||
        is_absent != (end == begin)) {
      return BadTables(
          "token %d: found kind %d, bytes from %d to %d, expected a kind from "
          "1 "
          "to 3 and bytes, or neither",
          id, kinds.Get(id), begin, end);
    }
    begin = end;
  }
  if (begin != bytes.size()) {
    return BadTables("found %d bytes of tokens, expected %d", bytes.size(),
                     begin);
  }
  parts->token_bytes.assign(reinterpret_cast<const char*>(bytes.data()),
                            bytes.size());
  parts->token_ends.assign(ends.begin(), ends.end());
  parts->token_kinds.assign(kinds.begin(), kinds.end());
  return absl::OkStatus();
}

// What characters become, and the words that are found whole.
absl::Status LoadWords(const TokenizerTables& tables, TokenizerParts* parts) {
  BpeCharacters::Options options;
  options.is_byte_level = tables.byte_level();
  options.prefix = std::string(TextOf(tables.continuing_prefix()));
  options.suffix = std::string(TextOf(tables.end_suffix()));
  options.byte_fallback = tables.byte_fallback();
  options.fuse_unknown = tables.fuse_unknown();
  options.lacks_unknown = tables.lacks_unknown();
  for (const std::string* affix : {&options.prefix, &options.suffix}) {
    if (affix->size() > kAddedTokenBytesMax || !IsValidUtf8(*affix) ||
        (options.is_byte_level && !BytesOfWord(*affix))) {
      return BadTables(
          "found the affix '%s', expected at most %d bytes of UTF-8, of the "
          "alphabet at byte level",
          Shown(*affix), kAddedTokenBytesMax);
    }
  }
  const int32_t unknown = tables.unknown_id();
  if (unknown >= 0 && IsWord(*parts, static_cast<uint32_t>(unknown))) {
    options.unknown = static_cast<uint32_t>(unknown);
  } else if (unknown != -1) {
    return BadTables("found %d for the unknown token, expected a word or -1",
                     unknown);
  }
  BpeCharacters& characters = parts->bpe.characters();
  characters = BpeCharacters(std::move(options));
  for (uint32_t id = 0; id < parts->token_kinds.size(); ++id) {
    if (!IsWord(*parts, id)) continue;
    const absl::string_view word = parts->Bytes(id);
    if (!parts->is_byte_level && !IsValidUtf8(word)) {
      return BadTables(
          "token %d: found bytes that are not valid UTF-8, expected text", id);
    }
    characters.AddWord(word, id);
    const std::optional<uint8_t> byte = ByteOfToken(word);
    // Those that are written with small letters are never looked for.
    if (byte && word == absl::StrFormat("<0x%02X>", *byte)) {
      characters.SetByteToken(*byte, id);
    }
    if (tables.ignore_merges()) parts->bpe.AddWholeWord(word, id);
  }
  return absl::OkStatus();
}

// A merge makes a word of two others, of their bytes where there is no prefix
// to drop. Each leaves a word less: so merging ends, whatever the merges are.
absl::Status LoadMerges(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& lefts = *tables.merge_lefts();
  const auto& rights = *tables.merge_rights();
  const auto& results = *tables.merge_results();
  if (lefts.size() > kMergesMax || rights.size() != lefts.size() ||
      results.size() != lefts.size()) {
    return BadTables(
        "found %d, %d and %d parts of merges, expected at most %d each",
        lefts.size(), rights.size(), results.size(), kMergesMax);
  }
  const bool has_prefix = !TextOf(tables.continuing_prefix()).empty();
  for (uint32_t rank = 0; rank < lefts.size(); ++rank) {
    const uint32_t left = lefts.Get(rank);
    const uint32_t right = rights.Get(rank);
    const uint32_t result = results.Get(rank);
    bool good =
        IsWord(*parts, left) && IsWord(*parts, right) && IsWord(*parts, result);
    if (good && !has_prefix) {
      const absl::string_view first = parts->Bytes(left);
      const absl::string_view second = parts->Bytes(right);
      const absl::string_view whole = parts->Bytes(result);
      good = whole.size() == first.size() + second.size() &&
             whole.substr(0, first.size()) == first &&
             whole.substr(first.size()) == second;
    }
    if (!good) {
      return BadTables(
          "merge %d: found %d of %d and %d, expected the bytes of both", rank,
          result, left, right);
    }
    parts->bpe.AddMerge(left, right, result);
  }
  return absl::OkStatus();
}

// What an added token is looked for as, and decoded as.
absl::StatusOr<std::string> ShownAs(const fathom::schema::AddedToken& token,
                                    const TokenizerParts& parts,
                                    SplitScratch* scratch) {
  TrackedText content;
  content.text = std::string(TextOf(token.content()));
  if (!token.normalized()) return content.text;
  FATHOM_ASSIGN_OR_RETURN(TrackedText normalized,
                          parts.normalizer.Apply(std::move(content), scratch));
  if (normalized.text.empty()) {
    return BadTables(
        "added token '%s': found nothing that normalization leaves of it, "
        "expected text",
        Shown(TextOf(token.content())));
  }
  return normalized.text;
}

absl::Status LoadAddedToken(const fathom::schema::AddedToken& token,
                            SplitScratch* scratch, TokenizerParts* parts) {
  const absl::string_view content = TextOf(token.content());
  if (content.empty() || content.size() > kAddedTokenBytesMax ||
      !IsValidUtf8(content)) {
    return BadTables(
        "added token '%s': found %d bytes, expected 1 to %d of UTF-8",
        Shown(content), content.size(), kAddedTokenBytesMax);
  }
  const uint32_t id = token.id();
  if (id >= parts->token_kinds.size() ||
      parts->Bytes(id) != BytesOfToken(parts->is_byte_level, content)) {
    return BadTables(
        "added token '%s': found id %d, expected that of its bytes",
        Shown(content), id);
  }
  FATHOM_ASSIGN_OR_RETURN(const std::string shown,
                          ShownAs(token, *parts, scratch));
  const std::string decoded = BytesOfToken(parts->decoder_takes_bytes, shown);
  if (decoded != DecodedToken(*parts, id)) parts->decoded_as[id] = decoded;
  const AddedTokenRule rule = {static_cast<int32_t>(id), token.single_word(),
                               token.lstrip(), token.rstrip()};
  AddedTokens& place =
      token.normalized() ? parts->normalized_added : parts->raw_added;
  if (!parts->added_ids.emplace(std::string(content), rule.id).second ||
      !place.Add(shown, rule)) {
    return BadTables(
        "added token '%s': found it twice, or two that are equal once "
        "normalized, expected one",
        Shown(content));
  }
  // A single character is text: it has no other id.
  if (!IsWord(*parts, id) ||
      !parts->bpe.characters().IsOneCharacter(parts->Bytes(id))) {
    parts->bpe.SetControl(id);
  }
  return absl::OkStatus();
}

absl::Status LoadAdded(const TokenizerTables& tables, TokenizerParts* parts) {
  const auto& added = *tables.added();
  if (added.size() > kAddedTokensMax) {
    return BadTables("found %d added tokens, expected at most %d", added.size(),
                     kAddedTokensMax);
  }
  size_t bytes = 0;
  for (const auto* token : added) bytes += TextOf(token->content()).size();
  SplitScratch scratch(bytes);
  FATHOM_RETURN_IF_ERROR(scratch.status());
  for (const auto* token : added) {
    FATHOM_RETURN_IF_ERROR(LoadAddedToken(*token, &scratch, parts));
  }
  return absl::OkStatus();
}

bool IsToken(const TokenizerParts& parts, int64_t id) {
  return id >= 0 && static_cast<size_t>(id) < parts.token_kinds.size() &&
         parts.token_kinds[static_cast<size_t>(id)] != kTokenAbsent;
}

absl::Status LoadAround(const flatbuffers::Vector<uint32_t>* ids,
                        const TokenizerParts& parts,
                        std::vector<int32_t>* around) {
  if (ids == nullptr) return absl::OkStatus();
  if (ids->size() > kAroundIdsMax) {
    return BadTables("found %d ids around a text, expected at most %d",
                     ids->size(), kAroundIdsMax);
  }
  for (uint32_t id : *ids) {
    if (!IsToken(parts, id)) {
      return BadTables("found %d around a text, expected a token", id);
    }
    around->push_back(static_cast<int32_t>(id));
  }
  return absl::OkStatus();
}

absl::Status LoadNames(const TokenizerTables& tables, TokenizerParts* parts) {
  parts->bos_id = tables.bos_id();
  parts->eos_id = tables.eos_id();
  for (int32_t id : {parts->bos_id, parts->eos_id}) {
    if (id != -1 && !IsToken(*parts, id)) {
      return BadTables("found %d for BOS or EOS, expected a token or -1", id);
    }
  }
  if (tables.add_bos()) {
    if (parts->bos_id < 0) return BadTables("found add_bos without a BOS");
    parts->before_ids.push_back(parts->bos_id);
  }
  FATHOM_RETURN_IF_ERROR(
      LoadAround(tables.before_ids(), *parts, &parts->before_ids));
  return LoadAround(tables.after_ids(), *parts, &parts->after_ids);
}

}  // namespace

std::string DecodedToken(const TokenizerParts& parts, uint32_t id) {
  const auto decoded = parts.decoded_as.find(id);
  if (decoded != parts.decoded_as.end()) return decoded->second;
  const absl::string_view bytes = parts.Bytes(id);
  const bool is_in_alphabet =
      parts.is_byte_level && parts.token_kinds[id] == kTokenBytes;
  if (!is_in_alphabet || parts.decoder_takes_bytes) return std::string(bytes);
  std::string word;
  for (char c : bytes) AppendByteCharacter(static_cast<uint8_t>(c), &word);
  return word;
}

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
                                 kAddedTokensMax + 3 * kSplitsMax + 1);
  if (bytes.size() < 8 || bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE ||
      !fathom::schema::VerifyTokenizerTablesBuffer(verifier)) {
    return BadTables(
        "found %d bytes that are no tokenizer, expected a FlatBuffer with the "
        "identifier FTOK",
        bytes.size());
  }
  const TokenizerTables& tables = *fathom::schema::GetTokenizerTables(data);
  if (tables.version() < kTokenizerVersionMin) {
    return BadTables(
        "found version %d, expected %d to %d: compile the model again",
        tables.version(), kTokenizerVersionMin, kTokenizerVersion);
  }
  if (tables.version() > kTokenizerVersion) {
    return BadTables(
        "found version %d, expected %d to %d: it takes a newer Fathom",
        tables.version(), kTokenizerVersionMin, kTokenizerVersion);
  }
  auto parts = std::make_unique<TokenizerParts>();
  parts->is_byte_level = tables.byte_level();
  FATHOM_RETURN_IF_ERROR(LoadTokens(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadWords(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadMerges(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadNormalizer(tables, &parts->normalizer));
  FATHOM_RETURN_IF_ERROR(LoadPreTokenizer(tables, &parts->pre_tokenizer));
  FATHOM_RETURN_IF_ERROR(LoadDecoder(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadAdded(tables, parts.get()));
  FATHOM_RETURN_IF_ERROR(LoadNames(tables, parts.get()));
  parts->bpe.Finish();
  return parts;
}

}  // namespace fathom::rt
