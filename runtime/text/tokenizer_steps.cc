// The compiler's half that reads what stands around the model: normalizer,
// pre-tokenizer, decoder and post-processor.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_compiler.h"

namespace fathom::rt {
namespace {

using fathom::schema::SplitKind;

// The `type` of a step.
absl::StatusOr<absl::string_view> TypeOf(const JsonValue& step) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue type, step.Get("type"));
  return type.AsString();
}

// The error for a step of a type that is not computed.
absl::Status UnknownType(const JsonValue& step, absl::string_view expected) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue type, step.Get("type"));
  return type.Expected(expected);
}

// The value at `key` as a list of steps: a Sequence's under `list_key`, one
// step as itself, null as none.
absl::StatusOr<std::vector<JsonValue>> StepsAt(const JsonValue& root,
                                               absl::string_view key,
                                               absl::string_view list_key) {
  std::optional<JsonValue> value = root.Find(key);
  if (!value || value->IsNull()) return std::vector<JsonValue>();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(*value));
  if (type != "Sequence") return std::vector<JsonValue>{*value};
  FATHOM_RETURN_IF_ERROR(CheckKeys(*value, {"type", list_key}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue list, value->Get(list_key));
  return list.AsArray();
}

// A text as a pattern that matches just it.
std::string Escaped(absl::string_view text) {
  std::string pattern;
  for (char c : text) {
    if (absl::string_view("\\.+*?()|[]{}^$").find(c) !=
        absl::string_view::npos) {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern;
}

absl::StatusOr<std::string> PatternOf(const JsonValue& split) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue pattern, split.Get("pattern"));
  FATHOM_RETURN_IF_ERROR(CheckKeys(pattern, {"Regex", "String"}));
  std::optional<JsonValue> regex = pattern.Find("Regex");
  std::optional<JsonValue> text = pattern.Find("String");
  if (regex.has_value() == text.has_value()) {
    return pattern.Expected("one key, 'Regex' or 'String'");
  }
  FATHOM_ASSIGN_OR_RETURN(absl::string_view value,
                          (regex ? *regex : *text).AsString());
  if (value.empty() || value.size() > kPatternBytesMax) {
    return pattern.Expected(
        absl::StrCat("a pattern of 1 to ", kPatternBytesMax, " bytes"));
  }
  return regex ? std::string(value) : Escaped(value);
}

absl::Status AddSplit(SplitKind kind, std::string pattern,
                      TokenizerBuild* build) {
  auto split = std::make_unique<fathom::schema::SplitT>();
  split->kind = kind;
  split->pattern = std::move(pattern);
  build->tables.splits.push_back(std::move(split));
  return absl::OkStatus();
}

absl::Status AddPatternStep(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "pattern", "behavior", "invert"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue behavior, step.Get("behavior"));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, behavior.AsString());
  if (name != "Isolated") return behavior.Expected("\"Isolated\"");
  // Where both matches and what lies between are kept, `invert` says nothing.
  FATHOM_RETURN_IF_ERROR(BoolAt(step, "invert", false).status());
  FATHOM_ASSIGN_OR_RETURN(std::string pattern, PatternOf(step));
  return AddSplit(SplitKind::Pattern, std::move(pattern), build);
}

absl::Status AddDigitsStep(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "individual_digits"}));
  FATHOM_ASSIGN_OR_RETURN(bool individual,
                          BoolAt(step, "individual_digits", false));
  return AddSplit(individual ? SplitKind::Digits : SplitKind::DigitRuns, "",
                  build);
}

absl::Status AddByteLevel(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      step, {"type", "add_prefix_space", "trim_offsets", "use_regex"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue prefix, step.Get("add_prefix_space"));
  FATHOM_ASSIGN_OR_RETURN(build->tables.add_prefix_space, prefix.AsBool());
  // Files older than the key mean true.
  FATHOM_ASSIGN_OR_RETURN(build->tables.use_regex,
                          BoolAt(step, "use_regex", true));
  return absl::OkStatus();
}

// The token that a template of one text puts before it, if any: "[X] A".
absl::Status ReadTemplate(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "single", "pair", "special_tokens"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue single, step.Get("single"));
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> items, single.AsArray());
  const bool is_known = !items.empty() && items.size() <= 2 &&
                        items.back().Find("Sequence").has_value() &&
                        (items.size() == 1 || items[0].Find("SpecialToken"));
  if (!is_known) {
    return single.Expected("the text alone or one special token before it");
  }
  if (items.size() == 1) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(JsonValue token, items[0].Get("SpecialToken"));
  FATHOM_ASSIGN_OR_RETURN(JsonValue name, token.Get("id"));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view content, name.AsString());
  auto id = build->ids.find(content);
  if (id == build->ids.end()) return name.Expected("a token that there is");
  build->tables.bos_id = static_cast<int32_t>(id->second);
  build->tables.add_bos = true;
  FATHOM_ASSIGN_OR_RETURN(JsonValue all, step.Get("special_tokens"));
  FATHOM_ASSIGN_OR_RETURN(JsonValue entry, all.Get(content));
  FATHOM_ASSIGN_OR_RETURN(JsonValue list, entry.Get("ids"));
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> ids, list.AsArray());
  if (ids.size() != 1) return list.Expected("one id");
  return ids[0].AsUnsigned(id->second, id->second).status();
}

}  // namespace

absl::Status BuildNormalizer(const JsonValue& root, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "normalizer", "normalizers"));
  for (const JsonValue& step : steps) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(step));
    if (type != "NFC") return UnknownType(step, "\"NFC\" or no normalizer");
    FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type"}));
    build->tables.nfc = true;
  }
  return absl::OkStatus();
}

absl::Status BuildPreTokenizer(const JsonValue& root, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue value, root.Get("pre_tokenizer"));
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "pre_tokenizer", "pretokenizers"));
  if (steps.size() > kSplitsMax) {
    return value.Expected(absl::StrCat("at most ", kSplitsMax, " steps"));
  }
  bool is_bytes = false;
  for (const JsonValue& step : steps) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(step));
    if (is_bytes) return UnknownType(step, "no step after ByteLevel");
    if (type == "Split") {
      FATHOM_RETURN_IF_ERROR(AddPatternStep(step, build));
    } else if (type == "Digits") {
      FATHOM_RETURN_IF_ERROR(AddDigitsStep(step, build));
    } else if (type == "ByteLevel") {
      FATHOM_RETURN_IF_ERROR(AddByteLevel(step, build));
      is_bytes = true;
    } else {
      return UnknownType(step, "\"Split\", \"Digits\" or \"ByteLevel\"");
    }
  }
  if (!is_bytes) return value.Expected("steps that end with ByteLevel");
  return absl::OkStatus();
}

absl::Status CheckDecoder(const JsonValue& root) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue decoder, root.Get("decoder"));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(decoder));
  if (type != "ByteLevel") return UnknownType(decoder, "\"ByteLevel\"");
  // None of them has a part in decoding.
  return CheckKeys(decoder,
                   {"type", "add_prefix_space", "trim_offsets", "use_regex"});
}

absl::Status BuildPostProcessor(const JsonValue& root, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "post_processor", "processors"));
  for (const JsonValue& step : steps) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(step));
    if (type == "TemplateProcessing") {
      FATHOM_RETURN_IF_ERROR(ReadTemplate(step, build));
    } else if (type != "ByteLevel") {  // that one has to do with offsets only
      return UnknownType(step, "\"ByteLevel\" or \"TemplateProcessing\"");
    }
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
