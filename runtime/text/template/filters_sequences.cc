// The filters that work on lists, mappings and what else has items.
#include <algorithm>
#include <chrono>
#include <random>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/attribute.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/sort.h"
#include "runtime/text/template/text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::StatusOr<Value> LengthOf(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t length, Length(call.arena, call.self));
  return Value::Int(length);
}

absl::StatusOr<Value> Default(BuiltinCall& call) {
  bool boolean = call.Has(1) && Truth(call.args[1]);
  bool unset = call.self.IsUndefined() || (boolean && !Truth(call.self));
  if (!unset) return call.self;
  if (call.Has(0)) return call.args[0];
  return call.arena.NewText("", false);
}

absl::StatusOr<Value> List(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  return call.arena.NewSeq(Seq::Type::kList, std::move(items));
}

absl::StatusOr<Value> First(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(Iterator * iterator, Iterate(call.arena, call.self));
  Value item;
  FATHOM_ASSIGN_OR_RETURN(bool more, Next(call.arena, iterator, &item));
  return more ? item : Value::Undefined();
}

// Whether Python's reversed() takes a value.
bool IsReversible(const Value& value) {
  return value.Is(Kind::kSeq) || value.Is(Kind::kDict) || value.IsText() ||
         value.IsUndefined();
}

absl::StatusOr<Value> Last(BuiltinCall& call) {
  if (!IsReversible(call.self)) {
    return call.Error(
        absl::StrCat("expects a list or string, found ", AKind(call.self)));
  }
  if (call.self.IsText()) {
    FATHOM_ASSIGN_OR_RETURN(int64_t length, Length(call.arena, call.self));
    const Text& text = *call.self.text;
    if (length == 0) return Value::Undefined();
    // reversed() reads by index, and an index of Markup gives Markup.
    return CutText(call.arena, text, text.OffsetOf(length - 1),
                   text.bytes.size());
  }
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  return items.empty() ? Value::Undefined() : items.back();
}

absl::StatusOr<Value> Reverse(BuiltinCall& call) {
  Value back[3] = {Value::None(), Value::None(), Value::Int(-1)};
  if (call.self.IsText()) return GetSlice(call.arena, call.self, back);
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  std::reverse(items.begin(), items.end());
  FATHOM_ASSIGN_OR_RETURN(
      Value list, call.arena.NewSeq(Seq::Type::kList, std::move(items)));
  if (!IsReversible(call.self)) return list;
  FATHOM_ASSIGN_OR_RETURN(Iterator * iterator, Iterate(call.arena, list));
  Value made = Value::Of(Kind::kIterator);
  made.iterator = iterator;
  return made;
}

absl::StatusOr<Value> Join(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto path, AttributePath(call.arena, call.args[1]));
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  for (Value& item : items) {
    FATHOM_ASSIGN_OR_RETURN(
        item, FollowPath(call.context, item, path, Value::None()));
  }
  FATHOM_ASSIGN_OR_RETURN(Value empty, call.arena.NewText("", false));
  Value separator = call.Arg(0, empty);
  // With autoescape one item of Markup makes the whole Markup, and so does the
  // separator.
  bool escapes = separator.IsMarkup();
  for (const Value& item : items) escapes |= item.IsMarkup();
  escapes &= call.context.autoescape;
  TextBuilder out = call.arena.Builder();
  auto append = [&](const Value& value) {
    return escapes ? AppendEscaped(call.arena, value, &out)
                   : AppendStr(call.arena, value, &out);
  };
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) FATHOM_RETURN_IF_ERROR(append(separator));
    FATHOM_RETURN_IF_ERROR(append(items[i]));
    if (out.overflown()) break;
  }
  return call.arena.NewText(std::move(out), escapes);
}

absl::StatusOr<Value> ItemsFilter(BuiltinCall& call) {
  Arena* arena = &call.arena;
  Value self = call.self;
  size_t at = 0;
  return arena->NewIterator(
      [arena, self, at](Value* item) mutable -> absl::StatusOr<bool> {
        if (self.IsUndefined()) return false;
        if (!self.Is(Kind::kDict)) {
          return absl::InvalidArgumentError(
              absl::StrCat("'items' expects a mapping, found ", AKind(self)));
        }
        const auto& entries = self.dict->entries;
        if (at == entries.size()) return false;
        FATHOM_ASSIGN_OR_RETURN(
            *item, arena->NewSeq(Seq::Type::kTuple,
                                 {entries[at].first, entries[at].second}));
        ++at;
        return true;
      },
      DepthOf(self));
}

absl::StatusOr<Value> Attr(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* name, call.TextArg(0));
  FATHOM_ASSIGN_OR_RETURN(
      auto found, NativeAttribute(call.context, call.self, name->bytes));
  return found ? *found : Value::Undefined();
}

