// Tokens that are spelled <0x00> to <0xFF> and stand for the bytes of
// characters that have no token of their own.
#ifndef FATHOM_RUNTIME_TEXT_BYTE_TOKENS_H_
#define FATHOM_RUNTIME_TEXT_BYTE_TOKENS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// The byte that a token is decoded to. The library takes a plus sign for the
// first digit, too, and small letters.
inline std::optional<uint8_t> ByteOfToken(absl::string_view token) {
  auto is_digit = [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  };
  auto digit = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_isdigit(byte) ? c - '0'
                                     : absl::ascii_tolower(byte) - 'a' + 10;
  };
  if (token.size() != 6 || !absl::StartsWith(token, "<0x") || token[5] != '>' ||
      !(is_digit(token[3]) || token[3] == '+') || !is_digit(token[4])) {
    return std::nullopt;
  }
  const int high = token[3] == '+' ? 0 : digit(token[3]);
  return static_cast<uint8_t>(high * 16 + digit(token[4]));
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_BYTE_TOKENS_H_
