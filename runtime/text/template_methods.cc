// The methods of Python's str, dict and list that do not change their object.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_text.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::StatusOr<const Text*> SelfText(const BuiltinCall& call,
                                     absl::string_view method) {
  if (call.self.IsText()) return call.self.text;
  return absl::InvalidArgumentError(
      absl::StrCat("found the method '", method, "' called on a ",
                   KindName(call.self), ", expected a string"));
}

absl::StatusOr<const Text*> ArgText(const BuiltinCall& call, int i,
                                    absl::string_view method) {
  if (call.args[i].IsText()) return call.args[i].text;
  return absl::InvalidArgumentError(absl::StrCat(
      "'", method, "' expects a string, found a ", KindName(call.args[i])));
}

template <bool kLeft, bool kRight>
absl::StatusOr<Value> StripMethod(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "strip"));
  return StripText(call.arena, *text, call.args[0], kLeft, kRight);
}

template <bool kFromRight>
absl::StatusOr<Value> Split(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "split"));
  int64_t most = -1;
  if (call.Has(1)) {
    if (!call.args[1].IsInt()) {
      return absl::InvalidArgumentError("'split' expects an integer maxsplit");
    }
    most = call.args[1].AsInt();
  }
  if (call.Has(0) && !call.args[0].Is(Kind::kNone)) {
    FATHOM_ASSIGN_OR_RETURN(const Text* separator, ArgText(call, 0, "split"));
    if (separator->bytes.empty()) {
      return absl::InvalidArgumentError("'split' expects a separator");
    }
    return SplitText(call.arena, *text, separator->bytes, most, kFromRight);
  }
  return SplitSpace(call.arena, *text, most, kFromRight);
}

template <bool kEnd>
absl::StatusOr<Value> StartsOrEnds(BuiltinCall& call) {
  absl::string_view name = kEnd ? "endswith" : "startswith";
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, name));
  std::vector<Value> options = {call.args[0]};
  if (call.args[0].Is(Kind::kSeq) &&
      call.args[0].seq->type == Seq::Type::kTuple) {
    options = call.args[0].seq->items;
  }
  for (const Value& option : options) {
    if (!option.IsText()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", name, "' expects a string or a tuple of strings, found a ",
          KindName(option)));
    }
    if (kEnd ? absl::EndsWith(text->bytes, option.text->bytes)
             : absl::StartsWith(text->bytes, option.text->bytes)) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

absl::StatusOr<Value> ReplaceMethod(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "replace"));
  FATHOM_ASSIGN_OR_RETURN(const Text* from, ArgText(call, 0, "replace"));
  FATHOM_ASSIGN_OR_RETURN(const Text* to, ArgText(call, 1, "replace"));
  int64_t most =
      call.Has(2) && call.args[2].IsInt() ? call.args[2].AsInt() : -1;
  return ReplaceText(call.arena, *text, from->bytes, *to, most);
}

template <CaseMapping kMapping>
absl::StatusOr<Value> Cased(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "upper"));
  return CaseText(call.arena, *text, kMapping, kMapping);
}

absl::StatusOr<Value> Capitalize(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "capitalize"));
  return CaseText(call.arena, *text, CaseMapping::kTitle, CaseMapping::kLower);
}

absl::StatusOr<Value> FindMethod(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "find"));
  FATHOM_ASSIGN_OR_RETURN(const Text* what, ArgText(call, 0, "find"));
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text->bytes.size() / 4));
  size_t at = text->bytes.find(what->bytes);
  if (at == std::string::npos) return Value::Int(-1);
  return Value::Int(
      CountCodePoints(absl::string_view(text->bytes).substr(0, at)));
}

absl::StatusOr<Value> Count(BuiltinCall& call) {
  if (call.self.Is(Kind::kSeq)) {
    int64_t count = 0;
    for (const Value& item : call.self.seq->items) {
      FATHOM_ASSIGN_OR_RETURN(bool equal,
                              Equals(call.arena, item, call.args[0]));
      count += equal;
    }
    return Value::Int(count);
  }
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "count"));
  FATHOM_ASSIGN_OR_RETURN(const Text* what, ArgText(call, 0, "count"));
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text->bytes.size() / 4));
  if (what->bytes.empty()) {
    return Value::Int(CountCodePoints(text->bytes) + 1);
  }
  int64_t count = 0;
  for (size_t at = text->bytes.find(what->bytes); at != std::string::npos;
       at = text->bytes.find(what->bytes, at + what->bytes.size())) {
    ++count;
  }
  return Value::Int(count);
}

