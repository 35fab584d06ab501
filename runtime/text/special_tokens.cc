#include "runtime/text/special_tokens.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "runtime/base/json.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_class.h"

namespace fathom::rt {
namespace {

constexpr char kConfigFile[] = "tokenizer_config.json";
constexpr char kMapFile[] = "special_tokens_map.json";
constexpr char kModelConfigFile[] = "config.json";
constexpr char kTokenizerFile[] = "tokenizer.json";

constexpr absl::string_view kStandardNames[] = {
    "bos_token", "eos_token", "unk_token", "sep_token",
    "pad_token", "cls_token", "mask_token"};

// What a chat template is always given: no token can go by these names.
constexpr absl::string_view kTakenNames[] = {"messages", "tools", "documents",
                                             "add_generation_prompt"};

using Kind = JsonValue::Kind;

bool IsStandard(absl::string_view name) {
  return std::find(std::begin(kStandardNames), std::end(kStandardNames),
                   name) != std::end(kStandardNames);
}

// A token as files write it: its text, or an object that has it as `content`.
absl::StatusOr<std::string> TextOf(const JsonValue& value) {
  const bool is_object = value.kind() == Kind::kObject;
  if (!is_object && value.kind() != Kind::kString) {
    return value.Expected("a string or an object with 'content'");
  }
  JsonValue text = value;
  if (is_object) {
    FATHOM_ASSIGN_OR_RETURN(text, value.Get("content"));
  }
  FATHOM_ASSIGN_OR_RETURN(absl::string_view bytes, text.AsString());
  return std::string(bytes);
}

bool IsTyped(const JsonValue& value) {
  const std::optional<JsonValue> type = value.Find("__type");
  return type && type->kind() == Kind::kString &&
         *type->AsString() == "AddedToken";
}

// As TokenFlags: nothing for a text. Those of special_tokens_map.json are
// special, whatever it says.
absl::StatusOr<std::optional<TokenFlags>> FlagsOf(const JsonValue& value,
                                                  absl::string_view file) {
  if (value.kind() != Kind::kObject) return std::optional<TokenFlags>();
  FATHOM_ASSIGN_OR_RETURN(
      TokenFlags flags,
      ReadTokenFlags(
          value, file == kMapFile ? std::optional<bool>(true) : std::nullopt));
  return std::optional<TokenFlags>(flags);
}

bool IsEmpty(const JsonValue& value) {
  switch (value.kind()) {
    case Kind::kNull: return true;
    case Kind::kArray: return value.AsArray()->empty();
    case Kind::kObject: return value.AsObject()->empty();
    default: return false;
  }
}

// How firmly a name was given its token: a firmer one is not replaced.
enum class Strength { kClass, kFile, kExtra };

class Collector {
 public:
  absl::Status TakeConfig(const JsonValue& config) {
    FATHOM_ASSIGN_OR_RETURN(auto members, config.AsObject());
    for (const auto& [name, value] : members) {
      if (IsStandard(name)) {
        FATHOM_RETURN_IF_ERROR(TakeStandard(name, value, kConfigFile));
      } else if (absl::EndsWith(name, "_token")) {
        // A text wins over a map's; an object is treated as one of the map's.
        if (value.IsNull()) Set(name, std::nullopt, Strength::kFile, "");
        const bool is_text = value.kind() == Kind::kString;
        if (!is_text && !IsTyped(value)) continue;
        FATHOM_RETURN_IF_ERROR(
            Take(name, value, is_text ? Strength::kExtra : Strength::kFile,
                 kConfigFile));
      }
    }
    std::optional<JsonValue> extra = config.Find("extra_special_tokens");
    const std::optional<JsonValue> additional =
        config.Find("additional_special_tokens");
    if (!extra || IsEmpty(*extra)) {
      extra = additional ? additional : extra;
      has_list_ = extra.has_value();
    } else if (extra->kind() == Kind::kObject) {
      // The list by its old name counts where no other is made of this one.
      FATHOM_RETURN_IF_ERROR(TakeOldList(additional, kConfigFile));
    } else {
      has_list_ = true;
    }
    // Only where no text of the file has such a name: else those replace it.
    const std::optional<JsonValue> specific =
        config.Find("model_specific_special_tokens");
    const bool is_replaced = std::any_of(
        entries_.begin(), entries_.end(),
        [](const Entry& e) { return e.strength == Strength::kExtra; });
    const bool is_object = extra && extra->kind() == Kind::kObject;
    if (specific && !specific->IsNull() && !is_replaced && !is_object) {
      if (specific->kind() != Kind::kObject) {
        return specific->Expected("an object of named tokens");
      }
      FATHOM_RETURN_IF_ERROR(TakeExtra(specific, kConfigFile));
    }
    return TakeExtra(extra, kConfigFile);
  }

