#include "runtime/text/template/integer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fathom::rt {

void Integer::Trim() {
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  if (limbs_.empty()) negative_ = false;
}

Integer::Integer(int64_t value) : negative_(value < 0) {
  uint64_t rest =
      negative_ ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  for (; rest > 0; rest /= kBase) limbs_.push_back(rest % kBase);
}

Integer Integer::FromDouble(double number) {
  // The integer part of a double prints exactly with no digits after the point.
  std::string digits = absl::StrFormat("%.0f", std::trunc(std::abs(number)));
  Integer out = *FromDigits(digits, 10);
  out.negative_ = number < 0 && !out.is_zero();
  return out;
}

std::optional<Integer> Integer::FromDigits(absl::string_view digits, int base) {
  Integer out;
  if (digits.empty()) return std::nullopt;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'z' ? c - 'a' + 10
                : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                       : base;
    if (digit >= base) return std::nullopt;
    out.MultiplyAdd(base, digit);
  }
  return out;
}

void Integer::MultiplyAdd(uint32_t factor, uint32_t addend) {
  uint64_t carry = addend;
  for (uint32_t& limb : limbs_) {
    carry += static_cast<uint64_t>(limb) * factor;
    limb = carry % kBase;
    carry /= kBase;
  }
  if (carry > 0) limbs_.push_back(carry);
}

uint32_t Integer::DivideBy(uint32_t divisor) {
  uint64_t rest = 0;
  for (size_t i = limbs_.size(); i-- > 0;) {
    rest = rest * kBase + limbs_[i];
    limbs_[i] = rest / divisor;
    rest %= divisor;
  }
  Trim();
  return rest;
}

size_t Integer::digits() const {
  if (limbs_.empty()) return 1;
  return (limbs_.size() - 1) * 9 + absl::StrCat(limbs_.back()).size();
}

std::optional<int64_t> Integer::AsInt64() const {
  if (limbs_.size() > 3) return std::nullopt;
  __int128 value = 0;
  for (size_t i = limbs_.size(); i-- > 0;) value = value * kBase + limbs_[i];
  if (negative_) value = -value;
  if (value < std::numeric_limits<int64_t>::min() ||
      value > std::numeric_limits<int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int64_t>(value);
}

double Integer::AsDouble() const {
  std::string text = Decimal();
  double number = 0;
  auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec == std::errc::result_out_of_range) {
    number = std::numeric_limits<double>::infinity();
    return negative_ ? -number : number;
  }
  return number;
}

std::string Integer::Decimal() const {
  if (limbs_.empty()) return "0";
  std::string out = absl::StrCat(negative_ ? "-" : "", limbs_.back());
  for (size_t i = limbs_.size() - 1; i-- > 0;) {
    absl::StrAppendFormat(&out, "%09d", limbs_[i]);
  }
  return out;
}

std::string Integer::Magnitude(int base) const {
  if (limbs_.empty()) return "0";
  // Several digits at a time: the largest power of `base` in 32 bits.
  uint32_t chunk = base == 8 ? 1u << 30 : 1u << 28;
  int width = base == 2 ? 28 : base == 8 ? 10 : 7;
  int bits = base == 2 ? 1 : base == 8 ? 3 : 4;
  std::string out;
  for (Integer rest = *this; !rest.is_zero();) {
    uint32_t digits = rest.DivideBy(chunk);
    for (int i = 0; i < width; ++i, digits >>= bits) {
      out.push_back("0123456789abcdef"[digits & (base - 1)]);
    }
  }
  out.resize(out.find_last_not_of('0') + 1);
  std::reverse(out.begin(), out.end());
  return out;
}

Integer Integer::Negated() const {
  Integer out = *this;
  out.negative_ = !negative_ && !is_zero();
  return out;
}

int Integer::CompareMagnitudes(const Integer& a, const Integer& b) {
  if (a.limbs_.size() != b.limbs_.size()) {
    return a.limbs_.size() < b.limbs_.size() ? -1 : 1;
  }
  for (size_t i = a.limbs_.size(); i-- > 0;) {
    if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] < b.limbs_[i] ? -1 : 1;
  }
  return 0;
}

int Compare(const Integer& a, const Integer& b) {
  if (a.negative_ != b.negative_) return a.negative_ ? -1 : 1;
  int order = Integer::CompareMagnitudes(a, b);
  return a.negative_ ? -order : order;
}

Integer Integer::AddMagnitudes(const Integer& a, const Integer& b) {
  Integer out;
  uint32_t carry = 0;
  for (size_t i = 0; i < std::max(a.limbs_.size(), b.limbs_.size()); ++i) {
    carry += (i < a.limbs_.size() ? a.limbs_[i] : 0) +
             (i < b.limbs_.size() ? b.limbs_[i] : 0);
    out.limbs_.push_back(carry % kBase);
    carry /= kBase;
  }
  if (carry > 0) out.limbs_.push_back(carry);
  return out;
}

