// How templates reach into values: attributes, items, slices.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/text.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

using Kind = Value::Kind;

namespace {

absl::Status IsUndefined(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("found ", what, " of an undefined value"));
}

template <size_t kSize>
bool IsOneOf(absl::string_view name, const absl::string_view (&names)[kSize]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// What every Python object has, and the sandbox shows to nobody.
bool IsInternal(absl::string_view name) {
  static constexpr absl::string_view kNames[] = {"__class__",
                                                 "__delattr__",
                                                 "__dir__",
                                                 "__doc__",
                                                 "__eq__",
                                                 "__format__",
                                                 "__ge__",
                                                 "__getattribute__",
                                                 "__getstate__",
                                                 "__gt__",
                                                 "__hash__",
                                                 "__init__",
                                                 "__init_subclass__",
                                                 "__le__",
                                                 "__lt__",
                                                 "__ne__",
                                                 "__new__",
                                                 "__reduce__",
                                                 "__reduce_ex__",
                                                 "__repr__",
                                                 "__setattr__",
                                                 "__sizeof__",
                                                 "__str__",
                                                 "__subclasshook__",
                                                 "__len__",
                                                 "__getitem__",
                                                 "__iter__",
                                                 "__contains__"};
  return absl::StartsWith(name, "__") && IsOneOf(name, kNames);
}

// Methods that change their object; a template may not call them.
bool Mutates(const Value& value, absl::string_view name) {
  static constexpr absl::string_view kOfDicts[] = {"clear", "pop", "popitem",
                                                   "setdefault", "update"};
  static constexpr absl::string_view kOfLists[] = {"append",  "clear", "extend",
                                                   "insert",  "pop",   "remove",
                                                   "reverse", "sort"};
  if (value.Is(Kind::kDict)) return IsOneOf(name, kOfDicts);
  return value.IsList() && IsOneOf(name, kOfLists);
}

using Found = std::optional<Value>;

// None for a name that a loop does not have as an attribute.
absl::StatusOr<Found> LoopAttribute(Arena& arena, Loop& loop,
                                    absl::string_view name) {
  auto peek = [&]() -> absl::StatusOr<bool> {
    if (!loop.after.Is(Kind::kMissing)) return true;
    return Next(arena, loop.iterator, &loop.after);
  };
  if (name == "index") return Found(Value::Int(loop.index0 + 1));
  if (name == "index0") return Found(Value::Int(loop.index0));
  if (name == "first") return Found(Value::Bool(loop.index0 == 0));
  if (name == "depth") return Found(Value::Int(loop.depth0 + 1));
  if (name == "depth0") return Found(Value::Int(loop.depth0));
  if (name == "length" || name == "revindex" || name == "revindex0") {
    FATHOM_ASSIGN_OR_RETURN(int64_t length, LoopLength(arena, loop));
    if (name == "length") return Found(Value::Int(length));
    return Found(Value::Int(length - loop.index0 - (name == "revindex0")));
  }
  if (name == "last") {
    FATHOM_ASSIGN_OR_RETURN(bool more, peek());
    return Found(Value::Bool(!more));
  }
  if (name == "nextitem") {
    FATHOM_ASSIGN_OR_RETURN(bool more, peek());
    return Found(more ? loop.after : Value::Undefined());
  }
  if (name == "previtem") {
    return Found(loop.index0 > 0 ? loop.before : Value::Undefined());
  }
  return Found();
}

// What a macro tells of itself.
absl::StatusOr<Found> MacroAttribute(Arena& arena, const Closure& closure,
                                     absl::string_view name) {
  const TemplateProgram& program = *closure.program;
  const TemplateFunction& macro = program.functions[closure.function];
  constexpr uint32_t kNone = TemplateFunction::kNone;
  auto text = [&](uint32_t at) {
    return arena.NewText(program.names[at], false);
  };
  if (name == "name") {
    if (macro.name == kNone) return Found(Value::None());
    FATHOM_ASSIGN_OR_RETURN(Value shown, text(macro.name));
    return Found(shown);
  }
  if (name == "catch_kwargs") return Found(Value::Bool(macro.kwargs != kNone));
  if (name == "catch_varargs") {
    return Found(Value::Bool(macro.varargs != kNone));
  }
  bool explicit_caller = false;
  std::vector<Value> arguments;
  for (uint32_t parameter : macro.parameters) {
    FATHOM_ASSIGN_OR_RETURN(Value argument, text(parameter));
    explicit_caller |= argument.text->bytes == "caller";
    arguments.push_back(argument);
  }
  if (name == "explicit_caller") return Found(Value::Bool(explicit_caller));
  if (name == "caller") {
    return Found(Value::Bool(macro.caller != kNone || explicit_caller));
  }
  if (name != "arguments") return Found();
  FATHOM_ASSIGN_OR_RETURN(
      Value tuple, arena.NewSeq(Seq::Type::kTuple, std::move(arguments)));
  return Found(tuple);
}

// What is neither a method nor an item.
absl::StatusOr<Found> Property(Arena& arena, const Value& value,
                               absl::string_view name) {
  switch (value.kind) {
    case Kind::kNamespace:
      for (const auto& [key, item] : value.ns->entries) {
        if (key == name) return Found(item);
      }
      return Found();
    case Kind::kLoop: return LoopAttribute(arena, *value.loop, name);
    case Kind::kMacro: return MacroAttribute(arena, *value.closure, name);
    case Kind::kCycler:
      if (name == "current")
        return Found(value.cycler->items[value.cycler->at]);
      if (name == "pos") return Found(Value::Int(value.cycler->at));
      if (name != "items") return Found();
      break;
    case Kind::kJoiner:
      if (name == "sep") return Found(value.joiner->separator);
      if (name == "used") return Found(Value::Bool(value.joiner->used));
      return Found();
    case Kind::kSeq: {
      const Seq& seq = *value.seq;
      if (seq.type == Seq::Type::kGroup && name == "grouper") {
        return Found(seq.items[0]);
      }
      if (seq.type == Seq::Type::kGroup && name == "list") {
        return Found(seq.items[1]);
      }
      if (seq.type != Seq::Type::kRange) return Found();
      if (name == "start") return Found(Value::Int(seq.start));
      if (name == "stop") return Found(Value::Int(seq.stop));
      if (name == "step") return Found(Value::Int(seq.step));
      return Found();
    }
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kBig:
      if (name == "real" || name == "numerator") {
        return Found(value.Is(Kind::kBig) ? value : Value::Int(value.AsInt()));
      }
      if (name == "imag") return Found(Value::Int(0));
      if (name == "denominator") return Found(Value::Int(1));
      return Found();
    case Kind::kFloat:
      if (name == "real") return Found(value);
      if (name == "imag") return Found(Value::Float(0));
      return Found();
    default: return Found();
  }
  FATHOM_ASSIGN_OR_RETURN(Value items,
                          arena.NewSeq(Seq::Type::kTuple, value.cycler->items));
  return Found(items);
}

}  // namespace

