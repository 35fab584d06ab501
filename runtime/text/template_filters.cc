// What may stand behind `|`.
#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::StatusOr<Value> ToJson(BuiltinCall& call) {
  JsonStyle style;
  style.ensure_ascii = call.Has(1) && Truth(call.args[1]);
  style.sort_keys = call.Has(3) && Truth(call.args[3]);
  const Value& indent = call.args[0];
  if (indent.IsInt()) {
    int64_t width = std::clamp<int64_t>(indent.AsInt(), 0, 1024);
    style.indented = true;
    style.indent = std::string(width, ' ');
  } else if (indent.IsText()) {
    style.indented = true;
    style.indent = indent.text->bytes;
  }
  if (style.indented) style.item_separator = ",";
  const Value& separators = call.args[2];
  if (separators.Is(Kind::kSeq)) {
    const auto& items = separators.seq->items;
    if (items.size() != 2 || !items[0].IsText() || !items[1].IsText()) {
      return absl::InvalidArgumentError("'tojson' expects two separators");
    }
    style.item_separator = items[0].text->bytes;
    style.key_separator = items[1].text->bytes;
  }
  TextBuilder out = call.arena.Builder();
  FATHOM_RETURN_IF_ERROR(AppendJson(call.arena, call.self, style, 0, &out));
  return call.arena.NewText(std::move(out));
}

absl::StatusOr<Value> FromJson(BuiltinCall& call) {
  if (!call.self.IsText()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'from_json' expects a string, found a ", KindName(call.self)));
  }
  return ValueFromJson(call.arena, call.self.text->bytes);
}

absl::StatusOr<Value> LengthOf(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t length, Length(call.arena, call.self));
  return Value::Int(length);
}

absl::StatusOr<Value> Trim(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return StripText(call.arena, *text, call.args[0], true, true);
}

template <CaseMapping kFirst, CaseMapping kOthers>
absl::StatusOr<Value> Cased(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return CaseText(call.arena, *text, kFirst, kOthers);
}

absl::StatusOr<Value> String(BuiltinCall& call) {
  if (call.self.IsText()) return call.self;
  TextBuilder out = call.arena.Builder();
  FATHOM_RETURN_IF_ERROR(AppendStr(call.arena, call.self, &out));
  return call.arena.NewText(std::move(out));
}

absl::StatusOr<Value> Default(BuiltinCall& call) {
  bool boolean = call.Has(1) && Truth(call.args[1]);
  bool unset = call.self.Is(Kind::kUndefined) || (boolean && !Truth(call.self));
  if (!unset) return call.self;
  if (call.Has(0)) return call.args[0];
  return call.arena.NewText("", false);
}

absl::StatusOr<Value> List(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  return call.arena.NewSeq(Seq::Type::kList, std::move(items));
}

absl::StatusOr<Value> First(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  return items.empty() ? Value::Undefined() : items.front();
}

absl::StatusOr<Value> Last(BuiltinCall& call) {
  if (call.self.Is(Kind::kSeq) &&
      call.self.seq->type == Seq::Type::kGenerator) {
    return absl::InvalidArgumentError("'last' expects a list or string");
  }
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  return items.empty() ? Value::Undefined() : items.back();
}

absl::StatusOr<Value> Reverse(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  std::reverse(items.begin(), items.end());
  if (!call.self.IsText()) {
    return call.arena.NewSeq(Seq::Type::kGenerator, std::move(items));
  }
  TextBuilder out = call.arena.Builder();
  for (const Value& item : items) out.Append(*item.text);
  return call.arena.NewText(std::move(out));
}

// Follows "a.b.0" as the filters with an attribute do.
absl::StatusOr<Value> Follow(Arena& arena, Value value, const Value& path) {
  if (path.IsInt()) return GetItem(arena, value, path);
  if (!path.IsText()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found an attribute of kind ", KindName(path), ", expected a string"));
  }
  for (absl::string_view part : absl::StrSplit(path.text->bytes, '.')) {
    int64_t number = 0;
    bool digits =
        !part.empty() && part.find_first_not_of("0123456789") == part.npos;
    if (digits && absl::SimpleAtoi(part, &number)) {
      FATHOM_ASSIGN_OR_RETURN(value, GetItem(arena, value, Value::Int(number)));
      continue;
    }
    FATHOM_ASSIGN_OR_RETURN(Value name, arena.NewText(part, false));
    FATHOM_ASSIGN_OR_RETURN(value, GetItem(arena, value, name));
  }
  return value;
}

