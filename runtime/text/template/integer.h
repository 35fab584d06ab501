// Integers of any size, as Python computes with them.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_INTEGER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_INTEGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// Python writes and reads integers of at most this many decimal digits; none
// that is larger is computed here.
inline constexpr size_t kIntegerDigitsMax = 4300;

// Kept in decimal, nine digits a limb: what templates do with large integers is
// to read and write them.
class Integer {
 public:
  Integer() = default;
  explicit Integer(int64_t value);
  // The integer part of a finite number.
  static Integer FromDouble(double number);
  // Digits of `base` (2 to 36), at least one and nothing else.
  static std::optional<Integer> FromDigits(absl::string_view digits, int base);

  bool negative() const { return negative_; }
  bool is_zero() const { return limbs_.empty(); }
  bool is_odd() const { return !limbs_.empty() && limbs_[0] % 2 != 0; }
  // Decimal digits; 0 has one.
  size_t digits() const;
  std::optional<int64_t> AsInt64() const;
  // The nearest double, ties to even; infinite when it is too large.
  double AsDouble() const;
  std::string Decimal() const;
  // The absolute value in base 2, 8 or 16, lower case.
  std::string Magnitude(int base) const;

  Integer Negated() const;
  friend int Compare(const Integer& a, const Integer& b);
  friend Integer operator+(const Integer& a, const Integer& b);
  friend Integer operator-(const Integer& a, const Integer& b);
  friend Integer operator*(const Integer& a, const Integer& b);
  // Rounds towards negative infinity, as Python does; `b` is not zero.
  static void Divide(const Integer& a, const Integer& b, Integer* quotient,
                     Integer* rest);
  // a / b as the nearest double; `b` is not zero.
  static double Quotient(const Integer& a, const Integer& b);
  // None when the result has more than kIntegerDigitsMax digits.
  static std::optional<Integer> Power(const Integer& base, uint64_t exponent);

 private:
  static constexpr uint32_t kBase = 1'000'000'000;
  static int CompareMagnitudes(const Integer& a, const Integer& b);
  static Integer AddMagnitudes(const Integer& a, const Integer& b);
  // |a| - |b| for |a| >= |b|.
  static Integer SubtractMagnitudes(const Integer& a, const Integer& b);
  // Divides by a small number in place and returns the rest.
  uint32_t DivideBy(uint32_t divisor);
  void MultiplyAdd(uint32_t factor, uint32_t addend);
  void Trim();

  bool negative_ = false;
  std::vector<uint32_t> limbs_;  // the lowest first; none of zero
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_INTEGER_H_
