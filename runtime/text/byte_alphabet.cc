// See byte_alphabet.h.
#include "runtime/text/byte_alphabet.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

constexpr uint32_t kCharactersEnd = 0x100 + 68;

// Bytes that are printable in Latin-1 stand for themselves; the other 68 take
// the characters from U+0100 on, in order.
constexpr bool IsOwnCharacter(uint32_t byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
         (byte >= 0xae && byte <= 0xff);
}

constexpr std::array<int16_t, kCharactersEnd> MakeBytes() {
  std::array<int16_t, kCharactersEnd> bytes{};
  for (int16_t& byte : bytes) byte = -1;
  uint32_t next = 0x100;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    bytes[IsOwnCharacter(byte) ? byte : next++] = static_cast<int16_t>(byte);
  }
  return bytes;
}

constexpr std::array<int16_t, kCharactersEnd> kBytes = MakeBytes();

constexpr std::array<uint16_t, 256> MakeCharacters() {
  std::array<uint16_t, 256> characters{};
  for (uint16_t c = 0; c < kCharactersEnd; ++c) {
    if (kBytes[c] >= 0) characters[static_cast<size_t>(kBytes[c])] = c;
  }
  return characters;
}

constexpr std::array<uint16_t, 256> kCharacters = MakeCharacters();

}  // namespace

std::optional<std::string> BytesOfWord(absl::string_view word) {
  std::string bytes;
  for (size_t at = 0, length = 0; at < word.size(); at += length) {
    const uint32_t character = DecodeUtf8(word, at, &length);
    if (character >= kCharactersEnd || kBytes[character] < 0) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(kBytes[character]));
  }
  return bytes;
}

std::string BytesOfToken(bool is_byte_level, absl::string_view word) {
  if (is_byte_level) {
    if (std::optional<std::string> bytes = BytesOfWord(word)) {
      return *std::move(bytes);
    }
  }
  return std::string(word);
}

void AppendByteCharacter(uint8_t byte, std::string* out) {
  AppendUtf8(kCharacters[byte], out);
}

}  // namespace fathom::rt
