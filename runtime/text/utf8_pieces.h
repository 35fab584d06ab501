// UTF-8 that may be broken or cut off, read character by character.
#ifndef FATHOM_RUNTIME_TEXT_UTF8_PIECES_H_
#define FATHOM_RUNTIME_TEXT_UTF8_PIECES_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

struct Utf8Piece {
  enum class Kind { kCharacter, kBroken, kUnfinished };
  Kind kind;
  size_t bytes;
};

// What `text` (not empty) begins with: a character; bytes that can never become
// one, as many as one U+FFFD stands for (the longest begin of a character, as
// Unicode recommends); or the begin of a character that the text cuts off.
Utf8Piece FirstUtf8Piece(absl::string_view text);

// Moves the whole characters at the begin of `held` to `out`, broken bytes as
// U+FFFD; keeps the begin of a character, unless `is_last`.
void MoveWholeUtf8(std::string* held, bool is_last, std::string* out);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_UTF8_PIECES_H_
