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
  if (!value) return missing;
  return value->AsBool();
}

namespace {

absl::StatusOr<std::string> Compile(absl::string_view tokenizer_json,
                                    absl::string_view tokenizer_config_json) {
  FATHOM_ASSIGN_OR_RETURN(JsonDocument document,
                          JsonDocument::Parse(tokenizer_json, "tokenizer.json",
                                              kJsonLargeValuesMax));
  const JsonValue root = document.root();
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      root, {"version", "truncation", "padding", "added_tokens", "normalizer",
             "pre_tokenizer", "post_processor", "decoder", "model"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue version, root.Get("version"));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view number, version.AsString());
  if (number != "1.0") return version.Expected("\"1.0\"");
  FATHOM_RETURN_IF_ERROR(
      CheckNull(root, "truncation", "Fathom does not cut texts"));
  FATHOM_RETURN_IF_ERROR(
      CheckNull(root, "padding", "Fathom does not pad texts"));

  TokenizerBuild build;
  build.tables.version = kTokenizerVersion;
  FATHOM_ASSIGN_OR_RETURN(JsonValue model, root.Get("model"));
  FATHOM_RETURN_IF_ERROR(BuildModel(model, &build));
  FATHOM_RETURN_IF_ERROR(BuildAddedTokens(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildNormalizer(root, &build));
  FATHOM_RETURN_IF_ERROR(BuildPreTokenizer(root, &build));
  FATHOM_RETURN_IF_ERROR(CheckDecoder(root));
  FATHOM_RETURN_IF_ERROR(BuildPostProcessor(root, &build));
  if (!tokenizer_config_json.empty()) {
    FATHOM_ASSIGN_OR_RETURN(
        JsonDocument config,
        JsonDocument::Parse(tokenizer_config_json, "tokenizer_config.json"));
    FATHOM_RETURN_IF_ERROR(BuildSpecialTokens(config.root(), &build));
  }

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
    absl::string_view tokenizer_json, absl::string_view tokenizer_config_json,
    const std::string& folder) {
  auto tables = Compile(tokenizer_json, tokenizer_config_json);
  if (tables.ok()) return tables;
  const absl::Status& status = tables.status();
  const std::string prefix = folder.empty() ? "" : folder + "/";
  for (const char* name : {"tokenizer.json: ", "tokenizer_config.json: "}) {
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