absl::StatusOr<Value> Random(BuiltinCall& call) {
  bool indexed =
      call.self.IsText() || call.self.Is(Kind::kSeq) || call.self.IsUndefined();
  if (!indexed || (call.self.IsSeq() && call.self.seq->is_view())) {
    return call.Error(
        absl::StrCat("expects a list or string, found ", AKind(call.self)));
  }
  FATHOM_ASSIGN_OR_RETURN(int64_t length, Length(call.arena, call.self));
  if (length == 0) return Value::Undefined();
  std::mt19937_64 random(
      std::chrono::steady_clock::now().time_since_epoch().count());
  return GetItem(call.context, call.self, Value::Int(random() % length));
}

// A key that sorts strings without regard to case.
absl::StatusOr<Value> IgnoreCase(Arena& arena, const Value& value) {
  if (!value.IsText()) return value;
  return CaseText(arena, *value.text, TextCase::kLower);
}

// What min, sort and their kin compare of an item: `attribute` is a path, or
// for sort several that commas part.
struct KeyOf {
  std::vector<std::vector<Value>> paths;
  bool ignores_case = true;
  // sort() compares lists, even of one: equal parts are never put in order.
  bool is_list = false;
  Value unset = Value::None();

  absl::StatusOr<Value> operator()(TemplateContext& context,
                                   const Value& item) const {
    std::vector<Value> parts;
    for (const auto& path : paths) {
      FATHOM_ASSIGN_OR_RETURN(Value part,
                              FollowPath(context, item, path, unset));
      if (ignores_case) {
        FATHOM_ASSIGN_OR_RETURN(part, IgnoreCase(context.arena, part));
      }
      parts.push_back(part);
    }
    if (!is_list) return parts[0];
    return context.arena.NewSeq(Seq::Type::kList, std::move(parts));
  }
};

absl::StatusOr<KeyOf> MakeKey(BuiltinCall& call, const Value& case_sensitive,
                              const Value& attribute) {
  KeyOf key;
  key.ignores_case = !Truth(case_sensitive);
  FATHOM_ASSIGN_OR_RETURN(auto path, AttributePath(call.arena, attribute));
  key.paths.push_back(std::move(path));
  return key;
}

struct Keyed {
  Value key, value;
};

// Sorts by key, keeping the order of equal ones; Python asks only whether one
// is less than another.
absl::Status SortKeyed(Arena& arena, std::vector<Keyed>* items, bool reverse) {
  return StableSort(
      items, [&](const Keyed& a, const Keyed& b) -> absl::StatusOr<bool> {
        return Compare(arena, TemplateCompare::kLess, reverse ? b.key : a.key,
                       reverse ? a.key : b.key);
      });
}

absl::StatusOr<std::vector<Keyed>> KeyedItems(BuiltinCall& call,
                                              const KeyOf& key_of) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
  std::vector<Keyed> keyed;
  for (const Value& item : items) {
    FATHOM_RETURN_IF_ERROR(call.arena.Charge(64));
    FATHOM_ASSIGN_OR_RETURN(Value key, key_of(call.context, item));
    keyed.push_back({key, item});
  }
  return keyed;
}

