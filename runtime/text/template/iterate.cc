// Going through values.
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

using Kind = Value::Kind;

bool IsIterable(const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kText:
    case Kind::kSeq:
    case Kind::kDict:
    case Kind::kIterator:
    case Kind::kLoop: return true;
    default: return false;
  }
}

absl::StatusOr<bool> Next(Arena& arena, Iterator* iterator, Value* item) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(sizeof(Value)));
  if (iterator->done) return false;
  FATHOM_ASSIGN_OR_RETURN(bool more, iterator->next(item));
  if (!more) {
    // What it looked at last, and did not give, is nobody's.
    *item = Value::Missing();
    iterator->done = true;
    iterator->next = nullptr;
  }
  return more;
}

absl::StatusOr<Iterator*> Iterate(Arena& arena, const Value& value) {
  std::function<absl::StatusOr<bool>(Value*)> next;
  size_t at = 0;
  switch (value.kind) {
    case Kind::kIterator: return value.iterator;
    case Kind::kMissing:
    case Kind::kUndefined:
      next = [](Value*) -> absl::StatusOr<bool> { return false; };
      break;
    case Kind::kSeq:
      next = [at,
              seq = value.seq](Value* item) mutable -> absl::StatusOr<bool> {
        if (at == seq->items.size()) return false;
        *item = seq->items[at++];
        return true;
      };
      break;
    case Kind::kDict:
      next = [at,
              dict = value.dict](Value* item) mutable -> absl::StatusOr<bool> {
        if (at == dict->entries.size()) return false;
        *item = dict->entries[at++].first;
        return true;
      };
      break;
    case Kind::kText:
      next = [at, &arena,
              text = value.text](Value* item) mutable -> absl::StatusOr<bool> {
        if (at == text->bytes.size()) return false;
        size_t end = at + Utf8Length(text->bytes[at]);
        FATHOM_ASSIGN_OR_RETURN(*item, arena.SubText(*text, at, end));
        at = end;
        return true;
      };
      break;
    case Kind::kLoop:
      // What is left of the loop, as pairs of an item and the loop.
      next = [&arena, value](Value* item) mutable -> absl::StatusOr<bool> {
        FATHOM_ASSIGN_OR_RETURN(bool more, LoopNext(arena, *value.loop, item));
        if (!more) return false;
        FATHOM_ASSIGN_OR_RETURN(
            *item, arena.NewSeq(Seq::Type::kTuple, {*item, value}));
        return true;
      };
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("found ", AKind(value),
                       " to go through, expected a list, mapping or string"));
  }
  FATHOM_ASSIGN_OR_RETURN(Value made,
                          arena.NewIterator(std::move(next), DepthOf(value)));
  return made.iterator;
}

absl::StatusOr<std::vector<Value>> Items(Arena& arena, const Value& value) {
  if (value.Is(Kind::kSeq)) {
    FATHOM_RETURN_IF_ERROR(
        arena.Charge(value.seq->items.size() * sizeof(Value)));
    return value.seq->items;
  }
  FATHOM_ASSIGN_OR_RETURN(Iterator * iterator, Iterate(arena, value));
  std::vector<Value> items;
  while (true) {
    Value item;
    FATHOM_ASSIGN_OR_RETURN(bool more, Next(arena, iterator, &item));
    if (!more) return items;
    items.push_back(item);
  }
}

absl::StatusOr<bool> LoopNext(Arena& arena, Loop& loop, Value* item) {
  if (!loop.after.Is(Kind::kMissing)) {
    *item = loop.after;
    loop.after = Value::Missing();
  } else {
    FATHOM_ASSIGN_OR_RETURN(bool more, Next(arena, loop.iterator, item));
    if (!more) return false;
  }
  ++loop.index0;
  loop.before = loop.current;
  loop.current = *item;
  return true;
}

absl::StatusOr<int64_t> LoopLength(Arena& arena, Loop& loop) {
  if (loop.length >= 0) return loop.length;
  bool has_length = !loop.iterable.Is(Kind::kIterator);
  if (has_length) {
    FATHOM_ASSIGN_OR_RETURN(loop.length, Length(arena, loop.iterable));
    return loop.length;
  }
  // Reads what is left, and keeps it for the rounds to come.
  Value rest = Value::Of(Kind::kIterator);
  rest.iterator = loop.iterator;
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(arena, rest));
  loop.length = static_cast<int64_t>(items.size()) + loop.index0 + 1 +
                !loop.after.Is(Kind::kMissing);
  FATHOM_ASSIGN_OR_RETURN(Value list,
                          arena.NewSeq(Seq::Type::kList, std::move(items)));
  FATHOM_ASSIGN_OR_RETURN(loop.iterator, Iterate(arena, list));
  return loop.length;
}

}  // namespace fathom::rt
