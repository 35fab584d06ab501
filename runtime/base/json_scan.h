// A look at a text before it is parsed: what bounds the memory of parsing it.
#ifndef FATHOM_RUNTIME_BASE_JSON_SCAN_H_
#define FATHOM_RUNTIME_BASE_JSON_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/base/json_number.h"

namespace fathom::rt {

struct JsonScan {
  enum class Finding { kFits, kNotJson, kTooDeep, kTooManyValues };
  Finding finding = Finding::kFits;
  size_t at = 0;  // the byte where it was found
};

// A number that 64 bits do not hold; see IsWideJsonNumber().
struct WideJsonNumber {
  uint32_t value;  // how many values and keys begin before it
  uint32_t begin;  // where it stands in the text, in bytes
  uint32_t bytes;
};

// Counts containers in containers and values, where keys count too, and lists
// the wide numbers of `dialect` in `wide`. A text that is kNotJson is not JSON;
// one that is kFits may still be none, as other words are not read. One pass,
// without recursion, and without memory but for `wide`. The text has less than
// 4 GiB.
JsonScan ScanJson(absl::string_view text, size_t depth_max, size_t values_max,
                  JsonDialect dialect, std::vector<WideJsonNumber>* wide);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_SCAN_H_
