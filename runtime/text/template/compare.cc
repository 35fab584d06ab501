// When values are equal, which comes first, and what they hash to.
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

using Kind = Value::Kind;

namespace {

// Compares exactly where a conversion would round: integers above 2^53.
int OrderNumbers(const Value& a, const Value& b) {
  auto order = [](const auto& x, const auto& y) { return x < y ? -1 : x > y; };
  if (a.IsInt() && b.IsInt()) return order(a.AsInt(), b.AsInt());
  if (a.IsInteger() && b.IsInteger()) {
    return Compare(a.AsInteger(), b.AsInteger());
  }
  if (a.Is(Kind::kFloat) && b.Is(Kind::kFloat)) {
    return order(a.number, b.number);
  }
  if (a.Is(Kind::kFloat)) return -OrderNumbers(b, a);
  if (std::isinf(b.number)) return b.number > 0 ? -1 : 1;
  if (std::isnan(b.number)) return -1;
  int whole = Compare(a.AsInteger(), Integer::FromDouble(b.number));
  if (whole != 0) return whole;
  return order(0.0, b.number - std::trunc(b.number));
}

bool IsNan(const Value& value) {
  return value.Is(Kind::kFloat) && std::isnan(value.number);
}

// Both are keys or items of mappings, which compare as sets do.
absl::StatusOr<bool> SameViews(Arena& arena, const Seq& a, const Seq& b) {
  if (a.items.size() != b.items.size()) return false;
  for (const Value& item : a.items) {
    bool found = false;
    for (const Value& other : b.items) {
      FATHOM_ASSIGN_OR_RETURN(found, Equals(arena, item, other));
      if (found) break;
    }
    if (!found) return false;
  }
  return true;
}

absl::StatusOr<bool> SameSeqs(Arena& arena, const Value& a, const Value& b) {
  if (a.seq == b.seq) return true;
  using Type = Seq::Type;
  Type type = a.seq->type, other = b.seq->type;
  bool alike = type == other || (a.IsTuple() && b.IsTuple());
  if ((type == Type::kKeys || type == Type::kItems) &&
      (other == Type::kKeys || other == Type::kItems)) {
    return SameViews(arena, *a.seq, *b.seq);
  }
  if (!alike || type == Type::kValues ||
      a.seq->items.size() != b.seq->items.size()) {
    return false;
  }
  for (size_t i = 0; i < a.seq->items.size(); ++i) {
    FATHOM_ASSIGN_OR_RETURN(bool equal,
                            Equals(arena, a.seq->items[i], b.seq->items[i]));
    if (!equal) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<bool> Equals(Arena& arena, const Value& a, const Value& b) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  if (a.IsNumber() && b.IsNumber()) {
    return !IsNan(a) && !IsNan(b) && OrderNumbers(a, b) == 0;
  }
  if (a.IsUndefined() && b.IsUndefined()) return true;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kText:
      FATHOM_RETURN_IF_ERROR(arena.Charge(a.text->bytes.size() / 16));
      return a.text->bytes == b.text->bytes;
    case Kind::kSeq: return SameSeqs(arena, a, b);
    case Kind::kDict: {
      if (a.dict->entries.size() != b.dict->entries.size()) return false;
      for (const auto& [key, value] : a.dict->entries) {
        FATHOM_ASSIGN_OR_RETURN(const Value* other, Find(arena, *b.dict, key));
        if (other == nullptr) return false;
        FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, value, *other));
        if (!equal) return false;
      }
      return true;
    }
    case Kind::kFunction: {
      const Bound& x = *a.bound;
      const Bound& y = *b.bound;
      if (x.table != y.table || x.index != y.index) return false;
      if (x.self.Is(Kind::kMissing)) return y.self.Is(Kind::kMissing);
      return x.self.kind == y.self.kind && x.self.integer == y.self.integer;
    }
    case Kind::kNone: return true;
    case Kind::kSelf: return true;
    default: return a.integer == b.integer;  // one object
  }
}

