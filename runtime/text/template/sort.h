// A stable sort whose comparison may fail.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_SORT_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_SORT_H_

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "runtime/base/status.h"

namespace fathom::rt {

// Sorts `items` by merging. `less` gives a StatusOr<bool>; its first error ends
// the sort and is returned. The standard library's sorts must not be given an
// order that contradicts itself, as one that stops half-way would.
template <typename T, typename F>
absl::Status StableSort(std::vector<T>* items, F less) {
  std::vector<T> from = std::move(*items);
  std::vector<T> to;
  to.reserve(from.size());
  for (size_t width = 1; width < from.size(); width *= 2) {
    to.clear();
    for (size_t begin = 0; begin < from.size(); begin += 2 * width) {
      size_t middle = std::min(begin + width, from.size());
      size_t end = std::min(begin + 2 * width, from.size());
      size_t left = begin, right = middle;
      while (left < middle && right < end) {
        FATHOM_ASSIGN_OR_RETURN(bool second, less(from[right], from[left]));
        to.push_back(from[second ? right++ : left++]);
      }
      to.insert(to.end(), from.begin() + left, from.begin() + middle);
      to.insert(to.end(), from.begin() + right, from.begin() + end);
    }
    std::swap(from, to);
  }
  *items = std::move(from);
  return absl::OkStatus();
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_SORT_H_
