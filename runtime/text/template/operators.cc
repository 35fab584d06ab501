// The operators of templates, with Python's rules for integers, floats, text
// and lists.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/format.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/search.h"

namespace fathom::rt {

using Kind = Value::Kind;
using Op = TemplateBinary;

namespace {

absl::string_view OpName(Op op) {
  static constexpr absl::string_view kNames[] = {"+",  "-", "*", "/",
                                                 "//", "%", "**"};
  return kNames[static_cast<int>(op)];
}

// What the operator stands between.
absl::string_view OperandsOf(Op op) {
  switch (op) {
    case Op::kAdd: return "two numbers, strings, lists or tuples";
    case Op::kMultiply:
      return "two numbers, or a number and a string, list or tuple";
    case Op::kModulo: return "two numbers, or a string and what it formats";
    default: return "two numbers";
  }
}

absl::Status DivisionByZero() {
  return absl::InvalidArgumentError("found a division by zero");
}

absl::Status TooLarge(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("found ", what, " that is too large for a float"));
}

// Results that 64 bits hold; none where they do not.
std::optional<Value> SmallIntegers(Op op, int64_t a, int64_t b) {
  int64_t out = 0;
  switch (op) {
    case Op::kAdd:
      if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
      return Value::Int(out);
    case Op::kSubtract:
      if (__builtin_sub_overflow(a, b, &out)) return std::nullopt;
      return Value::Int(out);
    case Op::kMultiply:
      if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
      return Value::Int(out);
    case Op::kFloorDivide:
    case Op::kModulo: {
      if (b == -1) return std::nullopt;  // -2^63 // -1 takes more bits
      int64_t quotient = a / b;
      int64_t rest = a % b;
      if (rest != 0 && (rest < 0) != (b < 0)) {
        --quotient;
        rest += b;
      }
      return Value::Int(op == Op::kModulo ? rest : quotient);
    }
    default: return std::nullopt;
  }
}

absl::StatusOr<Value> Power(Arena& arena, const Value& a, const Value& b) {
  Integer base = a.AsInteger();
  if (!b.IsInt()) {
    auto small = base.AsInt64();
    if (small && std::abs(static_cast<double>(*small)) <= 1) {
      bool odd = b.AsInteger().is_odd();
      return Value::Int(*small == -1 && !odd ? 1 : *small);
    }
    return arena.NewInteger(
        *Integer::Power(Integer(10), kIntegerDigitsMax - 1) *
        Integer(100));  // an error that says so
  }
  auto power = Integer::Power(base, static_cast<uint64_t>(b.AsInt()));
  if (!power) {
    return absl::InvalidArgumentError(
        absl::StrCat("found an integer of more than ", kIntegerDigitsMax,
                     " digits, expected at most as many"));
  }
  return arena.NewInteger(*std::move(power));
}

absl::StatusOr<Value> Integers(Arena& arena, Op op, const Value& a,
                               const Value& b) {
  if (a.IsInt() && b.IsInt()) {
    auto small = SmallIntegers(op, a.AsInt(), b.AsInt());
    if (small) return *small;
  }
  switch (op) {
    case Op::kAdd: return arena.NewInteger(a.AsInteger() + b.AsInteger());
    case Op::kSubtract: return arena.NewInteger(a.AsInteger() - b.AsInteger());
    case Op::kMultiply: {
      Integer x = a.AsInteger(), y = b.AsInteger();
      FATHOM_RETURN_IF_ERROR(arena.Charge(x.digits() * y.digits() / 64));
      return arena.NewInteger(x * y);
    }
    case Op::kFloorDivide:
    case Op::kModulo: {
      Integer x = a.AsInteger(), y = b.AsInteger(), quotient, rest;
      FATHOM_RETURN_IF_ERROR(arena.Charge(x.digits() * (y.digits() + 9)));
      Integer::Divide(x, y, &quotient, &rest);
      return arena.NewInteger(op == Op::kModulo ? rest : quotient);
    }
    case Op::kPower: {
      FATHOM_RETURN_IF_ERROR(arena.Charge(a.IsInt() && b.IsInt() ? 64 : 65536));
      return Power(arena, a, b);
    }
    case Op::kDivide: {
      // Doubles hold integers of 53 bits; larger ones would be rounded twice.
      constexpr int64_t kExact = int64_t{1} << 53;
      auto exact = [](const Value& v) {
        return v.IsInt() && v.AsInt() >= -kExact && v.AsInt() <= kExact;
      };
      if (exact(a) && exact(b))
        return Value::Float(a.AsDouble() / b.AsDouble());
      Integer x = a.AsInteger(), y = b.AsInteger();
      FATHOM_RETURN_IF_ERROR(
          arena.Charge((x.digits() + y.digits()) * (y.digits() + 9)));
      double quotient = Integer::Quotient(x, y);
      if (std::isinf(quotient)) return TooLarge("a quotient");
      return Value::Float(quotient);
    }
  }
  return absl::InternalError("an operator of no kind");
}

absl::StatusOr<Value> Floats(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd: return Value::Float(a + b);
    case Op::kSubtract: return Value::Float(a - b);
    case Op::kMultiply: return Value::Float(a * b);
    case Op::kDivide: return Value::Float(a / b);
    case Op::kFloorDivide:
    case Op::kModulo: {
      // Python's own steps, which round in this order.
      double rest = std::fmod(a, b);
      double quotient = (a - rest) / b;
      if (rest != 0) {
        if ((b < 0) != (rest < 0)) {
          rest += b;
          quotient -= 1;
        }
      } else {
        rest = std::copysign(0.0, b);
      }
      if (op == Op::kModulo) return Value::Float(rest);
      if (quotient == 0) return Value::Float(std::copysign(0.0, a / b));
      double whole = std::floor(quotient);
      if (quotient - whole > 0.5) whole += 1;
      return Value::Float(whole);
    }
    case Op::kPower: {
      if (a < 0 && std::isfinite(a) && std::isfinite(b) && b != std::floor(b)) {
        return absl::InvalidArgumentError(
            "found a power of a negative number that is complex, expected a "
            "real one");
      }
      double power = std::pow(a, b);
      if (std::isinf(power) && std::isfinite(a) && std::isfinite(b)) {
        return TooLarge("a power");
      }
      return Value::Float(power);
    }
  }
  return absl::InternalError("an operator of no kind");
}

