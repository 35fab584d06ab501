// The filters that make and round numbers.
#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/number_text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::Status NotANumber(const BuiltinCall& call) {
  return call.Error(absl::StrCat("expects a number, found ", AKind(call.self)));
}

absl::StatusOr<Value> Absolute(BuiltinCall& call) {
  const Value& self = call.self;
  if (self.Is(Kind::kFloat)) return Value::Float(std::abs(self.number));
  if (!self.IsInteger()) return NotANumber(call);
  Integer integer = self.AsInteger();
  return call.arena.NewInteger(integer.negative() ? integer.Negated()
                                                  : integer);
}

absl::StatusOr<Value> IntegerFilter(BuiltinCall& call) {
  const Value& self = call.self;
  Value unset = call.Arg(0, Value::Int(0));
  if (self.IsInteger()) return call.arena.NewInteger(self.AsInteger());
  double number = 0;
  if (self.IsText()) {
    FATHOM_RETURN_IF_ERROR(call.arena.Charge(self.text->bytes.size()));
    Value base = call.Arg(1, Value::Int(10));
    if (base.IsInt()) {
      auto integer = ParsePythonInteger(self.text->bytes, base.AsInt());
      if (integer) return call.arena.NewInteger(*std::move(integer));
    }
    auto parsed = ParsePythonFloat(self.text->bytes);
    if (!parsed || !std::isfinite(*parsed)) return unset;
    number = *parsed;
  } else if (self.Is(Kind::kFloat)) {
    number = self.number;
    if (std::isnan(number)) return unset;
    if (std::isinf(number)) return call.Error("found an infinite number");
  } else if (self.IsUndefined()) {
    return call.Error("expects a value, found undefined");
  } else {
    return unset;
  }
  return call.arena.NewInteger(Integer::FromDouble(number));
}

absl::StatusOr<double> ToFloat(const BuiltinCall& call) {
  double number = call.self.AsDouble();
  if (std::isinf(number) && call.self.IsInteger()) {
    return call.Error("found an integer that is too large for a float");
  }
  return number;
}

absl::StatusOr<Value> FloatFilter(BuiltinCall& call) {
  const Value& self = call.self;
  Value unset = call.Arg(0, Value::Float(0));
  if (self.IsNumber()) {
    FATHOM_ASSIGN_OR_RETURN(double number, ToFloat(call));
    return Value::Float(number);
  }
  if (self.IsUndefined()) return call.Error("expects a value, found undefined");
  if (!self.IsText()) return unset;
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(self.text->bytes.size()));
  auto parsed = ParsePythonFloat(self.text->bytes);
  return parsed ? Value::Float(*parsed) : unset;
}

// A double has no digits beyond this many places before or after its point.
constexpr int64_t kRoundPlacesMax = 400;

// round(number, places): to the nearest, half to even, of the exact value.
double RoundDouble(double number, int64_t places) {
  if (!std::isfinite(number) || places > kRoundPlacesMax) return number;
  if (places < -kRoundPlacesMax) return std::copysign(0.0, number);
  std::string text;
  if (places >= 0) {
    text = absl::StrFormat("%.*f", static_cast<int>(places), number);
  } else {
    // All digits before the point, exactly, cut at the place and rounded by
    // what is cut off.
    text = absl::StrFormat("%.1100f", std::abs(number));
    size_t point = text.find('.');
    int64_t keep = static_cast<int64_t>(point) + places;
    std::string cut = text.substr(std::max<int64_t>(keep, 0));
    cut.erase(cut.find('.'), 1);
    if (keep < 0) cut.insert(0, -keep, '0');
    std::string half = "5" + std::string(cut.size() - 1, '0');
    Integer kept =
        keep > 0 ? *Integer::FromDigits(text.substr(0, keep), 10) : Integer();
    if (cut > half || (cut == half && kept.is_odd())) {
      kept = kept + Integer(1);
    }
    text = absl::StrCat(number < 0 ? "-" : "", kept.Decimal(),
                        std::string(-places, '0'));
  }
  double rounded = 0;
  (void)absl::SimpleAtod(text, &rounded);
  return rounded == 0 ? std::copysign(0.0, number) : rounded;
}

absl::StatusOr<Value> RoundInteger(Arena& arena, const Integer& integer,
                                   int64_t places) {
  if (places >= 0) return arena.NewInteger(integer);
  if (-places > static_cast<int64_t>(integer.digits())) return Value::Int(0);
  FATHOM_RETURN_IF_ERROR(arena.Charge(integer.digits() * 64));
  Integer unit = *Integer::Power(Integer(10), -places);
  Integer quotient, rest;
  Integer::Divide(integer, unit, &quotient, &rest);
  int half = Compare(rest + rest, unit);
  if (half > 0 || (half == 0 && quotient.is_odd())) {
    quotient = quotient + Integer(1);
  }
  return arena.NewInteger(quotient * unit);
}