absl::StatusOr<int> Order(Arena& arena, const Value& a, const Value& b) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  auto order = [](const auto& x, const auto& y) { return x < y ? -1 : x > y; };
  if (a.IsNumber() && b.IsNumber()) return OrderNumbers(a, b);
  if (a.IsText() && b.IsText()) {
    FATHOM_RETURN_IF_ERROR(arena.Charge(a.text->bytes.size() / 16));
    return order(a.text->bytes, b.text->bytes);
  }
  if ((a.IsList() && b.IsList()) || (a.IsTuple() && b.IsTuple())) {
    size_t common = std::min(a.seq->items.size(), b.seq->items.size());
    for (size_t i = 0; i < common; ++i) {
      FATHOM_ASSIGN_OR_RETURN(bool equal,
                              Equals(arena, a.seq->items[i], b.seq->items[i]));
      if (!equal) return Order(arena, a.seq->items[i], b.seq->items[i]);
    }
    return order(a.seq->items.size(), b.seq->items.size());
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found an order asked of ", KindName(a), " and ",
                   KindName(b), ", expected two numbers or two strings"));
}

absl::StatusOr<std::string> HashKey(Arena& arena, const Value& value) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(32));
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined: return "u";
    case Kind::kNone: return "n";
    case Kind::kBool:
    case Kind::kInt: return absl::StrCat("i", value.AsInt());
    case Kind::kBig: return absl::StrCat("i", value.big->Decimal());
    case Kind::kFloat: {
      // 1.0 and 1 are one key; NaN is a key of its own.
      if (std::isfinite(value.number) &&
          value.number == std::trunc(value.number)) {
        return absl::StrCat("i", Integer::FromDouble(value.number).Decimal());
      }
      if (std::isnan(value.number)) {
        return absl::StrCat("f", arena.work_left());
      }
      uint64_t bits = 0;
      std::memcpy(&bits, &value.number, sizeof(bits));
      return absl::StrCat("d", bits);
    }
    case Kind::kText:
      FATHOM_RETURN_IF_ERROR(arena.Charge(value.text->bytes.size()));
      return absl::StrCat("t", value.text->bytes.size(), ":",
                          value.text->bytes);
    case Kind::kSeq: {
      bool hashable = value.IsTuple() || value.seq->type == Seq::Type::kRange ||
                      value.seq->type == Seq::Type::kValues;
      if (!hashable) break;
      if (value.seq->type == Seq::Type::kValues) {
        return absl::StrCat("p", reinterpret_cast<uintptr_t>(value.seq));
      }
      std::string hash = value.IsTuple() ? "(" : "r(";
      for (const Value& item : value.seq->items) {
        FATHOM_ASSIGN_OR_RETURN(std::string part, HashKey(arena, item));
        FATHOM_RETURN_IF_ERROR(arena.Charge(part.size()));
        absl::StrAppend(&hash, part, ",");
      }
      return hash + ")";
    }
    case Kind::kDict: break;
    default:
      return absl::StrCat("o", static_cast<int>(value.kind), ".",
                          value.integer);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "found ", AKind(value), " as a key, expected text or a number"));
}

const Value* FindText(const Dict& dict, absl::string_view key) {
  auto found = dict.by_text.find(key);
  return found == dict.by_text.end() ? nullptr
                                     : &dict.entries[found->second].second;
}

absl::StatusOr<const Value*> Find(Arena& arena, const Dict& dict,
                                  const Value& key) {
  if (key.IsText()) return FindText(dict, key.text->bytes);
  FATHOM_ASSIGN_OR_RETURN(std::string hash, HashKey(arena, key));
  auto found = dict.by_other.find(hash);
  return found == dict.by_other.end() ? nullptr
                                      : &dict.entries[found->second].second;
}

}  // namespace fathom::rt
