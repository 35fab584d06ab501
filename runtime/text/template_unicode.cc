#include "runtime/text/template_unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

namespace fathom::rt {
namespace {

struct CaseEntry {
  uint32_t code_point;
  const char* mapped;
};
struct CodeRange {
  uint32_t first, last;
};

#include "runtime/text/template/case_tables.inc"

template <size_t kSize>
bool In(const CodeRange (&ranges)[kSize], uint32_t c) {
  const CodeRange* found = std::lower_bound(
      std::begin(ranges), std::end(ranges), c,
      [](const CodeRange& r, uint32_t at) { return r.last < at; });
  return found != std::end(ranges) && found->first <= c;
}

template <size_t kSize>
const char* MappedIn(const CaseEntry (&entries)[kSize], uint32_t c) {
  const CaseEntry* found = std::lower_bound(
      std::begin(entries), std::end(entries), c,
      [](const CaseEntry& e, uint32_t at) { return e.code_point < at; });
  return found != std::end(entries) && found->code_point == c ? found->mapped
                                                              : nullptr;
}

bool IsLetter(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

}  // namespace

uint32_t DecodeUtf8(absl::string_view text, size_t pos, size_t* length) {
  *length = std::min(Utf8Length(text[pos]), text.size() - pos);
  unsigned char lead = static_cast<unsigned char>(text[pos]);
  if (*length == 1) return lead;
  uint32_t code_point = lead & (0x7F >> *length);
  for (size_t i = 1; i < *length; ++i) {
    code_point = code_point << 6 | (text[pos + i] & 0x3F);
  }
  return code_point;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3F)));
  };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xF0 | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool IsValidUtf8(absl::string_view text) {
  size_t pos = 0;
  while (pos < text.size()) {
    utf8proc_int32_t code_point;
    utf8proc_ssize_t length = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + pos,
        text.size() - pos, &code_point);
    if (length <= 0) return false;
    pos += length;
  }
  return true;
}

size_t CountCodePoints(absl::string_view text) {
  size_t count = 0;
  for (char c : text) count += !IsUtf8Continuation(c);
  return count;
}

bool IsPythonSpace(uint32_t c) {
  return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20) || c == 0x85 ||
         c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool IsPythonPrintable(uint32_t c) {
  if (c == ' ') return true;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

absl::string_view StripPythonSpace(absl::string_view text, bool left,
                                   bool right) {
  size_t length = 0;
  while (left && !text.empty() && IsPythonSpace(DecodeUtf8(text, 0, &length))) {
    text.remove_prefix(length);
  }
  while (right && !text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && IsUtf8Continuation(text[last])) --last;
    if (!IsPythonSpace(DecodeUtf8(text, last, &length))) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

bool IsPythonAlpha(uint32_t c) {
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return IsLetter(utf8proc_category(c));
}

bool IsPythonDecimal(uint32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return utf8proc_category(c) == UTF8PROC_CATEGORY_ND;
}

// The tables hold where a property differs from what the category says.
bool IsPythonDigit(uint32_t c) {
  return IsPythonDecimal(c) != In(kDigitSpecial, c);
}

bool IsPythonNumeric(uint32_t c) {
  utf8proc_category_t category = utf8proc_category(c);
  bool number =
      category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
  return number != In(kNumericSpecial, c);
}

bool IsPythonAlnum(uint32_t c) {
  return IsPythonAlpha(c) || IsPythonDecimal(c) || IsPythonDigit(c) ||
         IsPythonNumeric(c);
}

bool IsPythonLower(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  return (utf8proc_category(c) == UTF8PROC_CATEGORY_LL) !=
         In(kLowerLetterSpecial, c);
}

bool IsPythonUpper(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return (utf8proc_category(c) == UTF8PROC_CATEGORY_LU) !=
         In(kUpperLetterSpecial, c);
}

bool IsPythonTitle(uint32_t c) {
  return c >= 0x80 && utf8proc_category(c) == UTF8PROC_CATEGORY_LT;
}

bool IsCaseIgnorable(uint32_t c) {
  utf8proc_category_t category = utf8proc_category(c);
  bool ignorable =
      category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
      category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_LM ||
      category == UTF8PROC_CATEGORY_SK;
  return ignorable != In(kCaseIgnorableSpecial, c);
}

bool IsPythonIdentifierStart(uint32_t c) {
  if (c < 0x80) return IsPythonAlpha(c) || c == '_';
  utf8proc_category_t category = utf8proc_category(c);
  return (IsLetter(category) || category == UTF8PROC_CATEGORY_NL) !=
         In(kIdentifierStartSpecial, c);
}

bool IsPythonIdentifierPart(uint32_t c) {
  if (c < 0x80) return IsPythonAlpha(c) || IsPythonDecimal(c) || c == '_';
  utf8proc_category_t category = utf8proc_category(c);
  bool part =
      IsLetter(category) || category == UTF8PROC_CATEGORY_NL ||
      category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
      category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_PC;
  return part != In(kIdentifierPartSpecial, c);
}

bool HasCase(absl::string_view text, bool upper) {
  bool found = false;
  size_t length = 0;
  for (size_t pos = 0; pos < text.size(); pos += length) {
    uint32_t c = DecodeUtf8(text, pos, &length);
    if (IsPythonTitle(c) || (upper ? IsPythonLower(c) : IsPythonUpper(c))) {
      return false;
    }
    found |= upper ? IsPythonUpper(c) : IsPythonLower(c);
  }
  return found;
}

int DecimalValue(uint32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  if (!IsPythonDecimal(c)) return -1;
  // Digits of a script are ten in a row, and the first is zero. Rows may follow
  // each other; in one block of Unicode they do not begin at a multiple of ten.
  if (c >= 0x1D7CE && c <= 0x1D7FF) return (c - 0x1D7CE) % 10;
  uint32_t first = c;
  while (c - first < 9 && IsPythonDecimal(first - 1)) --first;
  return static_cast<int>(c - first);
}

void AppendCased(uint32_t c, CaseMapping mapping, std::string* out) {
  if (c < 0x80) {
    bool lower =
        mapping == CaseMapping::kLower || mapping == CaseMapping::kFold;
    bool changes = lower ? IsPythonUpper(c) : IsPythonLower(c);
    out->push_back(static_cast<char>(changes ? c ^ 0x20 : c));
    return;
  }
  const char* special = nullptr;
  switch (mapping) {
    case CaseMapping::kUpper: special = MappedIn(kUpperSpecial, c); break;
    case CaseMapping::kLower: special = MappedIn(kLowerSpecial, c); break;
    case CaseMapping::kTitle: special = MappedIn(kTitleSpecial, c); break;
    case CaseMapping::kFold: break;
  }
  if (special != nullptr) {
    *out += special;
    return;
  }
  switch (mapping) {
    case CaseMapping::kUpper: AppendUtf8(utf8proc_toupper(c), out); break;
    case CaseMapping::kLower: AppendUtf8(utf8proc_tolower(c), out); break;
    case CaseMapping::kTitle: AppendUtf8(utf8proc_totitle(c), out); break;
    case CaseMapping::kFold: {
      utf8proc_int32_t folded[8];
      int boundary = 0;
      utf8proc_ssize_t count =
          utf8proc_decompose_char(c, folded, 8, UTF8PROC_CASEFOLD, &boundary);
      for (utf8proc_ssize_t i = 0; i < count && i < 8; ++i) {
        AppendUtf8(folded[i], out);
      }
    }
  }
}

}  // namespace fathom::rt
