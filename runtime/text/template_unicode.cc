#include "runtime/text/template_unicode.h"

#include <utf8proc.h>

namespace fathom::rt {

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

void AppendCased(uint32_t c, CaseMapping mapping, std::string* out) {
  bool lower = mapping == CaseMapping::kLower;
  if (c == 0xDF && !lower) {  // The sharp s is two letters in upper case.
    *out += mapping == CaseMapping::kUpper ? "SS" : "Ss";
  } else if (c == 0x130 && lower) {  // A dotted capital I keeps its dot.
    *out += "i\xCC\x87";
  } else if (lower) {
    AppendUtf8(utf8proc_tolower(c), out);
  } else if (mapping == CaseMapping::kUpper) {
    AppendUtf8(utf8proc_toupper(c), out);
  } else {
    AppendUtf8(utf8proc_totitle(c), out);
  }
}

}  // namespace fathom::rt
