// What may stand behind `is`.
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

template <Kind kKind>
absl::StatusOr<Value> IsKind(BuiltinCall& call) {
  return Value::Bool(call.self.Is(kKind));
}

absl::StatusOr<Value> IsDefined(BuiltinCall& call) {
  return Value::Bool(!call.self.Is(Kind::kUndefined));
}

template <bool kWanted>
absl::StatusOr<Value> IsExactly(BuiltinCall& call) {
  return Value::Bool(call.self.Is(Kind::kBool) && call.self.boolean == kWanted);
}

absl::StatusOr<Value> IsNumber(BuiltinCall& call) {
  return Value::Bool(call.self.IsNumber());
}

absl::StatusOr<Value> IsSequence(BuiltinCall& call) {
  const Value& v = call.self;
  bool is_list = v.Is(Kind::kSeq) && v.seq->type <= Seq::Type::kRange &&
                 v.seq->type != Seq::Type::kView;
  return Value::Bool(is_list || v.IsText() || v.Is(Kind::kDict) ||
                     v.Is(Kind::kUndefined));
}

absl::StatusOr<Value> IsIterable(BuiltinCall& call) {
  const Value& v = call.self;
  return Value::Bool(v.Is(Kind::kSeq) || v.IsText() || v.Is(Kind::kDict) ||
                     v.Is(Kind::kUndefined));
}

absl::StatusOr<Value> IsCallable(BuiltinCall& call) {
  return Value::Bool(call.self.Is(Kind::kMacro) ||
                     call.self.Is(Kind::kFunction));
}

template <TemplateCompare kOp>
absl::StatusOr<Value> Compares(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(bool holds,
                          Compare(call.arena, kOp, call.self, call.args[0]));
  return Value::Bool(holds);
}

template <int kRest>
absl::StatusOr<Value> IsRest(BuiltinCall& call) {
  Value by = call.Has(0) ? call.args[0] : Value::Int(2);
  FATHOM_ASSIGN_OR_RETURN(
      Value rest, Compute(call.arena, TemplateBinary::kModulo, call.self, by));
  return Value::Bool(rest.IsNumber() && rest.AsDouble() == kRest);
}

absl::StatusOr<Value> IsSame(BuiltinCall& call) {
  const Value& a = call.self;
  const Value& b = call.args[0];
  if (a.kind != b.kind) return Value::Bool(false);
  if (a.Is(Kind::kBool)) return Value::Bool(a.boolean == b.boolean);
  if (a.Is(Kind::kNone)) return Value::Bool(true);
  return absl::InvalidArgumentError(absl::StrCat(
      "found 'sameas' on a ", KindName(a), ", expected none or a boolean"));
}

template <bool kUpper>
absl::StatusOr<Value> IsCased(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text->bytes.size()));
  bool cased = false;
  size_t length = 0;
  for (size_t pos = 0; pos < text->bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(text->bytes, pos, &length);
    std::string self, wanted, other;
    AppendUtf8(c, &self);
    AppendCased(c, kUpper ? CaseMapping::kUpper : CaseMapping::kLower, &wanted);
    AppendCased(c, kUpper ? CaseMapping::kLower : CaseMapping::kUpper, &other);
    if (self != wanted) return Value::Bool(false);
    cased |= other != self;
  }
  return Value::Bool(cased);
}

constexpr Builtin kTests[] = {
    {"defined", {}, 0, false, IsDefined},
    {"undefined", {}, 0, false, IsKind<Kind::kUndefined>},
    {"none", {}, 0, false, IsKind<Kind::kNone>},
    {"string", {}, 0, false, IsKind<Kind::kText>},
    {"mapping", {}, 0, false, IsKind<Kind::kDict>},
    {"boolean", {}, 0, false, IsKind<Kind::kBool>},
    {"integer", {}, 0, false, IsKind<Kind::kInt>},
    {"float", {}, 0, false, IsKind<Kind::kFloat>},
    {"number", {}, 0, false, IsNumber},
    {"true", {}, 0, false, IsExactly<true>},
    {"false", {}, 0, false, IsExactly<false>},
    {"sequence", {}, 0, false, IsSequence},
    {"iterable", {}, 0, false, IsIterable},
    {"callable", {}, 0, false, IsCallable},
    {"eq", {"other"}, 1, false, Compares<TemplateCompare::kEqual>},
    {"equalto", {"other"}, 1, false, Compares<TemplateCompare::kEqual>},
    {"ne", {"other"}, 1, false, Compares<TemplateCompare::kUnequal>},
    {"lt", {"other"}, 1, false, Compares<TemplateCompare::kLess>},
    {"lessthan", {"other"}, 1, false, Compares<TemplateCompare::kLess>},
    {"le", {"other"}, 1, false, Compares<TemplateCompare::kLessEqual>},
    {"gt", {"other"}, 1, false, Compares<TemplateCompare::kGreater>},
    {"greaterthan", {"other"}, 1, false, Compares<TemplateCompare::kGreater>},
    {"ge", {"other"}, 1, false, Compares<TemplateCompare::kGreaterEqual>},
    {"in", {"other"}, 1, false, Compares<TemplateCompare::kIn>},
    {"odd", {}, 0, false, IsRest<1>},
    {"even", {}, 0, false, IsRest<0>},
    {"divisibleby", {"num"}, 1, false, IsRest<0>},
    {"sameas", {"other"}, 1, false, IsSame},
    {"upper", {}, 0, false, IsCased<true>},
    {"lower", {}, 0, false, IsCased<false>},
};

}  // namespace

absl::Span<const Builtin> TestTable() { return kTests; }

}  // namespace fathom::rt
