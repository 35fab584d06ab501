// Cuts text into the pieces that byte pair encoding sees one by one.
#ifndef FATHOM_RUNTIME_TEXT_PRE_TOKENIZER_H_
#define FATHOM_RUNTIME_TEXT_PRE_TOKENIZER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/text/split_pattern.h"
#include "runtime/text/unicode_classes.h"

namespace fathom::rt {

// The pattern that ByteLevel itself cuts by where `use_regex` is true.
inline constexpr absl::string_view kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+)"
    R"(| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class PreTokenizer {
 public:
  bool empty() const { return steps_.empty(); }

  // Steps run in the order in which they are added.
  void AddStep(SplitPattern pattern, UnicodeOf whose) {
    steps_.push_back({std::move(pattern), whose});
  }

  // Appends to `ends` where each piece of `text` (valid UTF-8) ends.
  absl::Status Split(absl::string_view text, SplitScratch* scratch,
                     std::vector<size_t>* ends) const;

 private:
  struct Step {
    SplitPattern pattern;
    UnicodeOf whose;
  };
  std::vector<Step> steps_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PRE_TOKENIZER_H_
