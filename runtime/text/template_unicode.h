// The little of Unicode that Python's string methods need: code points of
// UTF-8, what counts as space, case mapping, and what repr() shows as it is.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_UNICODE_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_UNICODE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// Bytes of the code point that begins with `lead`; 1 for a stray byte.
inline size_t Utf8Length(char lead) {
  unsigned char byte = static_cast<unsigned char>(lead);
  if (byte < 0xC0) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

inline bool IsUtf8Continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The code point at `pos` of valid UTF-8, and its length.
uint32_t DecodeUtf8(absl::string_view text, size_t pos, size_t* length);
void AppendUtf8(uint32_t code_point, std::string* out);
bool IsValidUtf8(absl::string_view text);

// Code points of valid UTF-8.
size_t CountCodePoints(absl::string_view text);

// str.isspace() of one code point.
bool IsPythonSpace(uint32_t code_point);
// Whether repr() shows it as it is.
bool IsPythonPrintable(uint32_t code_point);

// `text` without space at its begin or end, as str.strip() leaves it.
absl::string_view StripPythonSpace(absl::string_view text, bool left,
                                   bool right);

// Python's str.isalpha() and its kin, of one code point.
bool IsPythonAlpha(uint32_t code_point);
bool IsPythonDecimal(uint32_t code_point);
bool IsPythonDigit(uint32_t code_point);
bool IsPythonNumeric(uint32_t code_point);
bool IsPythonAlnum(uint32_t code_point);
bool IsPythonLower(uint32_t code_point);
bool IsPythonUpper(uint32_t code_point);
bool IsPythonTitle(uint32_t code_point);
inline bool IsPythonCased(uint32_t c) {
  return IsPythonLower(c) || IsPythonUpper(c) || IsPythonTitle(c);
}
// Whether a capital sigma looks past it for the end of a word.
bool IsCaseIgnorable(uint32_t code_point);
// What an identifier may begin with, and what may follow.
bool IsPythonIdentifierStart(uint32_t code_point);
bool IsPythonIdentifierPart(uint32_t code_point);
// str.isupper() or str.islower(): a letter of the case, and none of another.
bool HasCase(absl::string_view text, bool upper);
// The value of a decimal digit of any script, or -1.
int DecimalValue(uint32_t code_point);

enum class CaseMapping { kUpper, kLower, kTitle, kFold };
// Appends the full case mapping of one code point (context is not looked at).
void AppendCased(uint32_t code_point, CaseMapping mapping, std::string* out);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_UNICODE_H_