absl::StatusOr<Value> Join(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  const Text* separator = nullptr;
  if (call.Has(0)) {
    FATHOM_ASSIGN_OR_RETURN(separator, ToText(call.arena, call.args[0]));
  }
  TextBuilder out = call.arena.Builder();
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && separator != nullptr) out.Append(*separator);
    if (call.Has(1)) {
      FATHOM_ASSIGN_OR_RETURN(items[i],
                              Follow(call.arena, items[i], call.args[1]));
    }
    FATHOM_RETURN_IF_ERROR(AppendStr(call.arena, items[i], &out));
  }
  return call.arena.NewText(std::move(out));
}

// Applies the builtin called `name` to `self` with plain arguments.
absl::StatusOr<Value> Apply(BuiltinCall& outer, BuiltinKind kind,
                            const Value& name, const Value& self,
                            absl::Span<const Value> args) {
  int index = name.IsText() ? FindBuiltin(kind, name.text->bytes) : -1;
  if (index < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ", name.IsText() ? Shown(name.text->bytes) : "no name",
        ", expected the name of a filter or test"));
  }
  const Builtin& builtin = Builtins(kind)[index];
  BuiltinCall call{outer.arena, self, {}, {}, {}, outer.now};
  TemplateCallShape shape{static_cast<uint32_t>(args.size()), {}};
  FATHOM_RETURN_IF_ERROR(BindArguments(builtin, shape, {}, args, &call));
  return builtin.run(call);
}

absl::StatusOr<Value> Map(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  Value attribute;
  Value unset = Value::Undefined();
  for (const auto& [name, value] : call.named) {
    if (name == "attribute") {
      attribute = value;
    } else if (name == "default") {
      unset = value;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("'map' has no argument '", Shown(name), "'"));
    }
  }
  bool by_attribute = !attribute.Is(Kind::kMissing);
  if (by_attribute == !call.rest.empty()) {
    return absl::InvalidArgumentError(
        "'map' expects the name of a filter or an attribute");
  }
  for (Value& item : items) {
    FATHOM_RETURN_IF_ERROR(call.arena.Charge(64));
    if (by_attribute) {
      FATHOM_ASSIGN_OR_RETURN(item, Follow(call.arena, item, attribute));
      if (item.Is(Kind::kUndefined)) item = unset;
    } else {
      FATHOM_ASSIGN_OR_RETURN(
          item, Apply(call, BuiltinKind::kFilter, call.rest[0], item,
                      absl::MakeConstSpan(call.rest).subspan(1)));
    }
  }
  return call.arena.NewSeq(Seq::Type::kGenerator, std::move(items));
}

// select, reject, selectattr and rejectattr.
template <bool kKeep, bool kAttribute>
absl::StatusOr<Value> Select(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  absl::Span<const Value> rest = call.rest;
  if (!call.named.empty() || (kAttribute && rest.empty())) {
    return absl::InvalidArgumentError(
        "'select' and its kin expect an attribute or a test by position");
  }
  std::vector<Value> kept;
  for (const Value& item : items) {
    FATHOM_RETURN_IF_ERROR(call.arena.Charge(64));
    Value subject = item;
    absl::Span<const Value> test = rest;
    if (kAttribute) {
      FATHOM_ASSIGN_OR_RETURN(subject, Follow(call.arena, item, rest[0]));
      test = rest.subspan(1);
    }
    bool holds = Truth(subject);
    if (!test.empty()) {
      FATHOM_ASSIGN_OR_RETURN(
          Value result,
          Apply(call, BuiltinKind::kTest, test[0], subject, test.subspan(1)));
      holds = Truth(result);
    }
    if (holds == kKeep) kept.push_back(item);
  }
  return call.arena.NewSeq(Seq::Type::kGenerator, std::move(kept));
}

absl::StatusOr<Value> Replace(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  FATHOM_ASSIGN_OR_RETURN(const Text* from, ToText(call.arena, call.args[0]));
  FATHOM_ASSIGN_OR_RETURN(const Text* to, ToText(call.arena, call.args[1]));
  int64_t most =
      call.Has(2) && call.args[2].IsInt() ? call.args[2].AsInt() : -1;
  return ReplaceText(call.arena, *text, from->bytes, *to, most);
}

absl::StatusOr<Value> ItemsFilter(BuiltinCall& call) {
  std::vector<Value> items;
  if (!call.self.Is(Kind::kUndefined) && !call.self.Is(Kind::kDict)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'items' expects a mapping, found a ", KindName(call.self)));
  }
  if (call.self.Is(Kind::kDict)) {
    for (const auto& [key, value] : call.self.dict->entries) {
      FATHOM_ASSIGN_OR_RETURN(
          Value pair, call.arena.NewSeq(Seq::Type::kTuple, {key, value}));
      items.push_back(pair);
    }
  }
  return call.arena.NewSeq(Seq::Type::kGenerator, std::move(items));
}