absl::StatusOr<Value> Numbers(Arena& arena, Op op, const Value& a,
                              const Value& b) {
  bool divides =
      op == Op::kDivide || op == Op::kFloorDivide || op == Op::kModulo;
  auto is_zero = [](const Value& v) {
    return v.Is(Kind::kFloat) ? v.number == 0 : v.IsInt() && v.AsInt() == 0;
  };
  auto is_negative = [](const Value& v) {
    if (v.Is(Kind::kFloat)) return v.number < 0;
    return v.IsInt() ? v.AsInt() < 0 : v.big->negative();
  };
  if (divides && is_zero(b)) return DivisionByZero();
  if (op == Op::kPower && is_zero(a) && is_negative(b)) return DivisionByZero();
  bool integers = a.IsInteger() && b.IsInteger();
  if (integers && !(op == Op::kPower && is_negative(b))) {
    return Integers(arena, op, a, b);
  }
  double x = a.AsDouble(), y = b.AsDouble();
  if ((std::isinf(x) && a.IsInteger()) || (std::isinf(y) && b.IsInteger())) {
    return TooLarge("an integer");
  }
  return Floats(op, x, y);
}

absl::StatusOr<Value> Repeat(Arena& arena, const Value& value,
                             const Value& times) {
  if (!times.IsInt()) {
    return absl::InvalidArgumentError(
        "found a repetition more often than 64 bits count");
  }
  int64_t count = std::max<int64_t>(times.AsInt(), 0);
  if (value.IsText()) {
    TextBuilder builder = arena.Builder();
    const Text& text = *value.text;
    if (!text.bytes.empty() &&
        static_cast<uint64_t>(count) > arena.work_left() / text.bytes.size()) {
      FATHOM_RETURN_IF_ERROR(arena.Charge(arena.work_left() + 1));
    }
    for (int64_t i = 0; i < count && !text.bytes.empty(); ++i) {
      builder.Append(text);
    }
    return arena.NewText(std::move(builder), text.is_markup);
  }
  std::vector<Value> items;
  const auto& once = value.seq->items;
  for (int64_t i = 0; i < count && !once.empty(); ++i) {
    FATHOM_RETURN_IF_ERROR(arena.Charge(once.size() * sizeof(Value)));
    items.insert(items.end(), once.begin(), once.end());
  }
  return arena.NewSeq(value.IsList() ? Seq::Type::kList : Seq::Type::kTuple,
                      std::move(items));
}