absl::StatusOr<Value> Sort(BuiltinCall& call) {
  KeyOf key_of;
  key_of.is_list = true;
  key_of.ignores_case = !Truth(call.args[1]);
  const Value& attribute = call.args[2];
  absl::string_view rest;
  if (attribute.IsText()) rest = attribute.text->bytes;
  while (true) {
    Value part = attribute;
    size_t comma = std::min(rest.find(','), rest.size());
    if (attribute.IsText()) {
      FATHOM_ASSIGN_OR_RETURN(part,
                              call.arena.NewText(rest.substr(0, comma), false));
    }
    FATHOM_ASSIGN_OR_RETURN(auto path, AttributePath(call.arena, part));
    key_of.paths.push_back(std::move(path));
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  FATHOM_ASSIGN_OR_RETURN(auto keyed, KeyedItems(call, key_of));
  FATHOM_RETURN_IF_ERROR(SortKeyed(call.arena, &keyed, Truth(call.args[0])));
  std::vector<Value> sorted;
  for (const Keyed& item : keyed) sorted.push_back(item.value);
  return call.arena.NewSeq(Seq::Type::kList, std::move(sorted));
}

absl::StatusOr<Value> DictSort(BuiltinCall& call) {
  int part = 0;
  if (call.Has(1)) {
    bool key = call.args[1].IsText() && call.args[1].text->bytes == "key";
    bool value = call.args[1].IsText() && call.args[1].text->bytes == "value";
    if (!key && !value) return call.Error("sorts by 'key' or 'value'");
    part = value;
  }
  if (!call.self.Is(Kind::kDict)) {
    return call.Error(
        absl::StrCat("expects a mapping, found ", AKind(call.self)));
  }
  std::vector<Keyed> keyed;
  for (const auto& [key, value] : call.self.dict->entries) {
    Keyed item;
    FATHOM_ASSIGN_OR_RETURN(item.value,
                            call.arena.NewSeq(Seq::Type::kTuple, {key, value}));
    item.key = part == 0 ? key : value;
    if (!Truth(call.args[0])) {
      FATHOM_ASSIGN_OR_RETURN(item.key, IgnoreCase(call.arena, item.key));
    }
    keyed.push_back(item);
  }
  FATHOM_RETURN_IF_ERROR(SortKeyed(call.arena, &keyed, Truth(call.args[2])));
  std::vector<Value> sorted;
  for (const Keyed& item : keyed) sorted.push_back(item.value);
  return call.arena.NewSeq(Seq::Type::kList, std::move(sorted));
}

template <bool kMax>
absl::StatusOr<Value> Extreme(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(KeyOf key_of,
                          MakeKey(call, call.args[0], call.args[1]));
  FATHOM_ASSIGN_OR_RETURN(auto keyed, KeyedItems(call, key_of));
  if (keyed.empty()) return Value::Undefined();
  size_t best = 0;
  for (size_t i = 1; i < keyed.size(); ++i) {
    FATHOM_ASSIGN_OR_RETURN(
        bool better,
        Compare(call.arena,
                kMax ? TemplateCompare::kGreater : TemplateCompare::kLess,
                keyed[i].key, keyed[best].key));
    if (better) best = i;
  }
  return keyed[best].value;
}

absl::StatusOr<Value> Unique(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(KeyOf key_of,
                          MakeKey(call, call.args[0], call.args[1]));
  struct State {
    Iterator* source = nullptr;
    absl::flat_hash_set<std::string> seen;
  };
  auto state = std::make_shared<State>();
  TemplateContext* context = &call.context;
  Value self = call.self;
  return call.arena.NewIterator(
      [context, state, self, key_of](Value* item) -> absl::StatusOr<bool> {
        Arena& arena = context->arena;
        if (state->source == nullptr) {
          FATHOM_ASSIGN_OR_RETURN(state->source, Iterate(arena, self));
        }
        while (true) {
          FATHOM_ASSIGN_OR_RETURN(bool more, Next(arena, state->source, item));
          if (!more) return false;
          FATHOM_ASSIGN_OR_RETURN(Value key, key_of(*context, *item));
          FATHOM_ASSIGN_OR_RETURN(std::string hash, HashKey(arena, key));
          FATHOM_RETURN_IF_ERROR(arena.Charge(hash.size() + 64));
          if (state->seen.insert(std::move(hash)).second) return true;
        }
      },
      DepthOf(self));
}

absl::StatusOr<Value> GroupBy(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(KeyOf key_of,
                          MakeKey(call, call.args[2], call.args[0]));
  key_of.unset = call.Arg(1, Value::None());
  FATHOM_ASSIGN_OR_RETURN(auto keyed, KeyedItems(call, key_of));
  FATHOM_RETURN_IF_ERROR(SortKeyed(call.arena, &keyed, false));
  // The group is called as its first item has it, whatever its case.
  KeyOf shown = key_of;
  shown.ignores_case = false;
  std::vector<Value> groups;
  for (size_t begin = 0; begin < keyed.size();) {
    std::vector<Value> members;
    size_t end = begin;
    while (end < keyed.size()) {
      FATHOM_ASSIGN_OR_RETURN(
          bool equal, Equals(call.arena, keyed[end].key, keyed[begin].key));
      if (!equal && end > begin) break;
      members.push_back(keyed[end++].value);
    }
    FATHOM_ASSIGN_OR_RETURN(Value name, shown(call.context, members[0]));
    FATHOM_ASSIGN_OR_RETURN(
        Value list, call.arena.NewSeq(Seq::Type::kList, std::move(members)));
    FATHOM_ASSIGN_OR_RETURN(Value group,
                            call.arena.NewSeq(Seq::Type::kGroup, {name, list}));
    groups.push_back(group);
    begin = end;
  }
  return call.arena.NewSeq(Seq::Type::kList, std::move(groups));
}

absl::StatusOr<Value> Sum(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto path, AttributePath(call.arena, call.args[0]));
  Value total = call.Arg(1, Value::Int(0));
  FATHOM_ASSIGN_OR_RETURN(Iterator * iterator, Iterate(call.arena, call.self));
  if (total.IsText()) return call.Error("does not add up strings");
  while (true) {
    Value item;
    FATHOM_ASSIGN_OR_RETURN(bool more, Next(call.arena, iterator, &item));
    if (!more) return total;
    FATHOM_ASSIGN_OR_RETURN(
        item, FollowPath(call.context, item, path, Value::None()));
    FATHOM_ASSIGN_OR_RETURN(
        total, Compute(call.context, TemplateBinary::kAdd, total, item));
  }
}

