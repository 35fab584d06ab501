// The compiler's part that reads the vocabulary, the merges and the added
// tokens.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/byte_tokens.h"
#include "runtime/text/template_unicode.h"
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
    if (LooksLikeByteToken(word) && !ByteOfToken(word)) {
      return value.Expected("a byte token from <0x00> to <0xFF>");
    }
    if (id >= tokens.size()) tokens.resize(id + 1);
    Token& token = tokens[id];
    if (token.kind != kTokenAbsent) {
      return value.Expected("an id that no other word has");
    }
    std::optional<std::string> bytes =
        build->tables.byte_level ? BytesOfWord(word) : std::string(word);
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
    // The prefix of the right word goes, whatever it is in truth.
    const size_t prefix = build->tables.continuing_prefix.size();
    if (right.size() < prefix) {
      return value.Expected("a right word that is no shorter than the prefix");
    }
    const std::string whole = left + right.substr(prefix);
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

// What becomes of characters that are no words.
absl::Status BuildUnknown(const JsonValue& model, TokenizerBuild* build) {
  fathom::schema::TokenizerTablesT& tables = build->tables;
  FATHOM_ASSIGN_OR_RETURN(tables.fuse_unknown,
                          BoolAt(model, "fuse_unk", false));
  FATHOM_ASSIGN_OR_RETURN(tables.byte_fallback,
                          BoolAt(model, "byte_fallback", false));
  std::optional<JsonValue> unknown = model.Find("unk_token");
  if (!unknown || unknown->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, unknown->AsString());
  auto id = build->ids.find(name);
  tables.lacks_unknown = id == build->ids.end();
  if (tables.lacks_unknown) return absl::OkStatus();
  tables.unknown_id = static_cast<int32_t>(id->second);
  return absl::OkStatus();
}

absl::Status ReadAffix(const JsonValue& model, absl::string_view key,
                       std::string* affix) {
  std::optional<JsonValue> value = model.Find(key);
  if (!value || value->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value->AsString());
  if (text.size() > kAddedTokenBytesMax) {
    return value->Expected(
        absl::StrCat("at most ", kAddedTokenBytesMax, " bytes"));
  }
  affix->assign(text.data(), text.size());
  return absl::OkStatus();
}

// Where there is dropout, merges are left out by chance.
absl::Status CheckDropout(const JsonValue& model) {
  std::optional<JsonValue> dropout = model.Find("dropout");
  if (!dropout || dropout->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(double value, dropout->AsNumber());
  if (value == 0) return absl::OkStatus();
  return dropout->Expected(
      "null or 0, for Fathom merges the same way each time");
}

absl::Status ReadAddedToken(const JsonValue& value,
                            fathom::schema::AddedTokenT* token) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(value, {"id", "content", "single_word", "lstrip", "rstrip",
                        "normalized", "special"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue id, value.Get("id"));
  FATHOM_RETURN_IF_ERROR(id.AsUnsigned(0, kTokenIdsMax - 1).status());
  FATHOM_ASSIGN_OR_RETURN(JsonValue content, value.Get("content"));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, content.AsString());
  if (text.size() > kAddedTokenBytesMax) {
    return content.Expected(
        absl::StrCat("at most ", kAddedTokenBytesMax, " bytes"));
  }
  for (auto [key, flag] : {std::pair{"single_word", &token->single_word},
                           {"lstrip", &token->lstrip},
                           {"rstrip", &token->rstrip},
                           {"normalized", &token->normalized},
                           {"special", &token->special}}) {
    FATHOM_ASSIGN_OR_RETURN(JsonValue flag_value, value.Get(key));
    FATHOM_ASSIGN_OR_RETURN(*flag, flag_value.AsBool());
  }
  token->content = std::string(text);
  return absl::OkStatus();
}

// A token that is no word of the vocabulary.
absl::Status AddNewToken(const fathom::schema::AddedTokenT& token,
                         TokenizerBuild* build) {
  if (token.id >= build->tokens.size()) {
    if (token.id >= kTokenIdsMax) {
      return absl::InvalidArgumentError("expected fewer ids");
    }
    build->tokens.resize(size_t{token.id} + 1);
  }
  if (build->tokens[token.id].kind != kTokenAbsent) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an id that no word has: the next one, ", token.id,
        ", is taken, for the vocabulary leaves out others"));
  }
  build->ids.emplace(token.content, token.id);
  build->tokens[token.id] = {
      BytesOfToken(build->tables.byte_level, token.content), kTokenAdded};
  return absl::OkStatus();
}

}  // namespace

bool IsCharacter(const TokenizerBuild& build, absl::string_view content) {
  const auto known = build.ids.find(content);
  if (known == build.ids.end()) return false;
  const TokenizerBuild::Token& token = build.tokens[known->second];
  if (token.kind != kTokenBytes) return false;
  return build.tables.byte_level
             ? token.bytes.size() == 1
             : Utf8Length(token.bytes[0]) == token.bytes.size();
}

