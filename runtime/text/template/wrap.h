// Breaking text into lines, as Python's textwrap does.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_WRAP_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_WRAP_H_

#include <vector>

#include "absl/status/statusor.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

struct WrapStyle {
  int64_t width = 79;  // in code points, above zero
  bool break_long_words = true;
  bool break_on_hyphens = true;
};

// The parts of `line`, a range of the bytes of a text, in order: what lies
// between them is space at the ends of lines, which is dropped.
absl::StatusOr<std::vector<ByteSpan>> WrapLine(Arena& arena,
                                               absl::string_view bytes,
                                               ByteSpan line,
                                               const WrapStyle& style);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_WRAP_H_
