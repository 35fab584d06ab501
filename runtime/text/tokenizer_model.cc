// The compiler's half that reads the vocabulary, the merges and the added
// tokens.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_parts.h"

namespace fathom::rt {
namespace {

// Longer than any `<0x..>` that stands for a byte or is meant to.
constexpr size_t kByteTokenBytesMax = 12;

using Token = TokenizerBuild::Token;

struct Merge {
  uint32_t left = 0;
  uint32_t right = 0;
  uint32_t result = 0;
};

bool LooksLikeByteToken(absl::string_view word) {
  return word.size() <= kByteTokenBytesMax && absl::StartsWith(word, "<0x") &&
         absl::EndsWith(word, ">");
}

absl::Status BuildVocabulary(const JsonValue& vocabulary,
                             TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(auto words, vocabulary.AsObject());
  std::vector<Token>& tokens = build->tokens;
  for (const auto& [word, value] : words) {
    FATHOM_ASSIGN_OR_RETURN(uint64_t id, value.AsUnsigned(0, kTokenIdsMax - 1));
    if (word.empty()) return value.Expected("no empty word");
    if (LooksLikeByteToken(word)) {
      return value.Expected(
          "no byte token: Fathom computes byte-level BPE without "
          "byte_fallback");
    }
    if (id >= tokens.size()) tokens.resize(id + 1);
    Token& token = tokens[id];
    if (token.kind != kTokenAbsent) {
      return value.Expected("an id that no other word has");
    }
    std::optional<std::string> bytes = BytesOfWord(word);
    token.kind = bytes ? kTokenBytes : kTokenText;
    token.bytes = bytes ? *std::move(bytes) : std::string(word);
    build->ids.emplace(std::string(word), static_cast<uint32_t>(id));
  }
  return absl::OkStatus();
}

// Both spellings: "a b", and ["a", "b"].
absl::Status ReadPair(const JsonValue& merge, std::string* left,
                      std::string* right) {
  if (merge.kind() == JsonValue::Kind::kString) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view text, merge.AsString());
    const std::vector<absl::string_view> words = absl::StrSplit(text, ' ');
    if (words.size() != 2) return merge.Expected("two words and one space");
    left->assign(words[0].data(), words[0].size());
    right->assign(words[1].data(), words[1].size());
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> words, merge.AsArray());
  if (words.size() != 2) return merge.Expected("an array of two words");
  FATHOM_ASSIGN_OR_RETURN(absl::string_view first, words[0].AsString());
  FATHOM_ASSIGN_OR_RETURN(absl::string_view second, words[1].AsString());
  left->assign(first.data(), first.size());
  right->assign(second.data(), second.size());
  return absl::OkStatus();
}

absl::Status BuildMerges(const JsonValue& list, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, list.AsArray());
  if (values.size() > kMergesMax) {
    return list.Expected(absl::StrCat("at most ", kMergesMax,
                                      " merges, but it has ", values.size()));
  }
  std::vector<Merge> merges;
  merges.reserve(values.size());
  // Where each pair is said last: that one counts.
  absl::flat_hash_map<uint64_t, size_t> last;
  std::string left, right;
  for (const JsonValue& value : values) {
    FATHOM_RETURN_IF_ERROR(ReadPair(value, &left, &right));
    const std::string whole = left + right;
    Merge merge;
    for (auto [word, id] : {std::pair{&std::as_const(left), &merge.left},
                            std::pair{&std::as_const(right), &merge.right},
                            std::pair{&whole, &merge.result}}) {
      auto found = build->ids.find(*word);
      if (found == build->ids.end()) {
        return value.Expected(absl::StrCat("words of the vocabulary, where '",
                                           Shown(*word), "' is none"));
      }
      *id = found->second;
    }
    last[uint64_t{merge.left} << 32 | merge.right] = merges.size();
    merges.push_back(merge);
  }
  fathom::schema::TokenizerTablesT& tables = build->tables;
  auto is_bytes = [&](uint32_t id) {
    return build->tokens[id].kind == kTokenBytes;
  };
  for (size_t i = 0; i < merges.size(); ++i) {
    const Merge& merge = merges[i];
    // Words that are no bytes never come up.
    if (last[uint64_t{merge.left} << 32 | merge.right] != i ||
        !is_bytes(merge.left) || !is_bytes(merge.right)) {
      continue;
    }
    tables.merge_lefts.push_back(merge.left);
    tables.merge_rights.push_back(merge.right);
    tables.merge_results.push_back(merge.result);
  }
  return absl::OkStatus();
}

// An unknown token is allowed where no byte is unknown.
absl::Status CheckUnknownToken(const JsonValue& model,
                               const TokenizerBuild& build) {
  std::optional<JsonValue> unknown = model.Find("unk_token");
  if (!unknown || unknown->IsNull()) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(unknown->AsString().status());
  std::vector<bool> has_byte(256);
  for (const Token& token : build.tokens) {
    if (token.kind == kTokenBytes && token.bytes.size() == 1) {
      has_byte[static_cast<uint8_t>(token.bytes[0])] = true;
    }
  }
  if (std::find(has_byte.begin(), has_byte.end(), false) == has_byte.end()) {
    return absl::OkStatus();
  }
  return unknown->Expected("null, for the vocabulary lacks some bytes");
}

absl::Status CheckAffix(const JsonValue& model, absl::string_view key) {
  std::optional<JsonValue> value = model.Find(key);
  if (!value || value->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view affix, value->AsString());
  if (affix.empty()) return absl::OkStatus();
  return value->Expected("null: Fathom computes BPE without affixes");
}

struct AddedTokenFields {
  uint64_t id = 0;
  absl::string_view content;
};

