// The tokens that the files beside tokenizer.json add to it, in the order in
// which transformers 5 adds them:
//  1. those of `added_tokens_decoder` in tokenizer_config.json, by id; without
//     it those of added_tokens.json and of tokenizer.json itself, where the
//     latter win over equal ids;
//  2. the named special tokens that are no added tokens yet;
//  3. the special tokens without names, likewise.
// The ids that files give say the order only.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/json.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/special_tokens.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_compiler.h"

namespace fathom::rt {
namespace {

constexpr char kConfigFile[] = "tokenizer_config.json";
constexpr char kAddedTokensFile[] = "added_tokens.json";
constexpr char kTokenizerFile[] = "tokenizer.json";

struct SideToken {
  std::string text;
  TokenFlags flags;
  const char* file = kConfigFile;
  bool is_string = false;  // without flags of its own
};

// Whether transformers takes them for the same.
bool AreEqual(const SideToken& a, const SideToken& b) {
  if (a.text != b.text || a.is_string != b.is_string) return false;
  const auto flags = [](const TokenFlags& f) {
    return std::array{f.single_word, f.lstrip, f.rstrip,
                      f.normalized.value_or(!f.special), f.special};
  };
  return a.is_string || flags(a.flags) == flags(b.flags);
}

class SideTokens {
 public:
  // Whether tokenizer_config.json says all of them.
  absl::StatusOr<bool> TakeConfig(absl::string_view bytes) {
    FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                            JsonDocument::Parse(bytes, kConfigFile));
    const std::optional<JsonValue> decoder =
        document.root().Find("added_tokens_decoder");
    if (!decoder || decoder->IsNull()) return false;
    FATHOM_ASSIGN_OR_RETURN(auto members, decoder->AsObject());
    for (const auto& [key, value] : members) {
      int64_t id = 0;
      if (!absl::SimpleAtoi(key, &id)) {
        return value.Expected("an id as the key");
      }
      FATHOM_RETURN_IF_ERROR(TakeObject(id, value, kConfigFile));
    }
    return true;
  }

  absl::Status TakeAddedTokens(absl::string_view bytes,
                               const SpecialTokens& special) {
    std::set<std::string> texts;
    for (const SpecialToken& token : special.named) {
      if (IsStandardTokenName(token.name) && !token.file.empty() &&
          token.file != kTokenizerFile) {
        texts.insert(token.text);
      }
    }
    for (const SpecialToken& token : special.unnamed) texts.insert(token.text);
    FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                            JsonDocument::Parse(bytes, kAddedTokensFile));
    FATHOM_ASSIGN_OR_RETURN(auto members, document.root().AsObject());
    for (const auto& [text, value] : members) {
      FATHOM_ASSIGN_OR_RETURN(const uint64_t id,
                              value.AsUnsigned(0, kTokenIdsMax - 1));
      TokenFlags flags;
      flags.special = texts.count(std::string(text)) != 0;
      flags.normalized = !flags.special;
      Set(static_cast<int64_t>(id),
          {std::string(text), flags, kAddedTokensFile});
    }
    return absl::OkStatus();
  }

  absl::Status TakeTokenizer(absl::string_view bytes) {
    FATHOM_ASSIGN_OR_RETURN(
        const JsonDocument document,
        JsonDocument::Parse(bytes, kTokenizerFile, kJsonLargeValuesMax));
    const std::optional<JsonValue> list = document.root().Find("added_tokens");
    if (!list || list->IsNull()) return absl::OkStatus();
    FATHOM_ASSIGN_OR_RETURN(auto values, list->AsArray());
    for (const JsonValue& value : values) {
      FATHOM_ASSIGN_OR_RETURN(const JsonValue key, value.Get("id"));
      FATHOM_ASSIGN_OR_RETURN(const uint64_t id,
                              key.AsUnsigned(0, kTokenIdsMax - 1));
      FATHOM_RETURN_IF_ERROR(
          TakeObject(static_cast<int64_t>(id), value, kTokenizerFile));
    }
    return absl::OkStatus();
  }

