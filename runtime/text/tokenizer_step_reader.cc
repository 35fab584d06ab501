// See tokenizer_step_reader.h.
#include "runtime/text/tokenizer_step_reader.h"

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/tokenizer_compiler.h"

namespace fathom::rt {
namespace {

absl::Status AddSteps(const JsonValue& value, absl::string_view list_key,
                      std::vector<JsonValue>* steps) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(value));
  if (type != "Sequence") {
    steps->push_back(value);
    return absl::OkStatus();
  }
  FATHOM_RETURN_IF_ERROR(CheckKeys(value, {"type", list_key}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue list, value.Get(list_key));
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> items, list.AsArray());
  for (const JsonValue& item : items) {
    FATHOM_RETURN_IF_ERROR(AddSteps(item, list_key, steps));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<absl::string_view> TypeOf(const JsonValue& step) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue type, step.Get("type"));
  return type.AsString();
}

absl::StatusOr<std::vector<JsonValue>> StepsAt(const JsonValue& root,
                                               absl::string_view key,
                                               absl::string_view list_key) {
  std::vector<JsonValue> steps;
  std::optional<JsonValue> value = root.Find(key);
  if (!value || value->IsNull()) return steps;
  FATHOM_RETURN_IF_ERROR(AddSteps(*value, list_key, &steps));
  if (steps.size() > kSplitsMax) {
    return value->Expected(absl::StrCat("at most ", kSplitsMax, " steps"));
  }
  return steps;
}

std::string OneOf(const std::vector<absl::string_view>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    const absl::string_view between = i == 0                  ? ""
                                      : i + 1 == names.size() ? " or "
                                                              : ", ";
    absl::StrAppend(&text, between, "\"", names[i], "\"");
  }
  return text;
}

absl::Status ReadStep(const JsonValue& step,
                      absl::Span<const StepReader> readers,
                      TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view type, TypeOf(step));
  std::vector<absl::string_view> known;
  for (const StepReader& reader : readers) {
    if (reader.type == type) return reader.read(step, build);
    known.push_back(reader.type);
  }
  FATHOM_ASSIGN_OR_RETURN(JsonValue value, step.Get("type"));
  return value.Expected(OneOf(known));
}

absl::StatusOr<StepPattern> PatternAt(const JsonValue& step) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue pattern, step.Get("pattern"));
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
  return StepPattern{regex.has_value(), std::string(value)};
}

absl::StatusOr<std::string> CharacterAt(const JsonValue& step,
                                        absl::string_view key) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue value, step.Get(key));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value.AsString());
  if (text.empty() || Utf8Length(text[0]) != text.size()) {
    return value.Expected("one character");
  }
  return std::string(text);
}

absl::StatusOr<std::string> ReplacementAt(const JsonValue& step,
                                          absl::string_view key,
                                          size_t bytes_min) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue value, step.Get(key));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, value.AsString());
  if (text.size() < bytes_min || text.size() > kReplacementBytesMax) {
    return value.Expected(absl::StrCat("a text of ", bytes_min, " to ",
                                       kReplacementBytesMax, " bytes"));
  }
  return std::string(text);
}

}  // namespace fathom::rt
