// See utf8_pieces.h.
#include "runtime/text/utf8_pieces.h"

namespace fathom::rt {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

struct Second {
  unsigned char min;
  unsigned char max;
};

// What the second byte may be: narrower where the character would be written
// too long, be a surrogate or lie beyond U+10FFFF.
Second SecondAfter(unsigned char lead) {
  switch (lead) {
    case 0xe0: return {0xa0, 0xbf};
    case 0xed: return {0x80, 0x9f};
    case 0xf0: return {0x90, 0xbf};
    case 0xf4: return {0x80, 0x8f};
    default: return {0x80, 0xbf};
  }
}

}  // namespace

Utf8Piece FirstUtf8Piece(absl::string_view text) {
  using Kind = Utf8Piece::Kind;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {Kind::kCharacter, 1};
  if (lead < 0xc2 || lead > 0xf4) return {Kind::kBroken, 1};
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  Second allowed = SecondAfter(lead);
  for (size_t at = 1; at < length; ++at) {
    if (at == text.size()) return {Kind::kUnfinished, at};
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < allowed.min || byte > allowed.max) return {Kind::kBroken, at};
    allowed = {0x80, 0xbf};
  }
  return {Kind::kCharacter, length};
}

void MoveWholeUtf8(std::string* held, bool is_last, std::string* out) {
  absl::string_view rest = *held;
  while (!rest.empty()) {
    const Utf8Piece piece = FirstUtf8Piece(rest);
    if (piece.kind == Utf8Piece::Kind::kCharacter) {
      out->append(rest.data(), piece.bytes);
    } else if (piece.kind == Utf8Piece::Kind::kBroken || is_last) {
      out->append(kReplacement);
    } else {
      break;
    }
    rest.remove_prefix(piece.bytes);
  }
  held->erase(0, held->size() - rest.size());
}

}  // namespace fathom::rt
