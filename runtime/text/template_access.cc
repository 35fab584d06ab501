// How templates reach into values: attributes, items, slices and iteration.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

using Kind = Value::Kind;

namespace {

absl::Status IsUndefined(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("found ", what, " of an undefined value"));
}

absl::StatusOr<Value> LoopAttribute(const Loop& loop, absl::string_view name) {
  int64_t round = static_cast<int64_t>(loop.round);
  int64_t count = static_cast<int64_t>(loop.items.size());
  if (name == "index") return Value::Int(round);
  if (name == "index0") return Value::Int(round - 1);
  if (name == "revindex") return Value::Int(count - round + 1);
  if (name == "revindex0") return Value::Int(count - round);
  if (name == "first") return Value::Bool(round == 1);
  if (name == "last") return Value::Bool(round == count);
  if (name == "length") return Value::Int(count);
  if (name == "depth") return Value::Int(1);
  if (name == "depth0") return Value::Int(0);
  if (name == "previtem") {
    return round > 1 ? loop.items[round - 2] : Value::Undefined();
  }
  if (name == "nextitem") {
    return round < count ? loop.items[round] : Value::Undefined();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found 'loop.", Shown(name), "', which is not supported"));
}

bool HasMethod(const Value& value, absl::string_view name) {
  static constexpr absl::string_view kOfDict[] = {"items", "keys", "values",
                                                  "get",   "copy", "fromkeys"};
  static constexpr absl::string_view kOfText[] = {
      "split",      "rsplit",     "strip",   "lstrip",    "rstrip",
      "startswith", "endswith",   "replace", "upper",     "lower",
      "title",      "capitalize", "find",    "rfind",     "index",
      "count",      "join",       "format",  "splitlines"};
  static constexpr absl::string_view kOfList[] = {"index", "count", "copy"};
  auto has = [&](const auto& table) {
    return std::find(std::begin(table), std::end(table), name) !=
           std::end(table);
  };
  if (value.Is(Kind::kDict)) return has(kOfDict);
  if (value.IsText()) return has(kOfText);
  return value.Is(Kind::kSeq) && has(kOfList);
}

}  // namespace

absl::StatusOr<Value> GetAttribute(Arena& arena, const Value& value,
                                   absl::string_view name) {
  switch (value.kind) {
    case Kind::kUndefined:
      return IsUndefined(absl::StrCat("the attribute '", Shown(name), "'"));
    case Kind::kNamespace:
      for (const auto& [key, item] : value.ns->entries) {
        if (key == name) return item;
      }
      return Value::Undefined();
    case Kind::kLoop: return LoopAttribute(*value.loop, name);
    default: break;
  }
  if (HasMethod(value, name)) {
    Value method = Value::Of(Kind::kFunction);
    method.integer = -1;
    return method;
  }
  if (value.Is(Kind::kDict)) {
    const Value* found = FindText(*value.dict, name);
    if (found != nullptr) return *found;
  }
  return Value::Undefined();
}

absl::StatusOr<Value> GetItem(Arena& arena, const Value& value,
                              const Value& index) {
  switch (value.kind) {
    case Kind::kUndefined: return IsUndefined("an item");
    case Kind::kDict: {
      if (index.Is(Kind::kSeq) || index.Is(Kind::kDict)) {
        return Value::Undefined();
      }
      FATHOM_ASSIGN_OR_RETURN(const Value* found,
                              Find(arena, *value.dict, index));
      return found != nullptr ? *found : Value::Undefined();
    }
    case Kind::kNamespace:
    case Kind::kLoop:
      if (!index.IsText()) return Value::Undefined();
      return GetAttribute(arena, value, index.text->bytes);
    case Kind::kSeq: {
      if (!index.IsInt() || value.seq->type == Seq::Type::kGenerator ||
          value.seq->type == Seq::Type::kView) {
        return Value::Undefined();
      }
      int64_t count = static_cast<int64_t>(value.seq->items.size());
      int64_t at = index.AsInt();
      if (at < 0) at += count;
      if (at < 0 || at >= count) return Value::Undefined();
      return value.seq->items[at];
    }
    case Kind::kText: {
      if (!index.IsInt()) return Value::Undefined();
      const Text& text = *value.text;
      FATHOM_ASSIGN_OR_RETURN(int64_t count, Length(arena, value));
      int64_t at = index.AsInt();
      if (at < 0) at += count;
      if (at < 0 || at >= count) return Value::Undefined();
      size_t pos = at;
      if (!text.is_ascii) {
        pos = 0;
        for (; at > 0; --at) pos += Utf8Length(text.bytes[pos]);
      }
      return arena.SubText(text, pos, pos + Utf8Length(text.bytes[pos]));
    }
    default: return Value::Undefined();
  }
}

