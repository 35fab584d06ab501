// Sets of Unicode's scalar values, as sorted ranges.
#ifndef FATHOM_RUNTIME_TEXT_CODE_POINT_SET_H_
#define FATHOM_RUNTIME_TEXT_CODE_POINT_SET_H_

#include <cstdint>
#include <vector>

namespace fathom::rt {

struct CodePointRange {
  uint32_t first;
  uint32_t last;  // inclusive
};

// Surrogates are in no set, nor in the complement of one.
class CodePointSet {
 public:
  CodePointSet() = default;
  // In any order; they may overlap.
  explicit CodePointSet(std::vector<CodePointRange> ranges);

  // Sorted; neither overlapping nor adjacent.
  const std::vector<CodePointRange>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }

  CodePointSet Complement() const;
  CodePointSet Intersect(const CodePointSet& other) const;
  CodePointSet Minus(const CodePointSet& other) const {
    return Intersect(other.Complement());
  }
  bool IsSubsetOf(const CodePointSet& other) const {
    return Minus(other).empty();
  }

 private:
  std::vector<CodePointRange> ranges_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_CODE_POINT_SET_H_
