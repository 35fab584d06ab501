// GPT-2's alphabet: 256 printable characters that stand for the bytes, in which
// the vocabulary of a byte-level tokenizer is written.
#ifndef FATHOM_RUNTIME_TEXT_BYTE_ALPHABET_H_
#define FATHOM_RUNTIME_TEXT_BYTE_ALPHABET_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The bytes that `word` (valid UTF-8) stands for; nothing when one of its
// characters is not of the alphabet.
std::optional<std::string> BytesOfWord(absl::string_view word);

// The bytes of a token that is spelled `word`: at byte level those that it
// stands for, where there are such.
std::string BytesOfToken(bool is_byte_level, absl::string_view word);

// Appends the character that stands for `byte`.
void AppendByteCharacter(uint8_t byte, std::string* out);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_BYTE_ALPHABET_H_