absl::Status CheckModelType(const JsonValue& model, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(model.AsObject().status());
  std::optional<JsonValue> type = model.Find("type");
  if (type && !type->IsNull()) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view name, type->AsString());
    if (name != "BPE") {
      return type->Expected(
          "\"BPE\", the one model of tokenizers that Fathom computes");
    }
  } else if (!model.Find("merges")) {
    // Older files do not name the type; of all models this has merges.
    return model.Expected(
        "'type' or 'merges' in it: a BPE model, the one that Fathom computes");
  }
  for (absl::string_view key :
       {"continuing_subword_prefix", "end_of_word_suffix", "unk_token"}) {
    std::optional<JsonValue> value = model.Find(key);
    if (!value || value->IsNull()) continue;
    FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value->AsString());
    build->needs_characters = build->needs_characters || !BytesOfWord(text);
  }
  return absl::OkStatus();
}

absl::Status BuildModel(const JsonValue& model, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      model, {"type", "dropout", "unk_token", "continuing_subword_prefix",
              "end_of_word_suffix", "fuse_unk", "byte_fallback",
              "ignore_merges", "vocab", "merges"}));
  FATHOM_RETURN_IF_ERROR(CheckDropout(model));
  FATHOM_RETURN_IF_ERROR(ReadAffix(model, "continuing_subword_prefix",
                                   &build->tables.continuing_prefix));
  FATHOM_RETURN_IF_ERROR(
      ReadAffix(model, "end_of_word_suffix", &build->tables.end_suffix));
  FATHOM_ASSIGN_OR_RETURN(build->tables.ignore_merges,
                          BoolAt(model, "ignore_merges", false));
  FATHOM_ASSIGN_OR_RETURN(JsonValue vocabulary, model.Get("vocab"));
  FATHOM_RETURN_IF_ERROR(BuildVocabulary(vocabulary, build));
  FATHOM_RETURN_IF_ERROR(BuildUnknown(model, build));
  FATHOM_ASSIGN_OR_RETURN(JsonValue merges, model.Get("merges"));
  return BuildMerges(merges, build);
}

absl::Status AddToken(std::unique_ptr<fathom::schema::AddedTokenT> token,
                      TokenizerBuild* build) {
  if (token->content.empty()) return absl::OkStatus();  // as the library does
  if (token->content.size() > kAddedTokenBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected at most ", kAddedTokenBytesMax, " bytes"));
  }
  auto known = build->ids.find(token->content);
  const bool is_new = known == build->ids.end();
  const uint64_t next_id =
      std::max<uint64_t>(build->vocabulary_words, build->next_added_id);
  token->id = static_cast<uint32_t>(is_new ? next_id : known->second);
  if (is_new) FATHOM_RETURN_IF_ERROR(AddNewToken(*token, build));
  build->next_added_id =
      std::max<uint64_t>(build->next_added_id, uint64_t{token->id} + 1);
  std::vector<std::unique_ptr<fathom::schema::AddedTokenT>>& added =
      build->tables.added;
  auto [place, is_first] =
      build->added_places.try_emplace(token->content, added.size());
  if (!is_first && added[place->second]->special) token->special = true;
  if (token->special && IsCharacter(*build, token->content)) {
    return absl::InvalidArgumentError(
        "expected no special token of one character: any text would hold it");
  }
  if (!is_first) {  // the last of equals counts
    // The library would go on decoding it in its normalized form.
    if (added[place->second]->normalized && !token->normalized &&
        !build->tables.normalizer.empty()) {
      return absl::InvalidArgumentError(
          "expected 'normalized' as it was added with before: true");
    }
    added[place->second] = std::move(token);
    return absl::OkStatus();
  }
  if (added.size() >= kAddedTokensMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected at most ", kAddedTokensMax, " added tokens"));
  }
  added.push_back(std::move(token));
  return absl::OkStatus();
}

absl::Status BuildAddedTokens(const JsonValue& root, TokenizerBuild* build) {
  build->vocabulary_words = build->ids.size();
  std::optional<JsonValue> list = root.Find("added_tokens");
  if (!list || list->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, list->AsArray());
  if (values.size() > kAddedTokensMax) {
    return list->Expected(absl::StrCat("at most ", kAddedTokensMax,
                                       " tokens, but it has ", values.size()));
  }
  // The library makes no use of the id in the file, and so transformers has it.
  for (const JsonValue& value : values) {
    auto token = std::make_unique<fathom::schema::AddedTokenT>();
    FATHOM_RETURN_IF_ERROR(ReadAddedToken(value, token.get()));
    const absl::Status added = AddToken(std::move(token), build);
    if (!added.ok()) {
      return value.Expected(absl::StripPrefix(added.message(), "expected "));
    }
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
