// The numbers that a JSON text may hold, and which of them 64 bits do not.
#ifndef FATHOM_RUNTIME_BASE_JSON_NUMBER_H_
#define FATHOM_RUNTIME_BASE_JSON_NUMBER_H_

#include "absl/strings/string_view.h"

namespace fathom::rt {

enum class JsonDialect {
  // RFC 8259: what Rust's serde_json reads, and with it the tokenizers and
  // safetensors libraries.
  kStrict,
  // NaN, Infinity and -Infinity as well: what Python's json module reads, and
  // with it transformers.
  kPython,
};

// Whether `word` is a number of `dialect` that neither a 64-bit integer nor a
// finite double holds: an integer beyond 64 bits, a real number that overflows,
// NaN or an infinity. A real number that only loses digits is not wide.
bool IsWideJsonNumber(absl::string_view word, JsonDialect dialect);

// Whether `word` is one of the names that JsonDialect::kPython adds.
bool IsNonFiniteJsonName(absl::string_view word);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_NUMBER_H_