Integer Integer::SubtractMagnitudes(const Integer& a, const Integer& b) {
  Integer out = a;
  out.negative_ = false;
  int64_t borrow = 0;
  for (size_t i = 0; i < a.limbs_.size(); ++i) {
    int64_t limb = static_cast<int64_t>(a.limbs_[i]) - borrow -
                   (i < b.limbs_.size() ? b.limbs_[i] : 0);
    borrow = limb < 0;
    out.limbs_[i] = limb < 0 ? limb + kBase : limb;
  }
  out.Trim();
  return out;
}

Integer operator+(const Integer& a, const Integer& b) {
  Integer out;
  if (a.negative_ == b.negative_) {
    out = Integer::AddMagnitudes(a, b);
    out.negative_ = a.negative_;
  } else if (Integer::CompareMagnitudes(a, b) >= 0) {
    out = Integer::SubtractMagnitudes(a, b);
    out.negative_ = a.negative_;
  } else {
    out = Integer::SubtractMagnitudes(b, a);
    out.negative_ = b.negative_;
  }
  out.Trim();
  return out;
}

Integer operator-(const Integer& a, const Integer& b) {
  return a + b.Negated();
}

Integer operator*(const Integer& a, const Integer& b) {
  Integer out;
  out.limbs_.resize(a.limbs_.size() + b.limbs_.size());
  for (size_t i = 0; i < a.limbs_.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < b.limbs_.size() || carry > 0; ++j) {
      carry += out.limbs_[i + j];
      if (j < b.limbs_.size()) {
        carry += static_cast<uint64_t>(a.limbs_[i]) * b.limbs_[j];
      }
      out.limbs_[i + j] = carry % Integer::kBase;
      carry /= Integer::kBase;
    }
  }
  out.negative_ = a.negative_ != b.negative_;
  out.Trim();
  return out;
}

void Integer::Divide(const Integer& a, const Integer& b, Integer* quotient,
                     Integer* rest) {
  Integer q, r;
  q.limbs_.resize(a.limbs_.size());
  for (size_t i = a.limbs_.size(); i-- > 0;) {
    // r = r * base + the next limb, and how often b goes into it.
    r.limbs_.insert(r.limbs_.begin(), a.limbs_[i]);
    r.Trim();
    uint32_t low = 0, high = kBase - 1;
    while (low < high) {
      uint32_t middle = low + (high - low + 1) / 2;
      Integer product = b;
      product.negative_ = false;
      product.MultiplyAdd(middle, 0);
      if (CompareMagnitudes(product, r) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Integer product = b;
    product.negative_ = false;
    product.MultiplyAdd(low, 0);
    product.Trim();
    r = SubtractMagnitudes(r, product);
    q.limbs_[i] = low;
  }
  q.negative_ = a.negative_ != b.negative_;
  r.negative_ = a.negative_;
  q.Trim();
  r.Trim();
  if (!r.is_zero() && a.negative_ != b.negative_) {
    q = q - Integer(1);
    r = r + b;
  }
  *quotient = std::move(q);
  *rest = std::move(r);
}

double Integer::Quotient(const Integer& a, const Integer& b) {
  if (a.is_zero()) return 0;
  Integer top = a, bottom = b;
  top.negative_ = bottom.negative_ = false;
  // A quotient of 60 bits and more, one bit that says whether there is a rest,
  // and so one rounding, when it becomes a double.
  double ratio = (static_cast<double>(a.limbs_.size()) -
                  static_cast<double>(b.limbs_.size())) *
                 std::log2(kBase);
  int shift = 96 - static_cast<int>(ratio);
  for (int left = std::abs(shift); left > 0;) {
    int bits = std::min(left, 28);
    (shift > 0 ? top : bottom).MultiplyAdd(1u << bits, 0);
    left -= bits;
  }
  Integer quotient, rest;
  Divide(top, bottom, &quotient, &rest);
  quotient.MultiplyAdd(2, rest.is_zero() ? 0 : 1);
  double number = std::ldexp(quotient.AsDouble(), -shift - 1);
  return a.negative_ != b.negative_ ? -number : number;
}

std::optional<Integer> Integer::Power(const Integer& base, uint64_t exponent) {
  Integer result(1);
  Integer square = base;
  while (exponent > 0) {
    if (exponent & 1) {
      result = result * square;
      if (result.digits() > kIntegerDigitsMax) return std::nullopt;
    }
    exponent >>= 1;
    if (exponent == 0) break;
    // From two on, a power that is still needed only grows.
    if (square.digits() > kIntegerDigitsMax) return std::nullopt;
    square = square * square;
  }
  return result;
}

}  // namespace fathom::rt
