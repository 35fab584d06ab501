// See split_pattern.h.
#include "runtime/text/split_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <time.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/pattern_syntax.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

constexpr uint32_t kBacktracksMin = 10'000'000;
constexpr uint32_t kBacktracksPerByte = 16;
constexpr uint32_t kBacktracksMax = 1'000'000'000;
constexpr uint32_t kHeapKib = uint32_t{64} << 10;  // where no code can be made
constexpr size_t kStackBytesMin = size_t{32} << 10;
constexpr size_t kStackBytesMax = size_t{16} << 20;
// 1.5 s for 1 MiB; the published patterns take at most a tenth of that.
constexpr int64_t kBudgetNs = 1'000'000'000;
constexpr int64_t kBudgetNsPerByte = 500;
// The budget is looked at after so many steps: a tenth of a second or two.
constexpr double kStepsPerLook = uint64_t{1} << 26;
// One call looks for a match at no more places than that, nor than these.
constexpr double kPlacesPerCall = 1024;

int64_t ThreadTimeNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::string ErrorText(int code) {
  char text[128] = "";
  pcre2_get_error_message_8(code, reinterpret_cast<PCRE2_UCHAR8*>(text),
                            sizeof(text));
  return text;
}

}  // namespace

SplitScratch::SplitScratch(size_t text_bytes) {
  data_ = pcre2_match_data_create_8(1, nullptr);
  context_ = pcre2_match_context_create_8(nullptr);
  stack_ = pcre2_jit_stack_create_8(kStackBytesMin, kStackBytesMax, nullptr);
  if (!status().ok()) return;
  const uint64_t backtracks = std::min<uint64_t>(
      kBacktracksMin + uint64_t{kBacktracksPerByte} * text_bytes,
      kBacktracksMax);
  pcre2_set_match_limit_8(context_, static_cast<uint32_t>(backtracks));
  pcre2_set_heap_limit_8(context_, kHeapKib);
  // From one item to the next all that follows may be read, no more.
  pcre2_set_callout_8(
      context_,
      [](pcre2_callout_block_8* block, void* scratch) {
        const auto rest = static_cast<double>(block->subject_length -
                                              block->current_position);
        const bool is_spent =
            static_cast<SplitScratch*>(scratch)->IsSpent(rest + 1);
        return is_spent ? PCRE2_ERROR_CALLOUT : 0;
      },
      this);
  pcre2_jit_stack_assign_8(context_, nullptr, stack_);
  end_ns_ = ThreadTimeNs() + kBudgetNs +
            kBudgetNsPerByte * static_cast<int64_t>(text_bytes);
}

SplitScratch::~SplitScratch() {
  pcre2_match_data_free_8(data_);
  pcre2_match_context_free_8(context_);
  pcre2_jit_stack_free_8(stack_);
}

absl::Status SplitScratch::status() const {
  if (data_ != nullptr && context_ != nullptr && stack_ != nullptr) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError("not enough memory to match patterns");
}

bool SplitScratch::IsSpent(double steps) {
  steps_ += steps;
  if (steps_ < kStepsPerLook) return false;
  steps_ = 0;
  return ThreadTimeNs() > end_ns_;
}

void SplitPattern::Free::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free_8(code);
}

absl::StatusOr<SplitPattern> SplitPattern::Create(absl::string_view oniguruma) {
  FATHOM_ASSIGN_OR_RETURN(std::string pattern, TranslatePattern(oniguruma));
  std::unique_ptr<pcre2_compile_context_8, void (*)(pcre2_compile_context_8*)>
      context(pcre2_compile_context_create_8(nullptr),
              pcre2_compile_context_free_8);
  if (context == nullptr) {
    return absl::ResourceExhaustedError("not enough memory for a pattern");
  }
  pcre2_set_newline_8(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE place = 0;
  SplitPattern result;
  result.cost_ = CostOfPattern(pattern);
  result.shown_ = Shown(oniguruma);
  result.code_.reset(pcre2_compile_8(
      reinterpret_cast<PCRE2_SPTR8>(pattern.data()), pattern.size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT |
          (result.cost_.is_linear ? 0 : PCRE2_AUTO_CALLOUT),
      &error, &place, context.get()));
  if (result.code_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("found the pattern '", result.shown_,
                     "', expected a regular expression: ", ErrorText(error)));
  }
  // Without JIT (a machine that forbids it) matching is slower and equal, and
  // looks for where a match may begin beyond the places that it is given.
  result.is_jitted_ =
      pcre2_jit_compile_8(result.code_.get(), PCRE2_JIT_COMPLETE) == 0;
  return result;
}

absl::StatusOr<SplitPattern::Match> SplitPattern::Next(
    absl::string_view text, size_t from, SplitScratch* scratch) const {
  while (true) {
    const size_t rest = text.size() - from;
    const double steps = cost_.is_linear ? cost_.At(rest) : 1;
    const double looked = is_jitted_ ? 0 : static_cast<double>(rest);
    const double most = std::clamp(kStepsPerLook / steps, 1.0, kPlacesPerCall);
    const size_t last = from + std::min(rest, static_cast<size_t>(most) - 1);
    pcre2_set_offset_limit_8(scratch->context_, last);
    const int count = pcre2_match_8(
        code_.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(),
        from, PCRE2_NO_UTF_CHECK, scratch->data_, scratch->context_);
    const PCRE2_SIZE* range = pcre2_get_ovector_pointer_8(scratch->data_);
    const size_t places = (count >= 0 ? range[0] : last) - from + 1;
    if (count == PCRE2_ERROR_CALLOUT ||
        scratch->IsSpent(steps * static_cast<double>(places) + looked)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the pattern '", shown_, "' takes too long on this text"));
    }
    if (count >= 0) {
      return Match{true, range[0], range[1]};
    }
    if (count != PCRE2_ERROR_NOMATCH) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the pattern '", shown_,
          "' cannot be matched in its limits: ", ErrorText(count)));
    }
    if (last == text.size()) return Match{};
    // On at the next character.
    from = last + 1;
    while (from < text.size() && IsUtf8Continuation(text[from])) ++from;
  }
}

absl::Status SplitPattern::ForEachPart(
    absl::string_view text, SplitScratch* scratch,
    absl::FunctionRef<void(size_t, size_t, bool)> take) const {
  size_t from = 0;
  size_t done = 0;             // up to where parts were taken
  size_t last_end = SIZE_MAX;  // of the match before
  while (from <= text.size()) {
    FATHOM_ASSIGN_OR_RETURN(Match match, Next(text, from, scratch));
    if (!match.found) break;
    if (match.begin == match.end && match.end == last_end) {
      // An empty match where the last one ended does not count.
      from += from < text.size() ? Utf8Length(text[from]) : 1;
      continue;
    }
    if (match.begin > done) take(done, match.begin, false);
    take(match.begin, match.end, true);
    done = match.end;
    from = last_end = match.end;
  }
  if (done < text.size()) take(done, text.size(), false);
  return absl::OkStatus();
}

bool SplitPattern::MatchesEmpty() const {
  uint32_t may_be_empty = 0;
  pcre2_pattern_info_8(code_.get(), PCRE2_INFO_MATCHEMPTY, &may_be_empty);
  return may_be_empty != 0;
}

}  // namespace fathom::rt
