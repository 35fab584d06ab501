// What may come after `is`.
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

template <Kind kKind>
absl::StatusOr<Value> IsKind(BuiltinCall& call) {
  return Value::Bool(call.self.Is(kKind));
}

template <bool kWanted>
absl::StatusOr<Value> IsDefined(BuiltinCall& call) {
  return Value::Bool(call.self.IsUndefined() == kWanted);
}

template <bool kWanted>
absl::StatusOr<Value> IsExactly(BuiltinCall& call) {
  return Value::Bool(call.self.Is(Kind::kBool) && call.self.boolean == kWanted);
}

absl::StatusOr<Value> IsInteger(BuiltinCall& call) {
  return Value::Bool(call.self.IsInteger() && !call.self.Is(Kind::kBool));
}

absl::StatusOr<Value> IsNumber(BuiltinCall& call) {
  return Value::Bool(call.self.IsNumber());
}

// What has a length and items.
absl::StatusOr<Value> IsSequence(BuiltinCall& call) {
  const Value& v = call.self;
  bool seq = v.Is(Kind::kSeq) && !v.seq->is_view();
  return Value::Bool(seq || v.IsText() || v.Is(Kind::kDict) || v.IsUndefined());
}

absl::StatusOr<Value> IsIterableTest(BuiltinCall& call) {
  return Value::Bool(IsIterable(call.self));
}

// An undefined value is callable in Python: the error comes with the call.
absl::StatusOr<Value> IsCallable(BuiltinCall& call) {
  switch (call.self.kind) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kMacro:
    case Kind::kFunction:
    case Kind::kJoiner:
    case Kind::kBlock:
    case Kind::kLoop: return Value::Bool(true);
    default: return Value::Bool(false);
  }
}

absl::StatusOr<Value> IsEscaped(BuiltinCall& call) {
  return Value::Bool(call.self.IsMarkup());
}

template <BuiltinKind kKind>
absl::StatusOr<Value> IsNameOf(BuiltinCall& call) {
  // Another key than a string is in no table, if it is a key at all.
  if (!call.self.IsText()) {
    FATHOM_RETURN_IF_ERROR(HashKey(call.arena, call.self).status());
    return Value::Bool(false);
  }
  return Value::Bool(FindBuiltin(kKind, call.self.text->bytes) != nullptr);
}

template <TemplateCompare kOp>
absl::StatusOr<Value> Compares(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(bool holds,
                          Compare(call.arena, kOp, call.self, call.args[0]));
  return Value::Bool(holds);
}

template <int kRest>
absl::StatusOr<Value> IsRest(BuiltinCall& call) {
  Value by = call.Arg(0, Value::Int(2));
  FATHOM_ASSIGN_OR_RETURN(
      Value rest,
      Compute(call.context, TemplateBinary::kModulo, call.self, by));
  FATHOM_ASSIGN_OR_RETURN(bool equal,
                          Equals(call.arena, rest, Value::Int(kRest)));
  return Value::Bool(equal);
}

// Whether both are one object. Python keeps one of each small integer and of
// each string of one Latin-1 character.
absl::StatusOr<Value> IsSame(BuiltinCall& call) {
  const Value& a = call.self;
  const Value& b = call.args[0];
  if (a.kind != b.kind) return Value::Bool(false);
  switch (a.kind) {
    case Kind::kNone: return Value::Bool(true);
    case Kind::kBool: return Value::Bool(a.boolean == b.boolean);
    case Kind::kMissing:
    case Kind::kUndefined: return Value::Bool(false);
    case Kind::kInt:
      if (a.integer != b.integer) return Value::Bool(false);
      if (a.integer >= -5 && a.integer <= 256) return Value::Bool(true);
      break;
    case Kind::kFloat:
      if (a.number != b.number) return Value::Bool(false);
      break;
    case Kind::kText: {
      if (a.text == b.text) return Value::Bool(true);
      bool shared = a.text->bytes == b.text->bytes && a.text->Length() < 2 &&
                    !a.text->is_markup && !b.text->is_markup;
      size_t length = 0;
      return Value::Bool(shared &&
                         (a.text->bytes.empty() ||
                          DecodeUtf8(a.text->bytes, 0, &length) < 0x100));
    }
    case Kind::kSeq:
      return Value::Bool(a.seq == b.seq ||
                         (a.seq->type == Seq::Type::kTuple &&
                          b.seq->type == Seq::Type::kTuple &&
                          a.seq->items.empty() && b.seq->items.empty()));
    default: return Value::Bool(a.integer == b.integer);
  }
  return call.Error(
      absl::StrCat("found two equal ", KindName(a),
                   "s; whether they are one object is not known"));
}

