// The methods of lists, mappings, loops and cyclers that templates may call.
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::StatusOr<Value> Count(BuiltinCall& call) {
  int64_t count = 0;
  for (const Value& item : call.self.seq->items) {
    FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(call.arena, item, call.args[0]));
    count += equal;
  }
  return Value::Int(count);
}

absl::StatusOr<Value> Index(BuiltinCall& call) {
  const auto& items = call.self.seq->items;
  int64_t count = items.size();
  FATHOM_ASSIGN_OR_RETURN(int64_t start, call.IntArg(1, 0));
  FATHOM_ASSIGN_OR_RETURN(int64_t stop, call.IntArg(2, count));
  ClampRange(count, &start, &stop);
  for (int64_t i = start; i < stop; ++i) {
    FATHOM_ASSIGN_OR_RETURN(bool equal,
                            Equals(call.arena, items[i], call.args[0]));
    if (equal) return Value::Int(i);
  }
  return call.Error("found no such item");
}

absl::StatusOr<Value> CopyList(BuiltinCall& call) {
  return call.arena.NewSeq(Seq::Type::kList, call.self.seq->items);
}

absl::StatusOr<Value> CopyDict(BuiltinCall& call) {
  return call.arena.NewDict(call.self.dict->entries);
}

enum class Part { kKeys, kValues, kItems };

template <Part kPart>
absl::StatusOr<Value> View(BuiltinCall& call) {
  std::vector<Value> items;
  for (const auto& [key, value] : call.self.dict->entries) {
    if (kPart == Part::kKeys) items.push_back(key);
    if (kPart == Part::kValues) items.push_back(value);
    if (kPart != Part::kItems) continue;
    FATHOM_ASSIGN_OR_RETURN(Value pair,
                            call.arena.NewSeq(Seq::Type::kTuple, {key, value}));
    items.push_back(pair);
  }
  auto type = kPart == Part::kKeys     ? Seq::Type::kKeys
              : kPart == Part::kValues ? Seq::Type::kValues
                                       : Seq::Type::kItems;
  return call.arena.NewSeq(type, std::move(items));
}

absl::StatusOr<Value> Get(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Value* found,
                          Find(call.arena, *call.self.dict, call.args[0]));
  return found != nullptr ? *found : call.Arg(1, Value::None());
}

absl::StatusOr<Value> FromKeys(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto keys, Items(call.arena, call.args[0]));
  std::vector<std::pair<Value, Value>> entries;
  for (const Value& key : keys) {
    entries.emplace_back(key, call.Arg(1, Value::None()));
  }
  return call.arena.NewDict(std::move(entries));
}

absl::StatusOr<Value> LoopCycle(BuiltinCall& call) {
  if (call.rest.empty()) return call.Error("expects values");
  return call.rest[call.self.loop->index0 % call.rest.size()];
}

absl::StatusOr<Value> LoopChanged(BuiltinCall& call) {
  Loop& loop = *call.self.loop;
  FATHOM_ASSIGN_OR_RETURN(Value now,
                          call.arena.NewSeq(Seq::Type::kTuple, call.rest));
  if (!loop.changed.Is(Kind::kMissing)) {
    FATHOM_ASSIGN_OR_RETURN(bool same, Equals(call.arena, loop.changed, now));
    if (same) return Value::Bool(false);
  }
  loop.changed = now;
  return Value::Bool(true);
}

absl::StatusOr<Value> CyclerNext(BuiltinCall& call) {
  Cycler& cycler = *call.self.cycler;
  Value current = cycler.items[cycler.at];
  cycler.at = (cycler.at + 1) % cycler.items.size();
  return current;
}

absl::StatusOr<Value> CyclerReset(BuiltinCall& call) {
  call.self.cycler->at = 0;
  return Value::None();
}

constexpr uint32_t kOfSeqs = kOfList | kOfTuple;
constexpr Builtin kMethods[] = {
    {"count", {"value"}, 1, kPositional, Count, kOfSeqs | kOfRange},
    {"index", {"value", "start", "stop"}, 1, kPositional, Index, kOfSeqs},
    {"index", {"value"}, 1, kPositional, Index, kOfRange},
    {"copy", {}, 0, kPositional, CopyList, kOfList},
    {"copy", {}, 0, kPositional, CopyDict, kOfDict},
    {"items", {}, 0, kPositional, View<Part::kItems>, kOfDict},
    {"keys", {}, 0, kPositional, View<Part::kKeys>, kOfDict},
    {"values", {}, 0, kPositional, View<Part::kValues>, kOfDict},
    {"get", {"key", "default"}, 1, kPositional, Get, kOfDict},
    {"fromkeys",
     {"iterable", "value"},
     1,
     kPositional,
     FromKeys,
     kOfDict | kOfDictType},
    {"cycle", {}, 0, kTakesRest, LoopCycle, kOfLoop},
    {"changed", {}, 0, kTakesRest, LoopChanged, kOfLoop},
    {"next", {}, 0, 0, CyclerNext, kOfCycler},
    {"reset", {}, 0, 0, CyclerReset, kOfCycler},
};

}  // namespace

absl::Span<const Builtin> ContainerMethods() { return kMethods; }

}  // namespace fathom::rt
