// The operators of templates, with Python's rules for integers, floats, text
// and lists.
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_builtins.h"

namespace fathom::rt {

using Kind = Value::Kind;

namespace {

absl::string_view OpName(TemplateBinary op) {
  static constexpr absl::string_view kNames[] = {"+",  "-", "*", "/",
                                                 "//", "%", "**"};
  return kNames[static_cast<int>(op)];
}

// What the operator stands between.
absl::string_view OperandsOf(TemplateBinary op) {
  switch (op) {
    case TemplateBinary::kAdd: return "two numbers, strings, lists or tuples";
    case TemplateBinary::kMultiply:
      return "two numbers, or a number and a string, list or tuple";
    case TemplateBinary::kModulo:
      return "two numbers, or a string and what it formats";
    default: return "two numbers";
  }
}

absl::Status TooLarge() {
  return absl::InvalidArgumentError(
      "found an integer that does not fit into 64 bits");
}

absl::StatusOr<Value> Integers(TemplateBinary op, int64_t a, int64_t b) {
  int64_t out = 0;
  switch (op) {
    case TemplateBinary::kAdd:
      if (__builtin_add_overflow(a, b, &out)) return TooLarge();
      return Value::Int(out);
    case TemplateBinary::kSubtract:
      if (__builtin_sub_overflow(a, b, &out)) return TooLarge();
      return Value::Int(out);
    case TemplateBinary::kMultiply:
      if (__builtin_mul_overflow(a, b, &out)) return TooLarge();
      return Value::Int(out);
    case TemplateBinary::kFloorDivide:
    case TemplateBinary::kModulo: {
      if (b == -1) {
        if (op == TemplateBinary::kModulo) return Value::Int(0);
        return Integers(TemplateBinary::kSubtract, 0, a);
      }
      int64_t quotient = a / b;
      int64_t rest = a % b;
      if (rest != 0 && (rest < 0) != (b < 0)) {
        --quotient;
        rest += b;
      }
      return Value::Int(op == TemplateBinary::kModulo ? rest : quotient);
    }
    case TemplateBinary::kPower: {
      if (b < 0) return Value::Float(std::pow(a, b));
      out = 1;
      if (a == 1 || b == 0) return Value::Int(1);
      if (a == 0) return Value::Int(0);
      if (a == -1) return Value::Int(b % 2 == 0 ? 1 : -1);
      for (int64_t i = 0; i < b; ++i) {
        if (__builtin_mul_overflow(out, a, &out)) return TooLarge();
      }
      return Value::Int(out);
    }
    case TemplateBinary::kDivide:
      return Value::Float(static_cast<double>(a) / static_cast<double>(b));
  }
  return TooLarge();
}

absl::StatusOr<Value> Floats(TemplateBinary op, double a, double b) {
  switch (op) {
    case TemplateBinary::kAdd: return Value::Float(a + b);
    case TemplateBinary::kSubtract: return Value::Float(a - b);
    case TemplateBinary::kMultiply: return Value::Float(a * b);
    case TemplateBinary::kDivide: return Value::Float(a / b);
    case TemplateBinary::kFloorDivide: return Value::Float(std::floor(a / b));
    case TemplateBinary::kModulo: {
      double rest = std::fmod(a, b);
      if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
      return Value::Float(rest);
    }
    case TemplateBinary::kPower: return Value::Float(std::pow(a, b));
  }
  return TooLarge();
}

absl::StatusOr<Value> Repeat(Arena& arena, const Value& value, int64_t times) {
  times = std::max<int64_t>(times, 0);
  if (value.IsText()) {
    TextBuilder builder = arena.Builder();
    for (int64_t i = 0; i < times && !builder.overflown(); ++i) {
      if (value.text->bytes.empty()) break;
      builder.Append(*value.text);
    }
    return arena.NewText(std::move(builder));
  }
  std::vector<Value> items;
  const auto& once = value.seq->items;
  for (int64_t i = 0; i < times && !once.empty(); ++i) {
    FATHOM_RETURN_IF_ERROR(arena.Charge(once.size() * sizeof(Value)));
    items.insert(items.end(), once.begin(), once.end());
  }
  return arena.NewSeq(value.seq->type, std::move(items));
}

bool IsPlainSeq(const Value& value) {
  return value.Is(Kind::kSeq) && value.seq->type <= Seq::Type::kTuple;
}

}  // namespace

absl::StatusOr<Value> Compute(Arena& arena, TemplateBinary op, const Value& a,
                              const Value& b) {
  using Op = TemplateBinary;
  if (a.IsNumber() && b.IsNumber()) {
    bool divides =
        op == Op::kDivide || op == Op::kFloorDivide || op == Op::kModulo;
    if ((divides && b.AsDouble() == 0) ||
        (op == Op::kPower && a.AsDouble() == 0 && b.AsDouble() < 0)) {
      return absl::InvalidArgumentError("found a division by zero");
    }
    if (a.IsInt() && b.IsInt()) return Integers(op, a.AsInt(), b.AsInt());
    return Floats(op, a.AsDouble(), b.AsDouble());
  }
  if (op == Op::kAdd && a.IsText() && b.IsText()) {
    TextBuilder builder = arena.Builder();
    builder.Append(*a.text);
    builder.Append(*b.text);
    return arena.NewText(std::move(builder));
  }
  if (op == Op::kAdd && IsPlainSeq(a) && IsPlainSeq(b) &&
      a.seq->type == b.seq->type) {
    FATHOM_RETURN_IF_ERROR(arena.Charge(
        (a.seq->items.size() + b.seq->items.size()) * sizeof(Value)));
    std::vector<Value> items = a.seq->items;
    items.insert(items.end(), b.seq->items.begin(), b.seq->items.end());
    return arena.NewSeq(a.seq->type, std::move(items));
  }
  if (op == Op::kMultiply) {
    if ((a.IsText() || IsPlainSeq(a)) && b.IsInt()) {
      return Repeat(arena, a, b.AsInt());
    }
    if ((b.IsText() || IsPlainSeq(b)) && a.IsInt()) {
      return Repeat(arena, b, a.AsInt());
    }
  }
  if (op == Op::kModulo && a.IsText()) return FormatText(arena, *a.text, b);
  return absl::InvalidArgumentError(
      absl::StrCat("found '", OpName(op), "' between ", KindName(a), " and ",
                   KindName(b), ", expected ", OperandsOf(op)));
}

absl::StatusOr<bool> Compare(Arena& arena, TemplateCompare op, const Value& a,
                             const Value& b) {
  using Op = TemplateCompare;
  if (op == Op::kEqual || op == Op::kUnequal) {
    FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, a, b));
    return equal == (op == Op::kEqual);
  }
  if (op == Op::kIn || op == Op::kNotIn) {
    bool found = false;
    if (b.IsText()) {
      if (!a.IsText()) {
        return absl::InvalidArgumentError(
            absl::StrCat("found 'in' between ", KindName(a),
                         " and string, expected two strings"));
      }
      FATHOM_RETURN_IF_ERROR(arena.Charge(b.text->bytes.size() / 16));
      found = absl::StrContains(b.text->bytes, a.text->bytes);
    } else if (b.Is(Kind::kDict)) {
      FATHOM_ASSIGN_OR_RETURN(const Value* entry, Find(arena, *b.dict, a));
      found = entry != nullptr;
    } else {
      FATHOM_ASSIGN_OR_RETURN(std::vector<Value> items, Items(arena, b));
      for (const Value& item : items) {
        FATHOM_ASSIGN_OR_RETURN(found, Equals(arena, item, a));
        if (found) break;
      }
    }
    return found == (op == Op::kIn);
  }
  FATHOM_ASSIGN_OR_RETURN(int order, Order(arena, a, b));
  bool nan = (a.IsNumber() && std::isnan(a.AsDouble())) ||
             (b.IsNumber() && std::isnan(b.AsDouble()));
  if (nan) return false;
  switch (op) {
    case Op::kLess: return order < 0;
    case Op::kLessEqual: return order <= 0;
    case Op::kGreater: return order > 0;
    default: return order >= 0;
  }
}

