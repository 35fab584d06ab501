#include "runtime/base/json_number.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/numbers.h"

namespace fathom::rt {
namespace {

// A number without an exponent fits 64 bits up to this length.
constexpr size_t kSmallNumberBytes = 18;

// The parts of a number by the grammar of RFC 8259.
struct NumberParts {
  bool is_number = false;
  bool is_whole = false;
  bool is_zero = true;  // no digit of the mantissa is above 0
};

class NumberReader {
 public:
  explicit NumberReader(absl::string_view word) : word_(word) {}

  NumberParts Read() {
    NumberParts parts;
    Take('-');
    if (!Take('0') && !Digits(&parts.is_zero)) return {};
    parts.is_whole = at_ == word_.size();
    if (Take('.') && !Digits(&parts.is_zero)) return {};
    if (Take('e') || Take('E')) {
      bool is_zero_exponent = true;
      if (!Take('+')) Take('-');
      if (!Digits(&is_zero_exponent)) return {};
    }
    parts.is_number = at_ == word_.size();
    return parts;
  }

 private:
  bool Take(char c) {
    if (at_ == word_.size() || word_[at_] != c) return false;
    ++at_;
    return true;
  }
  // At least one digit; `is_zero` is cleared when one is above 0.
  bool Digits(bool* is_zero) {
    const size_t begin = at_;
    for (; at_ < word_.size() && absl::ascii_isdigit(word_[at_]); ++at_) {
      if (word_[at_] != '0') *is_zero = false;
    }
    return at_ > begin;
  }

  const absl::string_view word_;
  size_t at_ = 0;
};

bool Overflows(absl::string_view real) {
  double value = 0;
  const absl::from_chars_result read =
      absl::from_chars(real.data(), real.data() + real.size(), value);
  // Of what is out of range, `value` tells the large from the small.
  return read.ec == std::errc::result_out_of_range && std::fabs(value) > 1;
}

}  // namespace

bool IsNonFiniteJsonName(absl::string_view word) {
  return word == "NaN" || word == "Infinity" || word == "-Infinity";
}

bool IsWideJsonNumber(absl::string_view word, JsonDialect dialect) {
  if (word.empty()) return false;
  const bool is_short = word.size() <= kSmallNumberBytes;
  switch (word[0]) {
    case 'N':
    case 'I':
      return dialect == JsonDialect::kPython && IsNonFiniteJsonName(word);
    case 't':
    case 'f':
    case 'n': return false;
    default: break;
  }
  if (dialect == JsonDialect::kPython && IsNonFiniteJsonName(word)) return true;
  if (is_short && word.find_first_of("eE") == absl::string_view::npos) {
    return false;
  }
  const NumberParts parts = NumberReader(word).Read();
  if (!parts.is_number || parts.is_zero) return false;
  if (!parts.is_whole) return Overflows(word);
  int64_t negative = 0;
  uint64_t positive = 0;
  return !absl::SimpleAtoi(word, &negative) &&
         !absl::SimpleAtoi(word, &positive);
}

}  // namespace fathom::rt
