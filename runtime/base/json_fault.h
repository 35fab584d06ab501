// Where a text stops being JSON, which simdjson does not say: a text that was
// refused is read again to find the place.
#ifndef FATHOM_RUNTIME_BASE_JSON_FAULT_H_
#define FATHOM_RUNTIME_BASE_JSON_FAULT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/base/json_number.h"

namespace fathom::rt {

// "line 3, column 7: found 'x', expected ',' or '}'" of the first fault, or
// "column 7: ..." of a text of one line; columns count bytes, from 1. Empty
// where `text` is JSON of that dialect.
std::string JsonFault(absl::string_view text,
                      JsonDialect dialect = JsonDialect::kStrict);

// "line 3, column 7" of the byte `at`, or "column 7" of a text of one line.
std::string JsonPlace(absl::string_view text, size_t at);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_FAULT_H_
