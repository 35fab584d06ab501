// How weights are quantised, as config.json says it. Which of them are is for
// the checkpoint to say: those that have scales.
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"

namespace fathom::rt {
namespace {

constexpr int64_t kBlockMax = 65536;
// What transformers takes where the group does not say.
constexpr int64_t kBlockDefault = 128;

// The names under which tools list the modules that they leave as they are:
// transformers reads the first two, vLLM the first three, others write the
// rest.
constexpr absl::string_view kKept[] = {
    "modules_to_not_convert", "ignored_layers", "ignore",
    "exclude_modules",        "exclude",        "modules_to_not_quantize"};

absl::Status ReadBlockSize(ConfigReader* group, Fp8Config* fp8) {
  auto size = group->FindOrNull("weight_block_size");
  if (!size) {
    fp8->block_rows = fp8->block_columns = kBlockDefault;
    return absl::OkStatus();
  }
  if (size->IsNull()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(auto sides, size->AsArray());
  if (sides.size() != 2) return size->Expected("two sizes");
  FATHOM_ASSIGN_OR_RETURN(fp8->block_rows, sides[0].AsInteger(1, kBlockMax));
  FATHOM_ASSIGN_OR_RETURN(fp8->block_columns, sides[1].AsInteger(1, kBlockMax));
  return absl::OkStatus();
}

absl::Status ReadKept(ConfigReader* group, Fp8Config* fp8) {
  for (absl::string_view key : kKept) {
    auto modules = group->Find(key);
    if (!modules) continue;
    FATHOM_ASSIGN_OR_RETURN(auto names, modules->AsArray());
    for (const JsonValue& value : names) {
      FATHOM_ASSIGN_OR_RETURN(absl::string_view name, value.AsString());
      fp8->kept_modules.emplace_back(name);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckScheme(ConfigReader* group) {
  auto scheme = group->Find("activation_scheme");
  if (!scheme) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, scheme->AsString());
  if (absl::AsciiStrToLower(name) == "dynamic") return absl::OkStatus();
  return scheme->Expected("\"dynamic\": activations are not quantised");
}

}  // namespace

bool Fp8Config::Keeps(absl::string_view module) const {
  for (absl::string_view name : kept_modules) {
    if (module == name || absl::StartsWith(module, absl::StrCat(name, ".")) ||
        (!name.empty() && absl::EndsWith(module, name))) {
      return true;
    }
  }
  return false;
}

absl::Status ReadQuantization(ConfigReader* reader, ModelConfig* config) {
  auto quantization = reader->Find("quantization_config");
  if (!quantization) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(ConfigReader group,
                          ConfigReader::Read(*quantization));
  constexpr absl::string_view kMethod = "\"fp8\": no other value is supported";
  FATHOM_ASSIGN_OR_RETURN(JsonValue method, group.Get("quant_method", kMethod));
  if (method.IsNull()) return method.Expected(kMethod);
  FATHOM_RETURN_IF_ERROR(group.OnlyString("quant_method", {"fp8"}));
  FATHOM_RETURN_IF_ERROR(group.OnlyString("fmt", {"e4m3"}));
  FATHOM_RETURN_IF_ERROR(group.OnlyString("expert_dtype", {"fp8"}));
  FATHOM_RETURN_IF_ERROR(CheckScheme(&group));
  Fp8Config fp8;
  FATHOM_RETURN_IF_ERROR(ReadBlockSize(&group, &fp8));
  FATHOM_RETURN_IF_ERROR(ReadKept(&group, &fp8));
  // How the scales were chosen; the tensors say how they are stored.
  if (auto format = group.Find("scale_fmt")) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view name, format->AsString());
    if (name != "ue8m0" && name != "float") {
      return format->Expected("\"ue8m0\" or \"float\"");
    }
  }
  // Said of the modules besides linear ones that have scales, and of loading.
  group.Ignore({"modules_to_convert", "dequantize"});
  config->fp8 = fp8;
  for (const JsonMember& member : group.Unread()) {
    if (member.second.IsNull()) group.Ignore({member.first});
  }
  return group.RefuseUnread(
      "quant_method, fmt, activation_scheme, weight_block_size, scale_fmt, "
      "expert_dtype, modules_to_convert, dequantize and "
      "modules_to_not_convert or one of its synonyms");
}

}  // namespace fathom::rt