absl::StatusOr<Value> FormatText(Arena& arena, const Text& format,
                                 const Value& values) {
  std::vector<Value> args = {values};
  if (values.Is(Kind::kSeq) && values.seq->type == Seq::Type::kTuple) {
    args = values.seq->items;
  }
  TextBuilder out = arena.Builder();
  const std::string& bytes = format.bytes;
  size_t next = 0;
  size_t pos = 0;
  while (pos < bytes.size()) {
    size_t percent = std::min(bytes.find('%', pos), bytes.size());
    out.Append(format, pos, percent);
    if (percent == bytes.size()) break;
    char kind = percent + 1 < bytes.size() ? bytes[percent + 1] : '\0';
    pos = percent + 2;
    if (kind == '%') {
      out.Own("%");
      continue;
    }
    if (kind != 's' && kind != 'r' && kind != 'd' && kind != 'i') {
      return absl::InvalidArgumentError(
          absl::StrCat("found the format '", Shown(bytes.substr(percent, 2)),
                       "', expected one of %s, %r, %d, %i and %%"));
    }
    if (next == args.size()) {
      return absl::InvalidArgumentError("found a format with too few values");
    }
    const Value& arg = args[next++];
    if (kind == 's') {
      FATHOM_RETURN_IF_ERROR(AppendStr(arena, arg, &out));
    } else if (kind == 'r') {
      FATHOM_RETURN_IF_ERROR(AppendRepr(arena, arg, &out));
    } else if (arg.IsInt()) {
      out.Own(absl::StrCat(arg.AsInt()));
    } else if (arg.Is(Kind::kFloat) && std::abs(arg.number) < 9e18) {
      out.Own(absl::StrCat(static_cast<int64_t>(arg.number)));
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("found a ", KindName(arg), " to format as an integer"));
    }
  }
  bool takes_none = values.Is(Kind::kDict) || values.Is(Kind::kSeq);
  if (next < args.size() && !(takes_none && !values.Is(Kind::kUndefined) &&
                              args.size() == 1 && values.Is(Kind::kDict))) {
    return absl::InvalidArgumentError("found a format with too many values");
  }
  return arena.NewText(std::move(out));
}

}  // namespace fathom::rt
