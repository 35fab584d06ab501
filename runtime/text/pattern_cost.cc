// See pattern_cost.h. A step is taken again for each way in which what stands
// before it may match: a loop (a*) has as many as the text has bytes, a choice
// (a?, a|b) a few. That counts only where something after it may still fail:
// the last loop of "a*b+" is gone through once.
#include "runtime/text/pattern_cost.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// A repetition of more is as bad as a loop; of a group, any is.
constexpr uint32_t kRepeatsMax = 16;
// 64 million steps in 1 MiB: a tenth of a second or two.
constexpr double kPerByteMax = 64;
// As much of a class as takes the time of a step.
constexpr size_t kClassBytes = 256;
constexpr double kFixedMax = 1 << 20;

struct Ways {
  double choices = 1;
  uint32_t loops = 0;
  double steps = 0;
};

struct Sequence {
  Ways sure;     // something after it may fail
  Ways pending;  // nothing has been seen after it that may
  double branches = 1;
  bool looks_ahead = false;

  void MayFail() {
    sure.choices *= pending.choices;
    sure.loops += pending.loops;
    sure.steps += pending.steps;
    pending = {};
  }
};

struct Repeats {
  uint32_t least = 1;
  uint32_t most = 1;
  bool IsLoop() const { return most > kRepeatsMax; }
};

class Reader {
 public:
  explicit Reader(absl::string_view pattern) : rest_(pattern) {}

  PatternCost Run() {
    while (!rest_.empty()) Item();
    EndAlternative();
    // Double keeps what is too much as infinity; not as a number that wraps.
    cost_.is_linear = cost_.is_linear && cost_.per_byte <= kPerByteMax &&
                      cost_.fixed <= kFixedMax;
    return cost_;
  }

 private:
  Sequence& Now() { return open_.back(); }

  void Item() {
    switch (rest_[0]) {
      case '(': Open(); return;
      case ')': Close(); return;
      case '|':
        rest_.remove_prefix(1);
        if (open_.size() == 1) return EndAlternative();
        Now().branches += 1;
        return;
      default: break;
    }
    const size_t atom_bytes = std::min(AtomBytes(), rest_.size());
    // The items of a class are looked at in turn.
    const double weight = 1 + static_cast<double>(atom_bytes / kClassBytes);
    rest_.remove_prefix(atom_bytes);
    const Repeats repeats = TakeRepeats();
    Sequence& now = Now();
    if (repeats.least > 0) now.MayFail();
    (repeats.least > 0 ? now.sure : now.pending).steps +=
        weight * (repeats.IsLoop() ? 1 : repeats.most);
    if (repeats.IsLoop()) {
      ++now.pending.loops;
    } else {
      now.pending.choices *= repeats.most - repeats.least + 1;
    }
  }

  size_t AtomBytes() const {
    if (rest_[0] == '\\') {
      const bool is_property =
          absl::StartsWith(rest_, "\\p{") || absl::StartsWith(rest_, "\\P{");
      return is_property ? rest_.find('}') + 1 : 2;
    }
    if (rest_[0] == '[') {
      size_t at = 1;
      while (at < rest_.size() && rest_[at] != ']') {
        at += rest_[at] == '\\' ? 2 : 1;
      }
      return at + 1 < rest_.size() ? at + 1 : rest_.size();
    }
    size_t bytes = 1;
    while (bytes < rest_.size() && IsUtf8Continuation(rest_[bytes])) ++bytes;
    return bytes;
  }

  uint32_t TakeNumber() {
    uint32_t number = 0;
    while (!rest_.empty() && absl::ascii_isdigit(rest_[0])) {
      if (number <= kRepeatsMax) number = number * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return number;
  }
  bool Take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  Repeats TakeRepeats() {
    Repeats repeats;
    if (Take('{')) {
      repeats.least = repeats.most = TakeNumber();
      if (Take(',')) {
        const bool has_most = !rest_.empty() && rest_[0] != '}';
        repeats.most = has_most ? TakeNumber() : UINT32_MAX;
      }
      Take('}');
      return repeats;
    }
    if (Take('*')) {
      repeats = {0, UINT32_MAX};
    } else if (Take('+')) {
      repeats = {1, UINT32_MAX};
    } else if (Take('?')) {
      repeats = {0, 1};
    } else {
      return repeats;
    }
    // Lazy or possessive: in another order, or fewer.
    if (!Take('?')) Take('+');
    return repeats;
  }

  void Open() {
    Sequence inner;
    inner.looks_ahead =
        absl::StartsWith(rest_, "(?=") || absl::StartsWith(rest_, "(?!");
    rest_.remove_prefix(absl::StartsWith(rest_, "(?i:") ? 4 : 3);
    open_.push_back(inner);
  }

  void Close() {
    rest_.remove_prefix(1);
    Sequence inner = Now();
    inner.pending.choices *= inner.branches;
    const Repeats repeats = inner.looks_ahead ? Repeats{} : TakeRepeats();
    // What a look ahead finds may be what fails.
    if (inner.looks_ahead) inner.MayFail();
    if (repeats.most > 1) cost_.is_linear = false;
    if (repeats.least == 0) inner.pending.choices += 1;
    if (open_.size() > 1) open_.pop_back();
    Sequence& now = Now();
    if (repeats.least > 0) now.MayFail();
    // What is gone through once, unless something after it fails.
    const bool is_once =
        repeats.least == 0 && inner.sure.loops == 0 && inner.sure.choices == 1;
    (is_once ? now.pending : now.sure).steps += inner.sure.steps + 1;
    now.pending.steps += inner.pending.steps;
    now.sure.choices *= inner.sure.choices;
    now.sure.loops += inner.sure.loops;
    now.pending.choices *= inner.pending.choices;
    now.pending.loops += inner.pending.loops;
  }

  void EndAlternative() {
    const Sequence done = std::exchange(Now(), Sequence());
    const double steps = done.sure.choices * (done.sure.steps + 1);
    if (done.sure.loops > 1) cost_.is_linear = false;
    (done.sure.loops == 0 ? cost_.fixed : cost_.per_byte) += steps;
  }

  absl::string_view rest_;
  std::vector<Sequence> open_ = std::vector<Sequence>(1);
  PatternCost cost_;
};

}  // namespace

PatternCost CostOfPattern(absl::string_view translated) {
  return Reader(translated).Run();
}

}  // namespace fathom::rt