  absl::Status TakeMap(const JsonValue& map) {
    FATHOM_ASSIGN_OR_RETURN(auto members, map.AsObject());
    for (const auto& [name, value] : members) {
      if (IsStandard(name)) {
        FATHOM_RETURN_IF_ERROR(TakeStandard(name, value, kMapFile));
      } else if (absl::EndsWith(name, "_token")) {
        const bool is_token =
            value.kind() == Kind::kString || value.kind() == Kind::kObject;
        if (is_token) {
          FATHOM_RETURN_IF_ERROR(Take(name, value, Strength::kFile, kMapFile));
        } else {
          Set(name, std::nullopt, Strength::kFile, kMapFile);
        }
      }
    }
    for (absl::string_view name :
         {"additional_special_tokens", "model_specific_special_tokens"}) {
      const std::optional<JsonValue> value = map.Find(name);
      if (value && value->kind() == Kind::kObject) {
        return value->Expected("a list of tokens");
      }
    }
    // A list goes on with that of the config; all else replaces it.
    const std::optional<JsonValue> extra = map.Find("extra_special_tokens");
    if (extra) {
      if (extra->kind() != Kind::kArray) unnamed_.clear();
      has_list_ = extra->kind() != Kind::kObject;
      FATHOM_RETURN_IF_ERROR(TakeExtra(extra, kMapFile));
    }
    return TakeOldList(map.Find("additional_special_tokens"), kMapFile);
  }

  void TakeDefault(absl::string_view name, const char* text) {
    if (FindEntry(name) != nullptr) return;
    Set(name, text == nullptr ? std::nullopt : std::optional<std::string>(text),
        Strength::kClass, "");
  }

  bool Decides(absl::string_view name) { return FindEntry(name) != nullptr; }

  absl::Status TakeStandard(absl::string_view name, const JsonValue& value,
                            const char* file) {
    if (!value.IsNull()) return Take(name, value, Strength::kFile, file);
    Set(name, std::nullopt, Strength::kFile, file);
    return absl::OkStatus();
  }

  std::vector<SpecialToken> Tokens() const {
    std::vector<SpecialToken> tokens;
    for (const Entry& entry : entries_) {
      if (!entry.text.has_value()) continue;
      tokens.push_back({entry.name, *entry.text, entry.file, entry.flags});
    }
    // The standard ones in their order; then those of the map, for they are
    // found by the form of their names only.
    const auto rank = [this](const SpecialToken& token) -> size_t {
      const auto* standard = std::find(std::begin(kStandardNames),
                                       std::end(kStandardNames), token.name);
      if (standard != std::end(kStandardNames)) {
        return static_cast<size_t>(standard - std::begin(kStandardNames));
      }
      const auto entry =
          std::find_if(entries_.begin(), entries_.end(),
                       [&](const Entry& e) { return e.name == token.name; });
      return std::size(kStandardNames) + (entry->is_by_suffix ? 0 : 1);
    };
    std::vector<SpecialToken> ordered;
    for (size_t at = 0; at <= std::size(kStandardNames) + 1; ++at) {
      std::copy_if(
          tokens.begin(), tokens.end(), std::back_inserter(ordered),
          [&](const SpecialToken& token) { return rank(token) == at; });
    }
    return ordered;
  }

  const std::vector<SpecialToken>& Unnamed() const {
    return has_list_ ? unnamed_ : old_list_;
  }

