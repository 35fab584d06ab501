// A look at a text before it is parsed: what bounds the memory of parsing it.
#ifndef FATHOM_RUNTIME_BASE_JSON_SCAN_H_
#define FATHOM_RUNTIME_BASE_JSON_SCAN_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fathom::rt {

struct JsonScan {
  enum class Finding { kFits, kNotJson, kTooDeep, kTooManyValues };
  Finding finding = Finding::kFits;
  size_t at = 0;  // the byte where it was found
};

// Counts containers in containers and values, where keys count too. What is
// kNotJson is none; kFits may still be none, as words and numbers are not read.
// One pass, without recursion and without memory of its own.
JsonScan ScanJson(absl::string_view text, size_t depth_max, size_t values_max);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_SCAN_H_