absl::StatusOr<Value> AddTexts(Arena& arena, const Value& a, const Value& b) {
  TextBuilder builder = arena.Builder();
  bool markup = a.IsMarkup() || b.IsMarkup();
  for (const Value* part : {&a, &b}) {
    if (markup) {
      FATHOM_RETURN_IF_ERROR(AppendEscaped(arena, *part, &builder));
    } else {
      builder.Append(*part->text);
    }
  }
  return arena.NewText(std::move(builder), markup);
}

}  // namespace

absl::StatusOr<Value> Compute(TemplateContext& context, Op op, const Value& a,
                              const Value& b) {
  Arena& arena = context.arena;
  if (a.IsNumber() && b.IsNumber()) return Numbers(arena, op, a, b);
  bool undefined = a.IsUndefined() || b.IsUndefined();
  if (op == Op::kAdd && a.IsText() && b.IsText()) return AddTexts(arena, a, b);
  if (op == Op::kAdd &&
      ((a.IsList() && b.IsList()) || (a.IsTuple() && b.IsTuple()))) {
    FATHOM_RETURN_IF_ERROR(arena.Charge(
        (a.seq->items.size() + b.seq->items.size()) * sizeof(Value)));
    std::vector<Value> items = a.seq->items;
    items.insert(items.end(), b.seq->items.begin(), b.seq->items.end());
    return arena.NewSeq(a.IsList() ? Seq::Type::kList : Seq::Type::kTuple,
                        std::move(items));
  }
  if (op == Op::kMultiply) {
    auto repeats = [](const Value& v) {
      return v.IsText() || v.IsList() || v.IsTuple();
    };
    if (repeats(a) && b.IsInteger()) return Repeat(arena, a, b);
    if (repeats(b) && a.IsInteger()) return Repeat(arena, b, a);
  }
  // Python asks the string first, and an undefined value is one to write.
  if (op == Op::kModulo && a.IsText()) {
    return FormatPercent(context, *a.text, b);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "found '", OpName(op), "' between ", KindName(a), " and ", KindName(b),
      undefined ? ", expected values that are defined"
                : absl::StrCat(", expected ", OperandsOf(op))));
}

namespace {

absl::StatusOr<bool> Contains(Arena& arena, const Value& b, const Value& a) {
  if (b.IsText()) {
    if (!a.IsText()) {
      return absl::InvalidArgumentError(
          absl::StrCat("found 'in' between ", KindName(a),
                       " and string, expected two strings"));
    }
    FATHOM_RETURN_IF_ERROR(arena.Charge(b.text->bytes.size() / 16));
    return Search(b.text->bytes, a.text->bytes) != std::string::npos;
  }
  if (b.Is(Kind::kDict)) {
    FATHOM_ASSIGN_OR_RETURN(const Value* entry, Find(arena, *b.dict, a));
    return entry != nullptr;
  }
  if (b.IsSeq()) {
    if (b.seq->type == Seq::Type::kKeys) {
      FATHOM_RETURN_IF_ERROR(HashKey(arena, a).status());
    }
    for (const Value& item : b.seq->items) {
      FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, item, a));
      if (equal) return true;
    }
    return false;
  }
  FATHOM_ASSIGN_OR_RETURN(Iterator * iterator, Iterate(arena, b));
  while (true) {
    Value item;
    FATHOM_ASSIGN_OR_RETURN(bool more, Next(arena, iterator, &item));
    if (!more) return false;
    FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, item, a));
    if (equal) return true;
  }
}

}  // namespace

absl::StatusOr<bool> Compare(Arena& arena, TemplateCompare op, const Value& a,
                             const Value& b) {
  using Op = TemplateCompare;
  if (op == Op::kEqual || op == Op::kUnequal) {
    FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, a, b));
    return equal == (op == Op::kEqual);
  }
  if (op == Op::kIn || op == Op::kNotIn) {
    FATHOM_ASSIGN_OR_RETURN(bool found, Contains(arena, b, a));
    return found == (op == Op::kIn);
  }
  FATHOM_ASSIGN_OR_RETURN(int order, Order(arena, a, b));
  bool nan = (a.Is(Kind::kFloat) && std::isnan(a.number)) ||
             (b.Is(Kind::kFloat) && std::isnan(b.number));
  if (nan) return false;
  switch (op) {
    case Op::kLess: return order < 0;
    case Op::kLessEqual: return order <= 0;
    case Op::kGreater: return order > 0;
    default: return order >= 0;
  }
}

}  // namespace fathom::rt
