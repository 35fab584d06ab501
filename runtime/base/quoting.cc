#include "runtime/base/quoting.h"

#include "absl/strings/str_cat.h"
#include "runtime/base/escaping.h"

namespace fathom::rt {
namespace {

// A character has at most three bytes of this kind; more are broken text.
constexpr int kContinuationsMax = 3;

bool InsideCharacter(absl::string_view text, size_t at) {
  return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

}  // namespace

std::string Shown(absl::string_view name) {
  if (name.size() <= kShownBytesMax) return Escaped(name);
  // No character is cut in two.
  size_t begin = kShownBytesMax - kShownEndBytes;
  size_t end = name.size() - kShownEndBytes;
  for (int i = 0; i < kContinuationsMax && InsideCharacter(name, begin); ++i) {
    --begin;
  }
  for (int i = 0; i < kContinuationsMax && InsideCharacter(name, end); ++i) {
    ++end;
  }
  return absl::StrCat(Escaped(name.substr(0, begin)), "...",
                      Escaped(name.substr(end)));
}

}  // namespace fathom::rt
