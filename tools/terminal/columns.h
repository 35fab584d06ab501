// How many columns of a terminal a text takes, and where in it a reader sees
// one character end and the next begin.
#ifndef FATHOM_TOOLS_TERMINAL_COLUMNS_H_
#define FATHOM_TOOLS_TERMINAL_COLUMNS_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The columns of one code point: 0 for marks and controls, 2 for wide ones.
// What Unicode 14 does not know counts as its neighbours do: emoji and
// ideographs are wide.
int CodePointColumns(int32_t code_point);

// The first code point of `text`, which is UTF-8 and not empty.
struct CodePoint {
  int32_t value;
  size_t bytes;
};
CodePoint FirstCodePoint(absl::string_view text);

// A user-perceived character (a grapheme cluster): a letter with its marks, an
// emoji with its modifiers. A control character always stands alone.
struct Cluster {
  size_t bytes;
  int columns;  // the sum over its code points, as most terminals count
};

// What `text` begins with; `text` is UTF-8 and not empty.
Cluster FirstCluster(absl::string_view text);

// How many bytes the last cluster of `text` has; `text` is UTF-8.
size_t LastClusterBytes(absl::string_view text);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_COLUMNS_H_
