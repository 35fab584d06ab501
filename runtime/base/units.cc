// See units.h.
#include "runtime/base/units.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fathom::rt {
namespace {

constexpr const char* kBytes[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
constexpr const char* kCounts[] = {"",           "thousand", "million",
                                   "billion",    "trillion", "quadrillion",
                                   "quintillion"};

// `value` in the largest of `units`, each a thousand times the one before, in
// which it is at least 1.
std::string InUnits(uint64_t value, const char* const (&units)[7]) {
  if (value < 1000) {
    return absl::StrCat(value, *units[0] == '\0' ? "" : " ", units[0]);
  }
  auto scaled = static_cast<double>(value);
  size_t unit = 0;
  // 999.5 would be shown as 1000.
  while (scaled >= 999.5 && unit + 1 < 7) {
    scaled /= 1000;
    ++unit;
  }
  const int digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return absl::StrFormat("%.*f %s", digits, scaled, units[unit]);
}

}  // namespace

std::string BytesText(uint64_t bytes) { return InUnits(bytes, kBytes); }

std::string CountText(uint64_t count) { return InUnits(count, kCounts); }

}  // namespace fathom::rt