absl::StatusOr<Found> NativeAttribute(TemplateContext& context,
                                      const Value& value,
                                      absl::string_view name) {
  if (IsInternal(name)) return Found(Value::Undefined());
  if (value.IsUndefined()) {
    return IsUndefined(absl::StrCat("the attribute '", Shown(name), "'"));
  }
  if (Mutates(value, name)) return Found(Value::Undefined());
  FATHOM_ASSIGN_OR_RETURN(Found property, Property(context.arena, value, name));
  // What begins with an underscore is there, but not for templates.
  if (property && name[0] == '_') return Found(Value::Undefined());
  if (property) return property;
  const Builtin* method = FindMethod(value, name);
  if (method == nullptr) return Found();
  FATHOM_ASSIGN_OR_RETURN(Value bound,
                          BindMethod(context.arena, *method, value));
  return Found(bound);
}

absl::StatusOr<Value> GetAttribute(TemplateContext& context, const Value& value,
                                   absl::string_view name) {
  FATHOM_ASSIGN_OR_RETURN(Found native, NativeAttribute(context, value, name));
  if (native) return *native;
  if (value.Is(Kind::kDict)) {
    const Value* found = FindText(*value.dict, name);
    if (found != nullptr) return *found;
  }
  if (value.Is(Kind::kSelf)) {
    FATHOM_ASSIGN_OR_RETURN(Value index, context.arena.NewText(name, false));
    return GetItem(context, value, index);
  }
  return Value::Undefined();
}

absl::StatusOr<Value> GetItem(TemplateContext& context, const Value& value,
                              const Value& index) {
  Arena& arena = context.arena;
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined: return IsUndefined("an item");
    case Kind::kDict: {
      if (!HashKey(arena, index).ok()) {
        // Python's mapping raises a TypeError, and Jinja goes on without it.
        FATHOM_RETURN_IF_ERROR(arena.Charge(1));
        return Value::Undefined();
      }
      FATHOM_ASSIGN_OR_RETURN(const Value* found,
                              Find(arena, *value.dict, index));
      if (found != nullptr) return *found;
      break;
    }
    case Kind::kSeq: {
      if (!index.IsInt() || value.seq->is_view()) break;
      int64_t count = static_cast<int64_t>(value.seq->items.size());
      int64_t at = index.AsInt();
      if (at < 0) at += count;
      if (at < 0 || at >= count) return Value::Undefined();
      return value.seq->items[at];
    }
    case Kind::kText: {
      if (!index.IsInt()) break;
      const Text& text = *value.text;
      FATHOM_ASSIGN_OR_RETURN(int64_t count, Length(arena, value));
      int64_t at = index.AsInt();
      if (at < 0) at += count;
      if (at < 0 || at >= count) return Value::Undefined();
      size_t pos = text.OffsetOf(at);
      return CutText(arena, text, pos, pos + Utf8Length(text.bytes[pos]));
    }
    case Kind::kSelf: {
      const auto& functions = value.program->functions;
      for (size_t i = 0; index.IsText() && i < functions.size(); ++i) {
        if (functions[i].kind != TemplateFunction::Kind::kBlock) continue;
        if (value.program->names[functions[i].name] != index.text->bytes) {
          continue;
        }
        Value block = Value::Of(Kind::kBlock);
        block.integer = i;
        return block;
      }
      return Value::Undefined();
    }
    default: break;
  }
  if (!index.IsText()) return Value::Undefined();
  FATHOM_ASSIGN_OR_RETURN(Found native,
                          NativeAttribute(context, value, index.text->bytes));
  return native ? *native : Value::Undefined();
}