absl::StatusOr<Value> Batch(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t count, call.IntArg(0, 0));
  Arena* arena = &call.arena;
  Value self = call.self, fill = call.Arg(1, Value::None());
  auto source = std::make_shared<Iterator*>(nullptr);
  auto kept = std::make_shared<std::vector<Value>>();
  return arena->NewIterator(
      [=](Value* item) -> absl::StatusOr<bool> {
        if (*source == nullptr) {
          FATHOM_ASSIGN_OR_RETURN(*source, Iterate(*arena, self));
        }
        std::vector<Value> batch = std::move(*kept);
        kept->clear();
        while (true) {
          Value next;
          FATHOM_ASSIGN_OR_RETURN(bool more, Next(*arena, *source, &next));
          if (!more) break;
          if (static_cast<int64_t>(batch.size()) == count) {
            kept->push_back(next);
            FATHOM_ASSIGN_OR_RETURN(
                *item, arena->NewSeq(Seq::Type::kList, std::move(batch)));
            return true;
          }
          batch.push_back(next);
        }
        if (batch.empty()) return false;
        while (!fill.Is(Kind::kNone) &&
               static_cast<int64_t>(batch.size()) < count) {
          FATHOM_RETURN_IF_ERROR(arena->Charge(sizeof(Value)));
          batch.push_back(fill);
        }
        FATHOM_ASSIGN_OR_RETURN(
            *item, arena->NewSeq(Seq::Type::kList, std::move(batch)));
        return true;
      },
      DepthOf(self));
}

absl::StatusOr<Value> Slice(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t slices, call.IntArg(0, 0));
  Arena* arena = &call.arena;
  Value self = call.self, fill = call.Arg(1, Value::None());
  struct State {
    bool started = false;
    std::vector<Value> items;
    int64_t number = 0;
    size_t at = 0;
  };
  auto state = std::make_shared<State>();
  return arena->NewIterator(
      [=](Value* item) -> absl::StatusOr<bool> {
        if (!state->started) {
          state->started = true;
          FATHOM_ASSIGN_OR_RETURN(state->items, Items(*arena, self));
          if (slices == 0) {
            return absl::InvalidArgumentError(
                "'slice' expects a number of "
                "slices other than 0");
          }
        }
        if (state->number >= slices) return false;
        int64_t count = static_cast<int64_t>(state->items.size());
        bool extra = state->number < count % slices;
        size_t size = count / slices + extra;
        auto begin = state->items.begin() + state->at;
        std::vector<Value> slice(begin, begin + size);
        if (!extra && !fill.Is(Kind::kNone)) slice.push_back(fill);
        state->at += size;
        ++state->number;
        FATHOM_ASSIGN_OR_RETURN(
            *item, arena->NewSeq(Seq::Type::kList, std::move(slice)));
        return true;
      },
      DepthOf(self));
}

constexpr Builtin kFilters[] = {
    {"length", {}, 0, 0, LengthOf},
    {"count", {}, 0, 0, LengthOf},
    {"default", {"default_value", "boolean"}, 0, 0, Default},
    {"d", {"default_value", "boolean"}, 0, 0, Default},
    {"list", {}, 0, 0, List},
    {"first", {}, 0, 0, First},
    {"last", {}, 0, 0, Last},
    {"reverse", {}, 0, 0, Reverse},
    {"join", {"d", "attribute"}, 0, 0, Join},
    {"items", {}, 0, 0, ItemsFilter},
    {"attr", {"name"}, 1, 0, Attr},
    {"random", {}, 0, 0, Random},
    {"sort", {"reverse", "case_sensitive", "attribute"}, 0, 0, Sort},
    {"dictsort", {"case_sensitive", "by", "reverse"}, 0, 0, DictSort},
    {"min", {"case_sensitive", "attribute"}, 0, 0, Extreme<false>},
    {"max", {"case_sensitive", "attribute"}, 0, 0, Extreme<true>},
    {"unique", {"case_sensitive", "attribute"}, 0, 0, Unique},
    {"groupby", {"attribute", "default", "case_sensitive"}, 1, 0, GroupBy},
    {"sum", {"attribute", "start"}, 0, 0, Sum},
    {"batch", {"linecount", "fill_with"}, 1, 0, Batch},
    {"slice", {"slices", "fill_with"}, 1, 0, Slice},
};

}  // namespace

absl::Span<const Builtin> SequenceFilters() { return kFilters; }

}  // namespace fathom::rt
