// A range of a text's bytes.
#ifndef FATHOM_RUNTIME_TEXT_BYTE_SPAN_H_
#define FATHOM_RUNTIME_TEXT_BYTE_SPAN_H_

#include <cstddef>

namespace fathom::rt {

struct ByteSpan {
  size_t begin = 0;
  size_t end = 0;
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_BYTE_SPAN_H_
