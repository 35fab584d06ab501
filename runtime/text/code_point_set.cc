// See code_point_set.h.
#include "runtime/text/code_point_set.h"

#include <algorithm>
#include <utility>

namespace fathom::rt {
namespace {

constexpr uint32_t kSurrogateFirst = 0xd800;
constexpr uint32_t kSurrogateLast = 0xdfff;
constexpr uint32_t kLast = 0x10ffff;

}  // namespace

CodePointSet::CodePointSet(std::vector<CodePointRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const CodePointRange& a, const CodePointRange& b) {
              return a.first < b.first;
            });
  for (const CodePointRange& range : ranges) {
    if (!ranges_.empty() && range.first <= ranges_.back().last + 1) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
}

CodePointSet CodePointSet::Complement() const {
  CodePointSet result;
  const auto add = [&](uint32_t first, uint32_t last) {
    if (first < kSurrogateFirst && last >= kSurrogateFirst) {
      result.ranges_.push_back({first, kSurrogateFirst - 1});
    }
    if (first <= kSurrogateLast && last >= kSurrogateFirst) {
      first = kSurrogateLast + 1;
    }
    if (first <= last) result.ranges_.push_back({first, last});
  };
  uint32_t next = 0;
  for (const CodePointRange& range : ranges_) {
    if (range.first > next) add(next, range.first - 1);
    next = range.last + 1;
  }
  if (next <= kLast) add(next, kLast);
  return result;
}

CodePointSet CodePointSet::Intersect(const CodePointSet& other) const {
  CodePointSet result;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const uint32_t first = std::max(a->first, b->first);
    const uint32_t last = std::min(a->last, b->last);
    if (first <= last) result.ranges_.push_back({first, last});
    (a->last < b->last ? a : b)++;
  }
  return result;
}

}  // namespace fathom::rt
