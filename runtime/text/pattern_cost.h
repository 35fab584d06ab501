// How many steps a pattern can take at one place of a text, from its form.
#ifndef FATHOM_RUNTIME_TEXT_PATTERN_COST_H_
#define FATHOM_RUNTIME_TEXT_PATTERN_COST_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// At most `fixed` and `per_byte` for each byte that follows the place, where
// the pattern is linear; otherwise it may take a higher power of the text, or
// more time than any. That is said too often, but never too rarely.
struct PatternCost {
  bool is_linear = true;
  double fixed = 0;
  double per_byte = 0;

  double At(uint64_t bytes) const {
    return fixed + per_byte * static_cast<double>(bytes);
  }
};

// Of a pattern that TranslatePattern gave.
PatternCost CostOfPattern(absl::string_view translated);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PATTERN_COST_H_
