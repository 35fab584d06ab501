#include "runtime/text/special_tokens.h"

#include <algorithm>
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
    if (!extra || IsEmpty(*extra)) {
      extra = config.Find("additional_special_tokens");
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
    return TakeExtra(map.Find("extra_special_tokens"), kMapFile);
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
      tokens.push_back({entry.name, *entry.text, entry.file});
    }
    return tokens;
  }

 private:
  struct Entry {
    std::string name;
    std::optional<std::string> text;  // nothing: there is no such token
    Strength strength = Strength::kClass;
    std::string file;
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
    Set(name, std::move(text), strength, file);
    return absl::OkStatus();
  }

  // A list holds tokens without names.
  absl::Status TakeExtra(const std::optional<JsonValue>& extra,
                         const char* file) {
    if (!extra || extra->IsNull() || extra->kind() == Kind::kArray) {
      return absl::OkStatus();
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

  Entry* FindEntry(absl::string_view name) {
    auto entry = std::find_if(entries_.begin(), entries_.end(),
                              [&](const Entry& e) { return e.name == name; });
    return entry == entries_.end() ? nullptr : &*entry;
  }

  void Set(absl::string_view name, std::optional<std::string> text,
           Strength strength, const char* file) {
    Entry* entry = FindEntry(name);
    if (entry == nullptr) entry = &entries_.emplace_back();
    if (entry->strength > strength) return;
    *entry = {std::string(name), std::move(text), strength, file};
  }

  std::vector<Entry> entries_;
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

absl::StatusOr<std::vector<SpecialToken>> ReadSpecialTokens(
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
  return tokens.Tokens();
}

const SpecialToken* FindSpecialToken(const std::vector<SpecialToken>& tokens,
                                     absl::string_view name) {
  for (const SpecialToken& token : tokens) {
    if (token.name == name) return &token;
  }
  return nullptr;
}

}  // namespace fathom::rt
