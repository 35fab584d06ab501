// What Unicode says about characters where the engines of the `tokenizers`
// library know a newer one (16 and 17) than the packaged libraries (14).
#ifndef FATHOM_RUNTIME_TEXT_UNICODE_CLASSES_H_
#define FATHOM_RUNTIME_TEXT_UNICODE_CLASSES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The 25 code points with the property White_Space.
bool IsWhiteSpace(uint32_t code_point);

// Where the character begins that ends at `end` (not 0).
size_t LastCharacter(absl::string_view text, size_t end);
// Where the white space begins that ends at `end`, and ends that begins at
// `begin`.
size_t SpaceBegin(absl::string_view text, size_t end);
size_t SpaceEnd(absl::string_view text, size_t begin);

// Unicode's N*, as the Digits pre-tokenizer knows it.
bool IsNumeric(uint32_t code_point);
// ASCII's punctuation and Unicode's P*, as the Punctuation pre-tokenizer knows
// it.
bool IsPunctuation(uint32_t code_point);
// Unicode's M*, as the normalizer StripAccents knows it.
bool IsCombiningMark(uint32_t code_point);

// Appends the lower-case form of a character, as the normalizer Lowercase knows
// it; context is not looked at.
void AppendLowercase(uint32_t code_point, std::string* out);

// \w of Unicode's regular expressions: Alphabetic, marks, decimal digits,
// connector punctuation and Join_Control.
bool IsWordCharacter(uint32_t code_point);

enum class UnicodeOf {
  kPatterns,  // regular expressions: Unicode 16
  kDigits,    // the Digits pre-tokenizer: Unicode 17
};

// Whether `text` holds characters that Unicode 14 does not know as `whose`
// does. If so, `*stand_in` becomes `text` with each replaced by an older one of
// equal category and equally many bytes, so that whoever cuts it cuts `text`.
bool MakeStandIn(absl::string_view text, UnicodeOf whose,
                 std::string* stand_in);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_UNICODE_CLASSES_H_
