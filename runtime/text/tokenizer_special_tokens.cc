// The compiler's half that reads what stands beside tokenizer.json: which
// tokens begin and end a text.
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/base/json.h"
#include "runtime/base/status.h"
#include "runtime/text/special_tokens.h"
#include "runtime/text/tokenizer_build.h"

namespace fathom::rt {
namespace {

// The id of the special token `name`, which was added if it was no word; -1
// where there is none.
int32_t NamedToken(const std::vector<SpecialToken>& tokens,
                   absl::string_view name, const TokenizerBuild& build) {
  const SpecialToken* token = FindSpecialToken(tokens, name);
  if (token == nullptr) return -1;
  const auto id = build.ids.find(token->text);
  return id == build.ids.end() ? -1 : static_cast<int32_t>(id->second);
}

// What tokenizer_config.json says of adding the token `id`, if it does (null
// says nothing), in the place of what the post-processor adds there. The
// message names the token.
absl::Status ReadAdded(const JsonValue& config, absl::string_view key,
                       absl::string_view token, int32_t id,
                       std::vector<uint32_t>* around) {
  const std::optional<JsonValue> value = config.Find(key);
  if (!value || value->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(const bool is_added, value->AsBool());
  around->clear();
  if (!is_added) return absl::OkStatus();
  if (id < 0) {
    return value->Expected(
        absl::StrCat("false where there is no '", token, "'"));
  }
  around->push_back(static_cast<uint32_t>(id));
  return absl::OkStatus();
}

}  // namespace

absl::Status BuildSpecialTokens(const TokenizerFiles& files,
                                TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(const SpecialTokens special,
                          ReadAllSpecialTokens(files));
  FATHOM_RETURN_IF_ERROR(BuildSideTokens(files, special, build));
  const std::vector<SpecialToken>& tokens = special.named;
  std::optional<JsonDocument> config;
  if (files.config.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(
        config, JsonDocument::Parse(*files.config, "tokenizer_config.json"));
  }
  fathom::schema::TokenizerTablesT& tables = build->tables;
  const int32_t bos = NamedToken(tokens, "bos_token", *build);
  tables.eos_id = NamedToken(tokens, "eos_token", *build);
  tables.bos_id = bos;
  if (!config.has_value()) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(ReadAdded(config->root(), "add_bos_token", "bos_token",
                                   bos, &tables.before_ids));
  return ReadAdded(config->root(), "add_eos_token", "eos_token", tables.eos_id,
                   &tables.after_ids);
}

}  // namespace fathom::rt