 private:
  struct Entry {
    std::string name;
    std::optional<std::string> text;  // nothing: there is no such token
    Strength strength = Strength::kClass;
    std::string file;
    std::optional<TokenFlags> flags;
    bool is_by_suffix = false;  // an object or the map gave it a token once
  };

  absl::Status Take(absl::string_view name, const JsonValue& value,
                    Strength strength, const char* file) {
    if (std::find(std::begin(kTakenNames), std::end(kTakenNames), name) !=
        std::end(kTakenNames)) {
      return value.Expected(
          "no token of this name: chat templates are given something else by "
          "it");
    }
    FATHOM_ASSIGN_OR_RETURN(std::string text, TextOf(value));
    FATHOM_ASSIGN_OR_RETURN(const std::optional<TokenFlags> flags,
                            FlagsOf(value, file));
    Set(name, std::move(text), strength, file, flags);
    return absl::OkStatus();
  }

  // A list holds tokens without names.
  absl::Status TakeExtra(const std::optional<JsonValue>& extra,
                         const char* file) {
    if (!extra || extra->IsNull()) return absl::OkStatus();
    if (extra->kind() == Kind::kArray) {
      return TakeList(*extra, file, &unnamed_);
    }
    if (extra->kind() != Kind::kObject) {
      return extra->Expected("a list of tokens, or an object of named ones");
    }
    FATHOM_ASSIGN_OR_RETURN(auto members, extra->AsObject());
    for (const auto& [name, value] : members) {
      FATHOM_RETURN_IF_ERROR(Take(name, value, Strength::kExtra, file));
    }
    return absl::OkStatus();
  }

  // `additional_special_tokens`, which is used where nothing has become of
  // `extra_special_tokens`.
  absl::Status TakeOldList(const std::optional<JsonValue>& list,
                           const char* file) {
    if (!list) return absl::OkStatus();
    old_list_.clear();
    if (list->IsNull()) return absl::OkStatus();
    return TakeList(*list, file, &old_list_);
  }

  absl::Status TakeList(const JsonValue& list, const char* file,
                        std::vector<SpecialToken>* tokens) {
    FATHOM_ASSIGN_OR_RETURN(const auto values, list.AsArray());
    for (const JsonValue& value : values) {
      // Those of the map's newer list need no type.
      const bool needs_type =
          absl::string_view(file) != kMapFile || tokens != &unnamed_;
      if (value.kind() == Kind::kObject && needs_type && !IsTyped(value)) {
        return value.Expected(
            "a string, or an object with '__type' of \"AddedToken\"");
      }
      SpecialToken token;
      FATHOM_ASSIGN_OR_RETURN(token.text, TextOf(value));
      FATHOM_ASSIGN_OR_RETURN(token.flags, FlagsOf(value, file));
      token.file = file;
      tokens->push_back(std::move(token));
    }
    return absl::OkStatus();
  }

  Entry* FindEntry(absl::string_view name) {
    auto entry = std::find_if(entries_.begin(), entries_.end(),
                              [&](const Entry& e) { return e.name == name; });
    return entry == entries_.end() ? nullptr : &*entry;
  }

  void Set(absl::string_view name, std::optional<std::string> text,
           Strength strength, const char* file,
           const std::optional<TokenFlags>& flags = std::nullopt) {
    Entry* entry = FindEntry(name);
    if (entry == nullptr) entry = &entries_.emplace_back();
    const bool is_by_suffix =
        entry->is_by_suffix || (strength == Strength::kFile && text);
    entry->is_by_suffix = is_by_suffix;
    if (entry->strength > strength) return;
    *entry = {std::string(name), std::move(text), strength, file, flags,
              is_by_suffix};
  }

