#include "runtime/base/json_scan.h"

#include <array>
#include <cstdint>

namespace fathom::rt {
namespace {

enum class Byte : uint8_t {
  kWord,  // of a number, of true, or of what JSON does not have
  kSpace,
  kQuote,
  kBackslash,
  kOpen,
  kClose,
  kSeparator,
};

constexpr std::array<Byte, 256> kBytes = [] {
  std::array<Byte, 256> bytes{};
  for (char c : {' ', '\t', '\n', '\r'}) bytes[c] = Byte::kSpace;
  bytes['"'] = Byte::kQuote;
  bytes['\\'] = Byte::kBackslash;
  bytes['{'] = bytes['['] = Byte::kOpen;
  bytes['}'] = bytes[']'] = Byte::kClose;
  bytes[','] = bytes[':'] = Byte::kSeparator;
  return bytes;
}();

Byte At(absl::string_view text, size_t at) {
  return kBytes[static_cast<uint8_t>(text[at])];
}

// The byte after the string that begins at `at`, or where the text ends.
size_t AfterString(absl::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

size_t AfterWord(absl::string_view text, size_t at) {
  while (at < text.size() && At(text, at) == Byte::kWord) ++at;
  return at;
}

}  // namespace

JsonScan ScanJson(absl::string_view text, size_t depth_max, size_t values_max,
                  JsonDialect dialect, std::vector<WideJsonNumber>* wide) {
  using Finding = JsonScan::Finding;
  size_t depth = 0, values = 0, next = 0;
  // No two values stand side by side, nor do two separators, so the number of
  // values bounds that of separators.
  bool follows_value = false, follows_separator = false;
  for (size_t at = 0; at < text.size(); at = next) {
    next = at + 1;
    const Byte byte = At(text, at);
    switch (byte) {
      case Byte::kSpace: continue;
      case Byte::kBackslash: return {Finding::kNotJson, at};
      case Byte::kSeparator:
        if (!follows_value) return {Finding::kNotJson, at};
        follows_value = false;
        follows_separator = true;
        continue;
      case Byte::kClose:
        if (depth == 0 || follows_separator) return {Finding::kNotJson, at};
        --depth;
        follows_value = true;
        continue;
      case Byte::kOpen:
      case Byte::kQuote:
      case Byte::kWord: break;
    }
    if (follows_value) return {Finding::kNotJson, at};
    if (++values > values_max) return {Finding::kTooManyValues, at};
    follows_separator = false;
    follows_value = byte != Byte::kOpen;
    if (byte == Byte::kOpen && ++depth > depth_max) {
      return {Finding::kTooDeep, at};
    }
    if (byte == Byte::kQuote) next = AfterString(text, at);
    if (byte != Byte::kWord) continue;
    next = AfterWord(text, at);
    if (IsWideJsonNumber(text.substr(at, next - at), dialect)) {
      wide->push_back({static_cast<uint32_t>(values - 1),
                       static_cast<uint32_t>(at),
                       static_cast<uint32_t>(next - at)});
    }
  }
  return {};
}

}  // namespace fathom::rt
