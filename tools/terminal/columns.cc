// See columns.h.
#include "tools/terminal/columns.h"

#include <utf8proc.h>

namespace fathom::rt {
namespace {

bool IsControl(int32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

int CodePointColumns(int32_t code_point) {
  if (IsControl(code_point)) return 0;
  if (code_point < 0x7f) return 1;
  if (utf8proc_category(code_point) == UTF8PROC_CATEGORY_CN) {
    const bool emoji = code_point >= 0x1f300 && code_point < 0x1fb00;
    const bool ideograph = code_point >= 0x20000 && code_point < 0x3fffe;
    return emoji || ideograph ? 2 : 1;
  }
  return utf8proc_charwidth(code_point);
}

CodePoint FirstCodePoint(absl::string_view text) {
  utf8proc_int32_t value = 0;
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &value);
  // Not reached for UTF-8; a byte is passed over so that callers end.
  if (bytes <= 0) return {0xfffd, 1};
  return {value, static_cast<size_t>(bytes)};
}

Cluster FirstCluster(absl::string_view text) {
  // Two ASCII characters never belong together (but for CR LF, two controls).
  if (IsAscii(text[0]) && (text.size() == 1 || IsAscii(text[1]))) {
    return {1, CodePointColumns(text[0])};
  }
  const CodePoint first = FirstCodePoint(text);
  Cluster cluster = {first.bytes, CodePointColumns(first.value)};
  int32_t last = first.value;
  utf8proc_int32_t state = 0;
  while (cluster.bytes < text.size() && !IsControl(last)) {
    const CodePoint next = FirstCodePoint(text.substr(cluster.bytes));
    if (IsControl(next.value) ||
        utf8proc_grapheme_break_stateful(last, next.value, &state)) {
      break;
    }
    cluster.bytes += next.bytes;
    cluster.columns += CodePointColumns(next.value);
    last = next.value;
  }
  return cluster;
}

size_t LastClusterBytes(absl::string_view text) {
  if (text.empty()) return 0;
  // Clusters are only known from their beginning; two ASCII characters in a
  // row have a boundary between them.
  size_t start = text.size() - 1;
  while (start > 0 && !(IsAscii(text[start]) && IsAscii(text[start - 1]))) {
    --start;
  }
  for (;;) {
    const size_t bytes = FirstCluster(text.substr(start)).bytes;
    if (start + bytes >= text.size()) return text.size() - start;
    start += bytes;
  }
}

}  // namespace fathom::rt