absl::StatusOr<Value> JoinMethod(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* separator, SelfText(call, "join"));
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.args[0]));
  TextBuilder out = call.arena.Builder();
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].IsText()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'join' expects strings, found a ", KindName(items[i])));
    }
    if (i > 0) out.Append(*separator);
    out.Append(*items[i].text);
  }
  return call.arena.NewText(std::move(out));
}

absl::StatusOr<Value> SplitLines(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, "splitlines"));
  return SplitLinesOf(call.arena, *text, call.Has(0) && Truth(call.args[0]));
}

template <bool kSuffix>
absl::StatusOr<Value> Remove(BuiltinCall& call) {
  absl::string_view name = kSuffix ? "removesuffix" : "removeprefix";
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call, name));
  FATHOM_ASSIGN_OR_RETURN(const Text* part, ArgText(call, 0, name));
  size_t size = text->bytes.size();
  size_t cut = part->bytes.size();
  bool there = kSuffix ? absl::EndsWith(text->bytes, part->bytes)
                       : absl::StartsWith(text->bytes, part->bytes);
  if (!there) return call.self;
  return kSuffix ? call.arena.SubText(*text, 0, size - cut)
                 : call.arena.SubText(*text, cut, size);
}

absl::StatusOr<const Dict*> SelfDict(const BuiltinCall& call,
                                     absl::string_view method) {
  if (call.self.Is(Kind::kDict)) return call.self.dict;
  return absl::InvalidArgumentError(
      absl::StrCat("found the method '", method, "' called on a ",
                   KindName(call.self), ", expected a mapping"));
}

// What kPart of each entry: 0 keys, 1 values, 2 both.
template <int kPart>
absl::StatusOr<Value> Entries(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Dict* dict, SelfDict(call, "items"));
  std::vector<Value> items;
  for (const auto& [key, value] : dict->entries) {
    if (kPart == 0) items.push_back(key);
    if (kPart == 1) items.push_back(value);
    if (kPart != 2) continue;
    FATHOM_ASSIGN_OR_RETURN(Value pair,
                            call.arena.NewSeq(Seq::Type::kTuple, {key, value}));
    items.push_back(pair);
  }
  return call.arena.NewSeq(Seq::Type::kView, std::move(items));
}

absl::StatusOr<Value> Get(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Dict* dict, SelfDict(call, "get"));
  FATHOM_ASSIGN_OR_RETURN(const Value* found,
                          Find(call.arena, *dict, call.args[0]));
  if (found != nullptr) return *found;
  return call.Has(1) ? call.args[1] : Value::None();
}

absl::StatusOr<Value> Cycle(BuiltinCall& call) {
  if (!call.self.Is(Kind::kLoop) || call.rest.empty()) {
    return absl::InvalidArgumentError("'cycle' expects a loop and values");
  }
  return call.rest[(call.self.loop->round - 1) % call.rest.size()];
}

constexpr Builtin kMethods[] = {
    {"split", {"sep", "maxsplit"}, 0, false, Split<false>},
    {"rsplit", {"sep", "maxsplit"}, 0, false, Split<true>},
    {"strip", {"chars"}, 0, false, StripMethod<true, true>},
    {"lstrip", {"chars"}, 0, false, StripMethod<true, false>},
    {"rstrip", {"chars"}, 0, false, StripMethod<false, true>},
    {"startswith", {"prefix"}, 1, false, StartsOrEnds<false>},
    {"endswith", {"suffix"}, 1, false, StartsOrEnds<true>},
    {"replace", {"old", "new", "count"}, 2, false, ReplaceMethod},
    {"upper", {}, 0, false, Cased<CaseMapping::kUpper>},
    {"lower", {}, 0, false, Cased<CaseMapping::kLower>},
    {"capitalize", {}, 0, false, Capitalize},
    {"find", {"sub"}, 1, false, FindMethod},
    {"count", {"sub"}, 1, false, Count},
    {"join", {"iterable"}, 1, false, JoinMethod},
    {"splitlines", {"keepends"}, 0, false, SplitLines},
    {"removeprefix", {"prefix"}, 1, false, Remove<false>},
    {"removesuffix", {"suffix"}, 1, false, Remove<true>},
    {"items", {}, 0, false, Entries<2>},
    {"keys", {}, 0, false, Entries<0>},
    {"values", {}, 0, false, Entries<1>},
    {"get", {"key", "default"}, 1, false, Get},
    {"cycle", {}, 0, true, Cycle},
};

}  // namespace

absl::Span<const Builtin> MethodTable() { return kMethods; }

}  // namespace fathom::rt
