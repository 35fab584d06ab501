// See unicode_classes.h.
#include "runtime/text/unicode_classes.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

struct NewerRange {
  uint32_t first;
  uint32_t last;
  uint32_t stand_in;
};

// tools/test-models/unicode_tables.py writes it.
constexpr NewerRange kPatternsNewer[] = {
#include "runtime/text/newer_code_points.inc"
};
// The digits of Unicode 17.
constexpr NewerRange kDigitsNewer[] = {
    {0x11de0, 0x11de9, 0x11d50},
    {0x16ff4, 0x16ff6, 0x11d50},
};

const NewerRange* Find(const NewerRange* first, const NewerRange* last,
                       uint32_t code_point) {
  const NewerRange* range = std::lower_bound(
      first, last, code_point,
      [](const NewerRange& r, uint32_t c) { return r.last < c; });
  return range != last && range->first <= code_point ? range : nullptr;
}

const NewerRange* FindFor(UnicodeOf whose, uint32_t code_point) {
  if (whose == UnicodeOf::kDigits) {
    const NewerRange* digits =
        Find(std::begin(kDigitsNewer), std::end(kDigitsNewer), code_point);
    if (digits != nullptr) return digits;
  }
  return Find(std::begin(kPatternsNewer), std::end(kPatternsNewer), code_point);
}

// Symbols that are Alphabetic: letters in circles and squares.
bool IsAlphabeticSymbol(uint32_t c) {
  return (c >= 0x24b6 && c <= 0x24e9) || (c >= 0x1f130 && c <= 0x1f149) ||
         (c >= 0x1f150 && c <= 0x1f169) || (c >= 0x1f170 && c <= 0x1f189);
}

}  // namespace

bool IsWhiteSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool IsWordCharacter(uint32_t code_point) {
  if (code_point == 0x200c || code_point == 0x200d) return true;
  const NewerRange* newer = FindFor(UnicodeOf::kPatterns, code_point);
  if (newer != nullptr) code_point = newer->stand_in;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC: return true;
    default: return IsAlphabeticSymbol(code_point);
  }
}

bool MakeStandIn(absl::string_view text, UnicodeOf whose,
                 std::string* stand_in) {
  bool found = false;
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    length = Utf8Length(text[at]);
    if (length < 3) continue;  // none of the newer ones is shorter
    const NewerRange* range = FindFor(whose, DecodeUtf8(text, at, &length));
    if (range == nullptr) continue;
    if (!found) stand_in->assign(text.data(), text.size());
    found = true;
    std::string replacement;
    AppendUtf8(range->stand_in, &replacement);
    stand_in->replace(at, length, replacement);
  }
  return found;
}

}  // namespace fathom::rt