template <bool kUpper>
absl::StatusOr<Value> IsCased(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text->bytes.size()));
  return Value::Bool(HasCase(text->bytes, kUpper));
}

using Op = TemplateCompare;
// The operators of Python take their operands by position only.
constexpr Builtin kTests[] = {
    {"defined", {}, 0, 0, IsDefined<false>},
    {"undefined", {}, 0, 0, IsDefined<true>},
    {"none", {}, 0, 0, IsKind<Kind::kNone>},
    {"string", {}, 0, 0, IsKind<Kind::kText>},
    {"mapping", {}, 0, 0, IsKind<Kind::kDict>},
    {"boolean", {}, 0, 0, IsKind<Kind::kBool>},
    {"integer", {}, 0, 0, IsInteger},
    {"float", {}, 0, 0, IsKind<Kind::kFloat>},
    {"number", {}, 0, 0, IsNumber},
    {"true", {}, 0, 0, IsExactly<true>},
    {"false", {}, 0, 0, IsExactly<false>},
    {"sequence", {}, 0, 0, IsSequence},
    {"iterable", {}, 0, 0, IsIterableTest},
    {"callable", {}, 0, 0, IsCallable},
    {"escaped", {}, 0, 0, IsEscaped},
    {"filter", {}, 0, 0, IsNameOf<BuiltinKind::kFilter>},
    {"test", {}, 0, 0, IsNameOf<BuiltinKind::kTest>},
    {"==", {"other"}, 1, kPositional, Compares<Op::kEqual>},
    {"eq", {"other"}, 1, kPositional, Compares<Op::kEqual>},
    {"equalto", {"other"}, 1, kPositional, Compares<Op::kEqual>},
    {"!=", {"other"}, 1, kPositional, Compares<Op::kUnequal>},
    {"ne", {"other"}, 1, kPositional, Compares<Op::kUnequal>},
    {"<", {"other"}, 1, kPositional, Compares<Op::kLess>},
    {"lt", {"other"}, 1, kPositional, Compares<Op::kLess>},
    {"lessthan", {"other"}, 1, kPositional, Compares<Op::kLess>},
    {"<=", {"other"}, 1, kPositional, Compares<Op::kLessEqual>},
    {"le", {"other"}, 1, kPositional, Compares<Op::kLessEqual>},
    {">", {"other"}, 1, kPositional, Compares<Op::kGreater>},
    {"gt", {"other"}, 1, kPositional, Compares<Op::kGreater>},
    {"greaterthan", {"other"}, 1, kPositional, Compares<Op::kGreater>},
    {">=", {"other"}, 1, kPositional, Compares<Op::kGreaterEqual>},
    {"ge", {"other"}, 1, kPositional, Compares<Op::kGreaterEqual>},
    {"in", {"seq"}, 1, 0, Compares<Op::kIn>},
    {"odd", {}, 0, 0, IsRest<1>},
    {"even", {}, 0, 0, IsRest<0>},
    {"divisibleby", {"num"}, 1, 0, IsRest<0>},
    {"sameas", {"other"}, 1, 0, IsSame},
    {"upper", {}, 0, 0, IsCased<true>},
    {"lower", {}, 0, 0, IsCased<false>},
};

}  // namespace

absl::Span<const Builtin> TestTable() { return kTests; }

}  // namespace fathom::rt