  const std::map<int64_t, SideToken>& by_id() const { return by_id_; }
  // The token of that text which was read last, even where another took its id.
  const SideToken* Find(const std::string& text) const {
    const auto token = by_text_.find(text);
    return token == by_text_.end() ? nullptr : &token->second;
  }

 private:
  absl::Status TakeObject(int64_t id, const JsonValue& value,
                          const char* file) {
    FATHOM_ASSIGN_OR_RETURN(const JsonValue content, value.Get("content"));
    FATHOM_ASSIGN_OR_RETURN(const absl::string_view text, content.AsString());
    FATHOM_ASSIGN_OR_RETURN(const TokenFlags flags, ReadTokenFlags(value));
    Set(id, {std::string(text), flags, file});
    return absl::OkStatus();
  }

  void Set(int64_t id, SideToken token) {
    by_text_[token.text] = token;
    by_id_[id] = std::move(token);
  }

  std::map<int64_t, SideToken> by_id_;
  std::map<std::string, SideToken> by_text_;
};

absl::Status Add(const SideToken& side, bool is_special,
                 TokenizerBuild* build) {
  auto token = std::make_unique<fathom::schema::AddedTokenT>();
  token->content = side.text;
  token->single_word = side.flags.single_word;
  token->lstrip = side.flags.lstrip;
  token->rstrip = side.flags.rstrip;
  token->special = side.flags.special || is_special;
  token->normalized = side.flags.normalized.value_or(!token->special);
  const absl::Status added = AddToken(std::move(token), build);
  if (added.ok()) return added;
  return absl::InvalidArgumentError(
      absl::StrCat(side.file, ": found the token \"", Shown(side.text), "\", ",
                   added.message()));
}

}  // namespace

absl::Status BuildSideTokens(const TokenizerFiles& files,
                             const SpecialTokens& special,
                             TokenizerBuild* build) {
  SideTokens side;
  bool is_complete = false;
  if (files.config.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(is_complete, side.TakeConfig(*files.config));
  }
  if (!is_complete && files.added_tokens.has_value()) {
    FATHOM_RETURN_IF_ERROR(side.TakeAddedTokens(*files.added_tokens, special));
  }
  if (!is_complete && files.tokenizer.has_value()) {
    FATHOM_RETURN_IF_ERROR(side.TakeTokenizer(*files.tokenizer));
  }

  std::set<std::string> known;
  for (const auto& token : build->tables.added) known.insert(token->content);
  std::vector<SideToken> tokens;
  for (const auto& [id, token] : side.by_id()) {
    known.insert(token.text);
    tokens.push_back(token);
  }
  std::set<std::string> names;
  const auto take = [&](const SpecialToken& token) {
    if (known.count(token.text) != 0) return;
    const char* file = token.file.empty() ? kTokenizerFile : token.file.c_str();
    SideToken added = {token.text, token.flags.value_or(TokenFlags()), file};
    const bool takes_flags = IsStandardTokenName(token.name) &&
                             !token.file.empty() &&
                             token.file != kTokenizerFile;
    const SideToken* of_text = takes_flags ? side.Find(token.text) : nullptr;
    if (of_text != nullptr) added.flags = of_text->flags;
    added.is_string = of_text == nullptr && !token.flags.has_value();
    if (std::any_of(tokens.begin(), tokens.end(), [&](const SideToken& other) {
          return AreEqual(added, other);
        })) {
      return;
    }
    tokens.push_back(std::move(added));
  };
  for (const SpecialToken& token : special.named) {
    names.insert(token.text);
    take(token);
  }
  for (const SpecialToken& token : special.unnamed) take(token);
  for (const SideToken& token : tokens) {
    // As "pad_token": "!". It has an id and stays text: were it special, which
    // transformers makes it, text would hold a control token.
    if (IsCharacter(*build, token.text)) continue;
    FATHOM_RETURN_IF_ERROR(Add(token, names.count(token.text) != 0, build));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
