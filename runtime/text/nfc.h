// Normalization Form C that keeps track of a text's foreign bytes.
#ifndef FATHOM_RUNTIME_TEXT_NFC_H_
#define FATHOM_RUNTIME_TEXT_NFC_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/text/byte_span.h"

namespace fathom::rt {

struct NormalizedText {
  std::string text;
  std::vector<ByteSpan> foreign;  // ascending, apart
};

// `text` (valid UTF-8) in NFC. Where foreign bytes (ascending, apart) may have
// met others in one character, all of it counts as foreign.
NormalizedText ToNfc(absl::string_view text,
                     absl::Span<const ByteSpan> foreign);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_NFC_H_