absl::StatusOr<int64_t> Length(Arena& arena, const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined: return 0;
    case Kind::kText:
      if (value.text->is_ascii) return value.text->bytes.size();
      FATHOM_RETURN_IF_ERROR(arena.Charge(value.text->bytes.size() / 4));
      return CountCodePoints(value.text->bytes);
    case Kind::kSeq:
      if (value.seq->type == Seq::Type::kGenerator) break;
      return value.seq->items.size();
    case Kind::kDict: return value.dict->entries.size();
    case Kind::kLoop: return value.loop->items.size();
    default: break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found the length asked of a ", KindName(value),
                   ", expected a string, list or mapping"));
}

absl::StatusOr<Value> GetSlice(Arena& arena, const Value& value,
                               absl::Span<const Value> bounds) {
  if (value.Is(Kind::kUndefined)) return IsUndefined("a slice");
  bool is_seq = value.Is(Kind::kSeq) && value.seq->type <= Seq::Type::kRange &&
                value.seq->type != Seq::Type::kView;
  if (!value.IsText() && !is_seq) return Value::Undefined();
  for (const Value& bound : bounds) {
    if (!bound.IsInt() && !bound.Is(Kind::kNone)) return Value::Undefined();
  }
  FATHOM_ASSIGN_OR_RETURN(int64_t count, Length(arena, value));
  int64_t step = bounds[2].Is(Kind::kNone) ? 1 : bounds[2].AsInt();
  if (step == 0) {
    return absl::InvalidArgumentError("found a slice with a step of 0");
  }
  bool back = step < 0;
  auto bound = [&](const Value& v, int64_t unset) {
    if (v.Is(Kind::kNone)) return unset;
    int64_t at = v.AsInt();
    if (at < 0) at += count;
    return std::clamp<int64_t>(at, back ? -1 : 0, back ? count - 1 : count);
  };
  int64_t begin = bound(bounds[0], back ? count - 1 : 0);
  int64_t end = bound(bounds[1], back ? -1 : count);
  step = std::clamp<int64_t>(step, -count - 1, count + 1);

  if (is_seq) {
    std::vector<Value> items;
    for (int64_t at = begin; back ? at > end : at < end; at += step) {
      items.push_back(value.seq->items[at]);
    }
    return arena.NewSeq(value.seq->type, std::move(items));
  }
  const Text& text = *value.text;
  FATHOM_RETURN_IF_ERROR(arena.Charge(text.bytes.size()));
  TextBuilder builder = arena.Builder();
  if (text.is_ascii && step == 1) {
    if (begin < end) builder.Append(text, begin, end);
    return arena.NewText(std::move(builder));
  }
  std::vector<size_t> starts;
  for (size_t pos = 0; pos < text.bytes.size();
       pos += Utf8Length(text.bytes[pos])) {
    starts.push_back(pos);
  }
  starts.push_back(text.bytes.size());
  if (step == 1) {
    if (begin < end) builder.Append(text, starts[begin], starts[end]);
  } else {
    for (int64_t at = begin; back ? at > end : at < end; at += step) {
      builder.Append(text, starts[at], starts[at + 1]);
    }
  }
  return arena.NewText(std::move(builder));
}

absl::StatusOr<std::vector<Value>> Items(Arena& arena, const Value& value) {
  std::vector<Value> items;
  switch (value.kind) {
    case Kind::kUndefined: return items;
    case Kind::kSeq:
      FATHOM_RETURN_IF_ERROR(
          arena.Charge(value.seq->items.size() * sizeof(Value)));
      if (value.seq->type == Seq::Type::kGenerator) {
        if (value.seq->consumed) return items;
        value.seq->consumed = true;
      }
      return value.seq->items;
    case Kind::kDict:
      FATHOM_RETURN_IF_ERROR(
          arena.Charge(value.dict->entries.size() * sizeof(Value)));
      for (const auto& entry : value.dict->entries)
        items.push_back(entry.first);
      return items;
    case Kind::kText: {
      const Text& text = *value.text;
      for (size_t pos = 0; pos < text.bytes.size();) {
        size_t length = Utf8Length(text.bytes[pos]);
        FATHOM_ASSIGN_OR_RETURN(Value item,
                                arena.SubText(text, pos, pos + length));
        items.push_back(item);
        pos += length;
      }
      return items;
    }
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("found a ", KindName(value),
                       " to go through, expected a list, mapping or string"));
  }
}

}  // namespace fathom::rt
