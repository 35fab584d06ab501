// See nearest.h.
#include "tools/cli/nearest.h"

#include <algorithm>

namespace fathom {
namespace {

// Longer words are no typo of a name, and not worth comparing.
constexpr size_t kWordBytesMax = 64;

// Insertions, deletions, replacements and swaps of neighbours between a and b.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  const size_t columns = b.size() + 1;
  std::vector<size_t> cost((a.size() + 1) * columns);
  auto at = [&](size_t i, size_t j) -> size_t& {
    return cost[i * columns + j];
  };
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = i + j;
        continue;
      }
      const size_t replaced = at(i - 1, j - 1) + (a[i - 1] != b[j - 1]);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return at(a.size(), b.size());
}

}  // namespace

std::string Nearest(absl::string_view word,
                    const std::vector<std::string>& names) {
  if (word.size() > kWordBytesMax) return "";
  std::string nearest;
  size_t least = 0;
  for (const std::string& name : names) {
    const size_t distance = EditDistance(word, name);
    // With half of it replaced it is another word.
    if (distance * 2 >= name.size()) continue;
    if (nearest.empty() || distance < least) {
      nearest = name;
      least = distance;
    }
  }
  return nearest;
}

}  // namespace fathom