absl::StatusOr<Value> Integer(BuiltinCall& call) {
  Value unset = call.Has(0) ? call.args[0] : Value::Int(0);
  if (call.self.IsInt()) return Value::Int(call.self.AsInt());
  double number = 0;
  if (call.self.IsText()) {
    int64_t integer = 0;
    if (absl::SimpleAtoi(call.self.text->bytes, &integer)) {
      return Value::Int(integer);
    }
    if (!absl::SimpleAtod(call.self.text->bytes, &number)) return unset;
  } else if (call.self.Is(Kind::kFloat)) {
    number = call.self.number;
  } else if (call.self.Is(Kind::kUndefined)) {
    return absl::InvalidArgumentError("'int' expects a value, found undefined");
  } else {
    return unset;
  }
  if (!(std::abs(number) < 9.2e18)) return unset;
  return Value::Int(static_cast<int64_t>(number));
}

absl::StatusOr<Value> Absolute(BuiltinCall& call) {
  if (call.self.Is(Kind::kFloat))
    return Value::Float(std::abs(call.self.number));
  if (!call.self.IsInt()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'abs' expects a number, found a ", KindName(call.self)));
  }
  if (call.self.AsInt() >= 0) return Value::Int(call.self.AsInt());
  return Compute(call.arena, TemplateBinary::kSubtract, Value::Int(0),
                 call.self);
}

absl::StatusOr<Value> Indent(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  std::string indent(4, ' ');
  if (call.args[0].IsInt()) {
    indent.assign(std::clamp<int64_t>(call.args[0].AsInt(), 0, 1024), ' ');
  } else if (call.args[0].IsText()) {
    indent = call.args[0].text->bytes;
  }
  bool first = call.Has(1) && Truth(call.args[1]);
  bool blank = call.Has(2) && Truth(call.args[2]);
  TextBuilder padded = call.arena.Builder();
  padded.Append(*text);
  padded.Own("\n");
  FATHOM_ASSIGN_OR_RETURN(Value whole, call.arena.NewText(std::move(padded)));
  FATHOM_ASSIGN_OR_RETURN(Value lines,
                          SplitLinesOf(call.arena, *whole.text, false));
  TextBuilder out = call.arena.Builder();
  const auto& items = lines.seq->items;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.Own("\n");
    bool indents = i == 0 ? first : blank || Truth(items[i]);
    if (indents) out.Own(indent);
    out.Append(*items[i].text);
  }
  return call.arena.NewText(std::move(out));
}

constexpr Builtin kFilters[] = {
    {"tojson",
     {"indent", "ensure_ascii", "separators", "sort_keys"},
     0,
     false,
     ToJson},
    {"from_json", {}, 0, false, FromJson},
    {"length", {}, 0, false, LengthOf},
    {"count", {}, 0, false, LengthOf},
    {"trim", {"chars"}, 0, false, Trim},
    {"upper", {}, 0, false, Cased<CaseMapping::kUpper, CaseMapping::kUpper>},
    {"lower", {}, 0, false, Cased<CaseMapping::kLower, CaseMapping::kLower>},
    {"capitalize",
     {},
     0,
     false,
     Cased<CaseMapping::kTitle, CaseMapping::kLower>},
    {"string", {}, 0, false, String},
    {"default", {"default_value", "boolean"}, 0, false, Default},
    {"d", {"default_value", "boolean"}, 0, false, Default},
    {"list", {}, 0, false, List},
    {"first", {}, 0, false, First},
    {"last", {}, 0, false, Last},
    {"reverse", {}, 0, false, Reverse},
    {"join", {"d", "attribute"}, 0, false, Join},
    {"map", {}, 0, true, Map},
    {"select", {}, 0, true, Select<true, false>},
    {"reject", {}, 0, true, Select<false, false>},
    {"selectattr", {}, 0, true, Select<true, true>},
    {"rejectattr", {}, 0, true, Select<false, true>},
    {"replace", {"old", "new", "count"}, 2, false, Replace},
    {"items", {}, 0, false, ItemsFilter},
    {"int", {"default"}, 0, false, Integer},
    {"abs", {}, 0, false, Absolute},
    {"indent", {"width", "first", "blank"}, 0, false, Indent},
};

}  // namespace

absl::Span<const Builtin> FilterTable() { return kFilters; }

}  // namespace fathom::rt
