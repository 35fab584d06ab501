// How the parts of tokenizer.json that are steps are read: each kind of step by
// a function that a table names.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_STEP_READER_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_STEP_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/base/json.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_build.h"

namespace fathom::rt {

struct StepReader {
  absl::string_view type;
  absl::Status (*read)(const JsonValue& step, TokenizerBuild* build);
};

// The `type` of a step.
absl::StatusOr<absl::string_view> TypeOf(const JsonValue& step);

// The value of `root` at `key` as a list of steps: those of a Sequence, which
// it has under `list_key`, in the place of each Sequence; null is none.
absl::StatusOr<std::vector<JsonValue>> StepsAt(const JsonValue& root,
                                               absl::string_view key,
                                               absl::string_view list_key);

// Reads `step` by the reader of its type. What has none is refused by its type.
absl::Status ReadStep(const JsonValue& step,
                      absl::Span<const StepReader> readers,
                      TokenizerBuild* build);

// A `pattern`: {"Regex": ...} or {"String": ...}.
struct StepPattern {
  bool is_regex = false;
  std::string text;
};
absl::StatusOr<StepPattern> PatternAt(const JsonValue& step);
// The one character at `key`.
absl::StatusOr<std::string> CharacterAt(const JsonValue& step,
                                        absl::string_view key);
// The text at `key`, of at most kReplacementBytesMax.
absl::StatusOr<std::string> ReplacementAt(const JsonValue& step,
                                          absl::string_view key,
                                          size_t bytes_min = 0);

template <typename Value>
struct NamedValue {
  absl::string_view name;
  Value value;
};

// `"a", "b" or "c"`.
std::string OneOf(const std::vector<absl::string_view>& names);

// Of the text at `key` the value that `names` has for it; where there is none,
// `missing`, unless that is nothing, too.
template <typename Value, size_t kCount>
absl::StatusOr<Value> NamedAt(const JsonValue& step, absl::string_view key,
                              const NamedValue<Value> (&names)[kCount],
                              std::optional<Value> missing) {
  std::optional<JsonValue> value = step.Find(key);
  if (!value && missing) return *missing;
  FATHOM_ASSIGN_OR_RETURN(JsonValue found, step.Get(key));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view text, found.AsString());
  std::vector<absl::string_view> known;
  for (const NamedValue<Value>& name : names) {
    if (name.name == text) return name.value;
    known.push_back(name.name);
  }
  return found.Expected(OneOf(known));
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_STEP_READER_H_
