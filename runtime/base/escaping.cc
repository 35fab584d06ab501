// See escaping.h.
#include "runtime/base/escaping.h"

#include <utf8proc.h>

#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fathom::rt {
namespace {

bool IsPrintable(utf8proc_int32_t code_point) {
  // The joiners are part of words in Persian and Hindi, and of emoji.
  if (code_point == 0x200c || code_point == 0x200d) return true;
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

// How many bytes the printable character beyond ASCII has that `text` begins
// with; 0 where it begins with anything else.
size_t PrintableBytes(absl::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) return 0;
  utf8proc_int32_t code_point = 0;
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  return bytes > 0 && IsPrintable(code_point) ? static_cast<size_t>(bytes) : 0;
}

}  // namespace

std::string Escaped(absl::string_view text) {
  std::string shown;
  // CHexEscape() knows what it has to escape after a hexadecimal escape, so it
  // gets all that lies between two characters that stay.
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = PrintableBytes(text.substr(at));
    if (bytes > 0) {
      absl::StrAppend(&shown, absl::CHexEscape(text.substr(begin, at - begin)),
                      text.substr(at, bytes));
      begin = at + bytes;
    }
    at += bytes > 0 ? bytes : 1;
  }
  absl::StrAppend(&shown, absl::CHexEscape(text.substr(begin)));
  return shown;
}

}  // namespace fathom::rt
