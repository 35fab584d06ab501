// A pattern that cuts text into its matches and what lies between them.
#ifndef FATHOM_RUNTIME_TEXT_SPLIT_PATTERN_H_
#define FATHOM_RUNTIME_TEXT_SPLIT_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/pattern_cost.h"

// PCRE2's own, which no header of ours needs to see.
struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;
struct pcre2_real_jit_stack_8;

namespace fathom::rt {

// What the matches of one text share: memory, and a budget of processor time,
// for a pattern may take quadratic time without ever hitting a match limit.
class SplitScratch {
 public:
  explicit SplitScratch(size_t text_bytes);
  ~SplitScratch();
  SplitScratch(const SplitScratch&) = delete;
  SplitScratch& operator=(const SplitScratch&) = delete;

  // ResourceExhausted when there is no memory for the above.
  absl::Status status() const;

 private:
  friend class SplitPattern;
  // Whether the budget is, once more `steps` may have been taken.
  bool IsSpent(double steps);

  pcre2_real_match_data_8* data_ = nullptr;
  pcre2_real_match_context_8* context_ = nullptr;
  pcre2_real_jit_stack_8* stack_ = nullptr;
  int64_t end_ns_ = 0;
  double steps_ = 0;  // since the budget was looked at
};

// Where the form of a pattern bounds its steps at a place, the budget is looked
// at between calls; else before each of its items, which takes longer.
class SplitPattern {
 public:
  // A pattern in Oniguruma's syntax; see pattern_syntax.h.
  static absl::StatusOr<SplitPattern> Create(absl::string_view oniguruma);
  SplitPattern(SplitPattern&&) noexcept = default;
  SplitPattern& operator=(SplitPattern&&) noexcept = default;

  // Calls `take(begin, end, is_match)` for each part of `text` (valid UTF-8) in
  // turn: the matches, some of which may be empty, and what lies between them.
  // InvalidArgument when a limit is hit.
  absl::Status ForEachPart(
      absl::string_view text, SplitScratch* scratch,
      absl::FunctionRef<void(size_t, size_t, bool)> take) const;

  // Whether it matches a text without characters.
  bool MatchesEmpty() const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  struct Match {
    bool found = false;
    size_t begin = 0;
    size_t end = 0;
  };

  SplitPattern() = default;
  absl::StatusOr<Match> Next(absl::string_view text, size_t from,
                             SplitScratch* scratch) const;

  std::unique_ptr<pcre2_real_code_8, Free> code_;
  PatternCost cost_;
  bool is_jitted_ = false;
  std::string shown_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_SPLIT_PATTERN_H_
