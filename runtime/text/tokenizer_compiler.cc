// See tokenizer_compiler.h.
#include "runtime/text/tokenizer_compiler.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/base/json.h"
#include "runtime/base/located.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_parts.h"

namespace fathom::rt {

absl::Status CheckKeys(const JsonValue& object,
                       absl::Span<const absl::string_view> known) {
  FATHOM_ASSIGN_OR_RETURN(auto members, object.AsObject());
  for (const auto& [key, value] : members) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return value.Expected("no such key: Fathom does not know what it means");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNull(const JsonValue& object, absl::string_view key,
                       absl::string_view why) {
  std::optional<JsonValue> value = object.Find(key);
  if (!value || value->IsNull()) return absl::OkStatus();
  return value->Expected("null, for " + std::string(why));
}

absl::StatusOr<bool> BoolAt(const JsonValue& object, absl::string_view key,
                            bool missing) {
  std::optional<JsonValue> value = object.Find(key);
  if (!value || value->IsNull()) return missing;
  return value->AsBool();
}

namespace {

// A step that belongs to a call and not to the tokenizer: null or an object,
// which has no effect.
absl::Status CheckPerCall(const JsonValue& root, absl::string_view key) {
  const std::optional<JsonValue> value = root.Find(key);
  if (!value || value->IsNull() || value->kind() == JsonValue::Kind::kObject) {
    return absl::OkStatus();
  }
  return value->Expected("null or an object");
}

absl::StatusOr<std::string> Compile(const TokenizerFiles& files) {
  FATHOM_ASSIGN_OR_RETURN(
      JsonDocument document,
      JsonDocument::Parse(files.tokenizer.value_or(""), "tokenizer.json",
                          kJsonLargeValuesMax, JsonDialect::kStrict));
  const JsonValue root = document.root();
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      root, {"version", "truncation", "padding", "added_tokens", "normalizer",
             "pre_tokenizer", "post_processor", "decoder", "model"}));
  if (std::optional<JsonValue> version = root.Find("version")) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view number, version->AsString());
    if (number != "1.0") return version->Expected("\"1.0\"");
  }
  FATHOM_RETURN_IF_ERROR(CheckPerCall(root, "truncation"));
  FATHOM_RETURN_IF_ERROR(CheckPerCall(root, "padding"));

  TokenizerBuild build;
  build.tables.version = kTokenizerVersion;
  FATHOM_ASSIGN_OR_RETURN(JsonValue model, root.Get("model"));
  FATHOM_RETURN_IF_ERROR(CheckModelType(model, &build));
  FATHOM_RETURN_IF_ERROR(BuildNormalizer(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildPreTokenizer(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildDecoder(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildModel(model, &build));
  FATHOM_RETURN_IF_ERROR(BuildAddedTokens(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildPostProcessor(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildSpecialTokens(files, &build));

  FATHOM_RETURN_IF_ERROR(BuildTokens(&build));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fathom::schema::TokenizerTables::Pack(builder, &build.tables),
                 fathom::schema::TokenizerTablesIdentifier());
  std::string bytes(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                    builder.GetSize());
  // What cannot be loaded (a pattern, say) is refused now, not later.
  FATHOM_RETURN_IF_ERROR(LoadTokenizerParts(bytes).status());
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> CompileTokenizer(
    absl::string_view tokenizer_json, absl::string_view tokenizer_config_json) {
  TokenizerFiles files;
  files.tokenizer = tokenizer_json;
  if (!tokenizer_config_json.empty()) {
    files.config = tokenizer_config_json;
  }
  return CompileTokenizer(files);
}

absl::StatusOr<std::string> CompileTokenizer(const TokenizerFiles& files,
                                             const std::string& folder) {
  auto tables = Compile(files);
  if (tables.ok()) return tables;
  const absl::Status& status = tables.status();
  const std::string prefix = folder.empty() ? "" : folder + "/";
  for (const char* name :
       {"tokenizer.json: ", "tokenizer_config.json: ",
        "special_tokens_map.json: ", "added_tokens.json: ", "config.json: "}) {
    if (!absl::StartsWith(status.message(), name)) continue;
    const absl::string_view file = absl::StripSuffix(name, ": ");
    return Located(status, file, Shown(absl::StrCat(prefix, file)));
  }
  // What loading says: of the patterns, say.
  return absl::Status(
      status.code(),
      absl::StrCat(Shown(prefix + "tokenizer.json"), ": ",
                   absl::StripPrefix(status.message(), "tokenizer tables: ")));
}

}  // namespace fathom::rt