absl::StatusOr<AddedTokenFields> ReadAddedToken(
    const JsonValue& value, fathom::schema::AddedTokenT* token) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(value, {"id", "content", "single_word", "lstrip", "rstrip",
                        "normalized", "special"}));
  AddedTokenFields fields;
  FATHOM_ASSIGN_OR_RETURN(JsonValue id, value.Get("id"));
  FATHOM_ASSIGN_OR_RETURN(fields.id, id.AsUnsigned(0, kTokenIdsMax - 1));
  FATHOM_ASSIGN_OR_RETURN(JsonValue content, value.Get("content"));
  FATHOM_ASSIGN_OR_RETURN(fields.content, content.AsString());
  if (fields.content.empty() || fields.content.size() > kAddedTokenBytesMax) {
    return content.Expected(
        absl::StrCat("1 to ", kAddedTokenBytesMax, " bytes"));
  }
  for (auto [key, flag] : {std::pair{"single_word", &token->single_word},
                           {"lstrip", &token->lstrip},
                           {"rstrip", &token->rstrip},
                           {"normalized", &token->normalized},
                           {"special", &token->special}}) {
    FATHOM_ASSIGN_OR_RETURN(JsonValue flag_value, value.Get(key));
    FATHOM_ASSIGN_OR_RETURN(*flag, flag_value.AsBool());
  }
  token->id = static_cast<uint32_t>(fields.id);
  token->content = std::string(fields.content);
  return fields;
}

}  // namespace

absl::Status BuildModel(const JsonValue& model, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      model, {"type", "dropout", "unk_token", "continuing_subword_prefix",
              "end_of_word_suffix", "fuse_unk", "byte_fallback",
              "ignore_merges", "vocab", "merges"}));
  if (std::optional<JsonValue> type = model.Find("type")) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view name, type->AsString());
    if (name != "BPE") return type->Expected("\"BPE\"");
  }
  FATHOM_RETURN_IF_ERROR(
      CheckNull(model, "dropout", "Fathom merges the same way each time"));
  FATHOM_RETURN_IF_ERROR(CheckAffix(model, "continuing_subword_prefix"));
  FATHOM_RETURN_IF_ERROR(CheckAffix(model, "end_of_word_suffix"));
  FATHOM_ASSIGN_OR_RETURN(bool fallback, BoolAt(model, "byte_fallback", false));
  if (fallback) {
    return model.Find("byte_fallback")
        ->Expected("false: Fathom computes byte-level BPE");
  }
  FATHOM_RETURN_IF_ERROR(BoolAt(model, "fuse_unk", false).status());
  FATHOM_ASSIGN_OR_RETURN(build->tables.ignore_merges,
                          BoolAt(model, "ignore_merges", false));
  FATHOM_ASSIGN_OR_RETURN(JsonValue vocabulary, model.Get("vocab"));
  FATHOM_RETURN_IF_ERROR(BuildVocabulary(vocabulary, build));
  FATHOM_RETURN_IF_ERROR(CheckUnknownToken(model, *build));
  FATHOM_ASSIGN_OR_RETURN(JsonValue merges, model.Get("merges"));
  return BuildMerges(merges, build);
}

absl::Status BuildAddedTokens(const JsonValue& root, TokenizerBuild* build) {
  std::optional<JsonValue> list = root.Find("added_tokens");
  if (!list || list->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, list->AsArray());
  if (values.size() > kAddedTokensMax) {
    return list->Expected(absl::StrCat("at most ", kAddedTokensMax,
                                       " tokens, but it has ", values.size()));
  }
  // The library takes the vocabulary's id, else the next one; of the id in the
  // file it makes no use, so that one has to agree.
  uint64_t next_id = build->ids.size();
  for (const JsonValue& value : values) {
    auto token = std::make_unique<fathom::schema::AddedTokenT>();
    FATHOM_ASSIGN_OR_RETURN(AddedTokenFields fields,
                            ReadAddedToken(value, token.get()));
    auto known = build->ids.find(fields.content);
    const bool is_new = known == build->ids.end();
    const uint64_t id = is_new ? next_id : known->second;
    if (fields.id != id) {
      return value.Get("id")->Expected(
          absl::StrCat(id, ", the id that '", Shown(fields.content),
                       "' has by the vocabulary and the tokens before it"));
    }
    next_id = std::max(next_id, id + 1);
    std::optional<std::string> bytes = BytesOfWord(fields.content);
    if (token->special && bytes && bytes->size() == 1) {
      return value.Expected(
          "no special token of one byte: any text would hold it");
    }
    if (is_new) {
      if (id >= build->tokens.size()) {
        if (id >= kTokenIdsMax) return value.Get("id")->Expected("fewer ids");
        build->tokens.resize(id + 1);
      }
      if (build->tokens[id].kind != kTokenAbsent) {
        return value.Get("id")->Expected("an id that no word has");
      }
      build->ids.emplace(std::string(fields.content),
                         static_cast<uint32_t>(id));
      build->tokens[id] = {bytes.value_or(std::string(fields.content)),
                           kTokenAdded};
    }
    build->tables.added.push_back(std::move(token));
  }
  return absl::OkStatus();
}

absl::Status BuildTokens(TokenizerBuild* build) {
  fathom::schema::TokenizerTablesT& tables = build->tables;
  for (const Token& token : build->tokens) {
    tables.token_bytes.insert(tables.token_bytes.end(), token.bytes.begin(),
                              token.bytes.end());
    if (tables.token_bytes.size() > kTokenBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("tokenizer.json: found tokens of more than ",
                       kTokenBytesMax, " bytes together"));
    }
    tables.token_ends.push_back(
        static_cast<uint32_t>(tables.token_bytes.size()));
    tables.token_kinds.push_back(token.kind);
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
