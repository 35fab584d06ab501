// See unicode_classes.h.
#include "runtime/text/unicode_classes.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
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

// The third is the lower-case letter of the first.
constexpr NewerRange kLowercaseNewer[] = {
#include "runtime/text/newer_lowercase.inc"
};

struct Range {
  uint32_t first;
  uint32_t last;
};

// unicode_tables.py writes these, too: the library does not know them yet.
constexpr Range kPunctuationNewer[] = {
#include "runtime/text/newer_punctuation.inc"
};
constexpr Range kMarksNewer[] = {
#include "runtime/text/newer_marks.inc"
};

template <size_t kCount>
bool IsIn(const Range (&ranges)[kCount], uint32_t code_point) {
  const Range* range =
      std::lower_bound(std::begin(ranges), std::end(ranges), code_point,
                       [](const Range& r, uint32_t c) { return r.last < c; });
  return range != std::end(ranges) && range->first <= code_point;
}

utf8proc_category_t CategoryOf(uint32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
}

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

size_t LastCharacter(absl::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && IsUtf8Continuation(text[begin])) --begin;
  return begin;
}

size_t SpaceBegin(absl::string_view text, size_t end) {
  size_t length = 0;
  while (end > 0) {
    const size_t begin = LastCharacter(text, end);
    if (!IsWhiteSpace(DecodeUtf8(text, begin, &length))) break;
    end = begin;
  }
  return end;
}

size_t SpaceEnd(absl::string_view text, size_t begin) {
  size_t length = 0;
  while (begin < text.size() &&
         IsWhiteSpace(DecodeUtf8(text, begin, &length))) {
    begin += length;
  }
  return begin;
}

bool IsNumeric(uint32_t code_point) {
  const NewerRange* newer = FindFor(UnicodeOf::kDigits, code_point);
  switch (CategoryOf(newer == nullptr ? code_point : newer->stand_in)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return true;
    default: return false;
  }
}

bool IsPunctuation(uint32_t code_point) {
  if (code_point < 0x80) {
    return absl::ascii_ispunct(static_cast<unsigned char>(code_point));
  }
  // These two were punctuation once.
  if (code_point == 0x166d || code_point == 0x111c9) return true;
  switch (CategoryOf(code_point)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO: return !IsIn(kPunctuationNewer, code_point);
    default: return false;
  }
}

bool IsCombiningMark(uint32_t code_point) {
  // These two were marks once.
  if (code_point == 0x1cf2 || code_point == 0x1cf3) return true;
  switch (CategoryOf(code_point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: return !IsIn(kMarksNewer, code_point);
    default: return false;
  }
}

void AppendLowercase(uint32_t code_point, std::string* out) {
  if (code_point == 0x130) {  // the one letter that becomes two
    out->append("i\u0307");
    return;
  }
  const NewerRange* newer =
      Find(std::begin(kLowercaseNewer), std::end(kLowercaseNewer), code_point);
  AppendUtf8(newer != nullptr ? newer->stand_in + (code_point - newer->first)
                              : static_cast<uint32_t>(utf8proc_tolower(
                                    static_cast<utf8proc_int32_t>(code_point))),
             out);
}

bool IsWordCharacter(uint32_t code_point) {
  if (code_point == 0x200c || code_point == 0x200d) return true;
  const NewerRange* newer = FindFor(UnicodeOf::kPatterns, code_point);
  if (newer != nullptr) code_point = newer->stand_in;
  switch (CategoryOf(code_point)) {
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