absl::StatusOr<int64_t> Length(Arena& arena, const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined: return 0;
    case Kind::kText:
      if (!value.text->is_ascii && value.text->code_points < 0) {
        FATHOM_RETURN_IF_ERROR(arena.Charge(value.text->bytes.size()));
      }
      return value.text->Length();
    case Kind::kSeq: return value.seq->items.size();
    case Kind::kDict: return value.dict->entries.size();
    case Kind::kLoop: return LoopLength(arena, *value.loop);
    default: break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found the length asked of ", AKind(value),
                   ", expected a string, list or mapping"));
}

void ClampRange(int64_t count, int64_t* start, int64_t* stop) {
  auto clamp = [count](int64_t at) {
    if (at < 0) at += count;
    return std::clamp<int64_t>(at, 0, count);
  };
  *stop = clamp(*stop);
  // A start past the end finds nothing, not even an empty string.
  *start = *start > count ? count + 1 : clamp(*start);
}

absl::StatusOr<Value> GetSlice(Arena& arena, const Value& value,
                               absl::Span<const Value> bounds) {
  if (value.IsUndefined()) return IsUndefined("a slice");
  bool is_seq = value.Is(Kind::kSeq) && !value.seq->is_view();
  if (!value.IsText() && !is_seq) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a slice of ", AKind(value), ", expected a string or list"));
  }
  for (const Value& bound : bounds) {
    if (!bound.IsInteger() && !bound.Is(Kind::kNone)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found a slice with ", AKind(bound), ", expected integers"));
    }
  }
  FATHOM_ASSIGN_OR_RETURN(int64_t count, Length(arena, value));
  // Beyond all items a bound means the same wherever it is.
  auto number = [&](const Value& v) -> int64_t {
    if (v.IsInt()) {
      return std::clamp<int64_t>(v.AsInt(), -count * 2 - 2, count * 2 + 2);
    }
    return v.big->negative() ? -count * 2 - 2 : count * 2 + 2;
  };
  int64_t step = bounds[2].Is(Kind::kNone) ? 1 : number(bounds[2]);
  if (step == 0) {
    return absl::InvalidArgumentError("found a slice with a step of 0");
  }
  bool back = step < 0;
  auto bound = [&](const Value& v, int64_t unset) {
    if (v.Is(Kind::kNone)) return unset;
    int64_t at = number(v);
    if (at < 0) at += count;
    return std::clamp<int64_t>(at, back ? -1 : 0, back ? count - 1 : count);
  };
  int64_t begin = bound(bounds[0], back ? count - 1 : 0);
  int64_t end = bound(bounds[1], back ? -1 : count);
  step = std::clamp<int64_t>(step, -count - 1, count + 1);
  auto going = [&](int64_t at) { return back ? at > end : at < end; };

  if (is_seq) {
    const Seq& seq = *value.seq;
    std::vector<Value> items;
    for (int64_t at = begin; going(at); at += step) {
      FATHOM_RETURN_IF_ERROR(arena.Charge(sizeof(Value)));
      items.push_back(seq.items[at]);
    }
    auto type = seq.type == Seq::Type::kGroup ? Seq::Type::kTuple : seq.type;
    FATHOM_ASSIGN_OR_RETURN(Value made, arena.NewSeq(type, std::move(items)));
    if (type == Seq::Type::kRange) {
      made.seq->start = seq.start + begin * seq.step;
      made.seq->stop = seq.start + end * seq.step;
      made.seq->step = seq.step * step;
    }
    return made;
  }
  const Text& text = *value.text;
  if (step == 1) {
    if (begin >= end) return CutText(arena, text, 0, 0);
    return CutText(arena, text, text.OffsetOf(begin), text.OffsetOf(end));
  }
  FATHOM_RETURN_IF_ERROR(arena.Charge(text.bytes.size()));
  TextBuilder builder = arena.Builder();
  for (int64_t at = begin; going(at); at += step) {
    size_t pos = text.OffsetOf(at);
    builder.Append(text, pos, pos + Utf8Length(text.bytes[pos]));
  }
  return arena.NewText(std::move(builder), text.is_markup);
}

}  // namespace fathom::rt
