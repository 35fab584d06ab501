// The methods of Python's int and float.
#include <bit>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::StatusOr<Value> BitLength(BuiltinCall& call) {
  Integer integer = call.self.AsInteger();
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(integer.digits() * 64));
  if (integer.is_zero()) return Value::Int(0);
  return Value::Int(integer.Magnitude(2).size());
}

absl::StatusOr<Value> BitCount(BuiltinCall& call) {
  Integer integer = call.self.AsInteger();
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(integer.digits() * 64));
  int64_t count = 0;
  for (char c : integer.Magnitude(2)) count += c == '1';
  return Value::Int(count);
}

absl::StatusOr<Value> Itself(BuiltinCall& call) {
  return call.self.Is(Kind::kBool) ? Value::Int(call.self.AsInt()) : call.self;
}

absl::StatusOr<Value> IntegerRatio(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(Value self, Itself(call));
  return call.arena.NewSeq(Seq::Type::kTuple, {self, Value::Int(1)});
}

absl::StatusOr<Value> FloatRatio(BuiltinCall& call) {
  double number = call.self.number;
  if (!std::isfinite(number)) return call.Error("expects a finite number");
  int exponent = 0;
  double fraction = std::frexp(number, &exponent);
  while (fraction != std::floor(fraction)) {
    fraction *= 2;
    --exponent;
  }
  Integer power = *Integer::Power(Integer(2), std::abs(exponent));
  Integer top = Integer::FromDouble(fraction);
  FATHOM_ASSIGN_OR_RETURN(
      Value numerator, call.arena.NewInteger(exponent > 0 ? top * power : top));
  FATHOM_ASSIGN_OR_RETURN(
      Value denominator,
      call.arena.NewInteger(exponent > 0 ? Integer(1) : power));
  return call.arena.NewSeq(Seq::Type::kTuple, {numerator, denominator});
}

absl::StatusOr<Value> IsInteger(BuiltinCall& call) {
  double number = call.self.number;
  return Value::Bool(std::isfinite(number) && number == std::trunc(number));
}

// As C's "%a", but with all thirteen digits.
absl::StatusOr<Value> Hex(BuiltinCall& call) {
  double number = call.self.number;
  if (!std::isfinite(number)) {
    return call.arena.NewText(FloatRepr(number), false);
  }
  auto bits = std::bit_cast<uint64_t>(number);
  int exponent = static_cast<int>(bits >> 52 & 0x7FF);
  uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  std::string out = std::signbit(number) ? "-" : "";
  if (exponent == 0 && fraction == 0) {
    return call.arena.NewText(out + "0x0.0p+0", false);
  }
  int power = exponent == 0 ? -1022 : exponent - 1023;
  absl::StrAppendFormat(&out, "0x%d.%013xp%+d", exponent != 0, fraction, power);
  return call.arena.NewText(out, false);
}

absl::StatusOr<Value> Unsupported(BuiltinCall& call) {
  return call.Error("is a method that is not supported");
}

constexpr int kAny = kTakesRest | kTakesNamed;
constexpr Builtin kMethods[] = {
    {"bit_length", {}, 0, kPositional, BitLength, kOfInteger},
    {"bit_count", {}, 0, kPositional, BitCount, kOfInteger},
    {"conjugate", {}, 0, kPositional, Itself, kOfInteger | kOfFloat},
    {"as_integer_ratio", {}, 0, kPositional, IntegerRatio, kOfInteger},
    {"as_integer_ratio", {}, 0, kPositional, FloatRatio, kOfFloat},
    {"is_integer", {}, 0, kPositional, IsInteger, kOfFloat},
    {"hex", {}, 0, kPositional, Hex, kOfFloat},
    {"fromhex", {}, 0, kAny, Unsupported, kOfFloat},
    {"to_bytes", {}, 0, kAny, Unsupported, kOfInteger},
    {"from_bytes", {}, 0, kAny, Unsupported, kOfInteger},
};

}  // namespace

absl::Span<const Builtin> NumberMethods() { return kMethods; }

}  // namespace fathom::rt