  std::vector<Entry> entries_;
  std::vector<SpecialToken> unnamed_;
  std::vector<SpecialToken> old_list_;
  bool has_list_ = false;  // `unnamed_` counts, `old_list_` does not
};

std::string StringAt(const JsonValue& object, absl::string_view key) {
  const std::optional<JsonValue> value = object.Find(key);
  const bool is_string = value && value->kind() == Kind::kString;
  return is_string ? std::string(*value->AsString()) : "";
}

// The token that tokenizer.json pads with, where padding was left in it.
absl::Status TakePadding(absl::string_view tokenizer, Collector* tokens) {
  // Most files have none, and are large.
  if (!absl::StrContains(tokenizer, "\"pad_token\"")) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(
      const JsonDocument document,
      JsonDocument::Parse(tokenizer, kTokenizerFile, kJsonLargeValuesMax));
  const std::optional<JsonValue> padding = document.root().Find("padding");
  if (!padding || padding->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(const JsonValue token, padding->Get("pad_token"));
  return tokens->TakeStandard("pad_token", token, kTokenizerFile);
}

}  // namespace

bool IsStandardTokenName(absl::string_view name) { return IsStandard(name); }

absl::StatusOr<TokenFlags> ReadTokenFlags(const JsonValue& object,
                                          std::optional<bool> special) {
  TokenFlags flags;
  flags.special = false;
  const auto read = [&](absl::string_view key, bool* flag) -> absl::Status {
    const std::optional<JsonValue> value = object.Find(key);
    if (!value) return absl::OkStatus();
    FATHOM_ASSIGN_OR_RETURN(*flag, value->AsBool());
    return absl::OkStatus();
  };
  if (special.has_value()) {
    flags.special = *special;
  } else {
    FATHOM_RETURN_IF_ERROR(read("special", &flags.special));
  }
  for (auto [key, flag] : {std::pair{"single_word", &flags.single_word},
                           {"lstrip", &flags.lstrip},
                           {"rstrip", &flags.rstrip}}) {
    FATHOM_RETURN_IF_ERROR(read(key, flag));
  }
  bool normalized = false;
  FATHOM_RETURN_IF_ERROR(read("normalized", &normalized));
  if (object.Find("normalized")) flags.normalized = normalized;
  return flags;
}

absl::StatusOr<std::vector<SpecialToken>> ReadSpecialTokens(
    const TokenizerFiles& files) {
  FATHOM_ASSIGN_OR_RETURN(SpecialTokens tokens, ReadAllSpecialTokens(files));
  return std::move(tokens.named);
}

absl::StatusOr<SpecialTokens> ReadAllSpecialTokens(
    const TokenizerFiles& files) {
  Collector tokens;
  TokenizerClassFacts facts;
  bool reads_map = true;
  if (files.config.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                            JsonDocument::Parse(*files.config, kConfigFile));
    const JsonValue config = document.root();
    FATHOM_RETURN_IF_ERROR(tokens.TakeConfig(config));
    const std::optional<JsonValue> decoder =
        config.Find("added_tokens_decoder");
    reads_map = !decoder || decoder->IsNull();
    facts.config_class = StringAt(config, "tokenizer_class");
    const std::optional<JsonValue> auto_map = config.Find("auto_map");
    facts.has_auto_map =
        auto_map && (auto_map->kind() == Kind::kArray ||
                     auto_map->Find("AutoTokenizer").has_value());
  }
  if (reads_map && files.special_tokens_map.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(
        const JsonDocument document,
        JsonDocument::Parse(*files.special_tokens_map, kMapFile));
    FATHOM_RETURN_IF_ERROR(tokens.TakeMap(document.root()));
  }
  if (files.model_config.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(
        const JsonDocument document,
        JsonDocument::Parse(*files.model_config, kModelConfigFile));
    facts.model_type = StringAt(document.root(), "model_type");
    facts.model_class = StringAt(document.root(), "tokenizer_class");
  }
  facts.is_byte_level =
      files.tokenizer && absl::StrContains(*files.tokenizer, "\"ByteLevel\"");
  for (const auto& [name, text] :
       DefaultSpecialTokens(TokenizerClassOf(facts))) {
    tokens.TakeDefault(name, text);
  }
  if (files.tokenizer.has_value() && !tokens.Decides("pad_token")) {
    FATHOM_RETURN_IF_ERROR(TakePadding(*files.tokenizer, &tokens));
  }
  return SpecialTokens{tokens.Tokens(), tokens.Unnamed()};
}

const SpecialToken* FindSpecialToken(const std::vector<SpecialToken>& tokens,
                                     absl::string_view name) {
  for (const SpecialToken& token : tokens) {
    if (token.name == name) return &token;
  }
  return nullptr;
}

}  // namespace fathom::rt