absl::StatusOr<Value> Round(BuiltinCall& call) {
  const Value& self = call.self;
  absl::string_view method = "common";
  if (call.Has(1)) {
    method = "";
    if (call.args[1].IsText()) method = call.args[1].text->bytes;
  }
  if (method != "common" && method != "ceil" && method != "floor") {
    return call.Error("expects the method common, ceil or floor");
  }
  if (!self.IsNumber()) return NotANumber(call);
  Value places = call.Arg(0, Value::Int(0));
  if (method == "common") {
    bool none = places.Is(Kind::kNone);
    if (!none && !places.IsInt()) return call.Error("expects an integer");
    if (self.IsInteger()) {
      return RoundInteger(call.arena, self.AsInteger(),
                          none ? 0 : places.AsInt());
    }
    double rounded = RoundDouble(self.number, none ? 0 : places.AsInt());
    if (std::isinf(rounded) && std::isfinite(self.number)) {
      return call.Error("found a number that is too large when rounded");
    }
    if (!none) return Value::Float(rounded);
    if (!std::isfinite(rounded)) return call.Error("expects a finite number");
    return call.arena.NewInteger(Integer::FromDouble(rounded));
  }
  // func(value * 10 ** precision) / 10 ** precision, as Jinja writes it.
  using Op = TemplateBinary;
  FATHOM_ASSIGN_OR_RETURN(
      Value scale, Compute(call.context, Op::kPower, Value::Int(10), places));
  FATHOM_ASSIGN_OR_RETURN(Value scaled,
                          Compute(call.context, Op::kMultiply, self, scale));
  if (scaled.Is(Kind::kFloat)) {
    double whole =
        method == "ceil" ? std::ceil(scaled.number) : std::floor(scaled.number);
    if (!std::isfinite(whole)) return call.Error("expects a finite number");
    FATHOM_ASSIGN_OR_RETURN(scaled,
                            call.arena.NewInteger(Integer::FromDouble(whole)));
  }
  return Compute(call.context, Op::kDivide, scaled, scale);
}

absl::StatusOr<Value> FileSizeFormat(BuiltinCall& call) {
  static constexpr absl::string_view kDecimal[] = {"kB", "MB", "GB", "TB",
                                                   "PB", "EB", "ZB", "YB"};
  static constexpr absl::string_view kBinary[] = {"KiB", "MiB", "GiB", "TiB",
                                                  "PiB", "EiB", "ZiB", "YiB"};
  double bytes = 0;
  if (call.self.IsNumber()) {
    FATHOM_ASSIGN_OR_RETURN(bytes, ToFloat(call));
  } else {
    auto parsed = call.self.IsText() ? ParsePythonFloat(call.self.text->bytes)
                                     : std::nullopt;
    if (!parsed) return NotANumber(call);
    bytes = *parsed;
  }
  bool binary = call.Has(0) && Truth(call.args[0]);
  double base = binary ? 1024 : 1000;
  if (bytes == 1) return call.arena.NewText("1 Byte", false);
  if (bytes < base) {
    if (!std::isfinite(bytes)) return call.Error("expects a finite number");
    return call.arena.NewText(
        absl::StrCat(Integer::FromDouble(bytes).Decimal(), " Bytes"), false);
  }
  double unit = base;
  size_t prefix = 0;
  for (; prefix < 8; ++prefix) {
    unit *= base;
    if (bytes < unit || prefix == 7) break;
  }
  double shown = base * bytes / unit;
  std::string text = std::isnan(shown)   ? "nan"
                     : std::isinf(shown) ? "inf"
                                         : absl::StrFormat("%.1f", shown);
  return call.arena.NewText(
      absl::StrCat(text, " ", binary ? kBinary[prefix] : kDecimal[prefix]),
      false);
}

constexpr Builtin kFilters[] = {
    {"abs", {}, 0, 0, Absolute},
    {"int", {"default", "base"}, 0, 0, IntegerFilter},
    {"float", {"default"}, 0, 0, FloatFilter},
    {"round", {"precision", "method"}, 0, 0, Round},
    {"filesizeformat", {"binary"}, 0, 0, FileSizeFormat},
};

}  // namespace

absl::Span<const Builtin> NumberFilters() { return kFilters; }

}  // namespace fathom::rt
