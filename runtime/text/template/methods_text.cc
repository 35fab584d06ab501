// The methods of Python's str, and of Markup where they differ.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/format.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/search.h"
#include "runtime/text/template/text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

Value OfText(const Text* text) {
  Value value = Value::Of(Kind::kText);
  value.text = text;
  return value;
}

template <bool kLeft, bool kRight>
absl::StatusOr<Value> Strip(BuiltinCall& call) {
  return StripText(call.arena, *call.self.text, call.args[0], kLeft, kRight);
}

template <bool kFromRight>
absl::StatusOr<Value> Split(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t most, call.IntArg(1, -1));
  if (!call.Has(0) || call.args[0].Is(Kind::kNone)) {
    return SplitSpace(call.arena, *call.self.text, most, kFromRight);
  }
  FATHOM_ASSIGN_OR_RETURN(const Text* separator, call.TextArg(0));
  if (separator->bytes.empty()) return call.Error("expects a separator");
  return SplitText(call.arena, *call.self.text, separator->bytes, most,
                   kFromRight);
}

absl::StatusOr<Value> SplitLines(BuiltinCall& call) {
  return SplitLinesOf(call.arena, *call.self.text,
                      call.Has(0) && Truth(call.args[0]));
}

// A part of a text that the arguments `start` and `end` of a search name.
struct Window {
  bool valid = false;  // not where it starts after its end
  size_t begin = 0;
  absl::string_view bytes;
};

absl::StatusOr<Window> MakeWindow(BuiltinCall& call) {
  const Text& text = *call.self.text;
  FATHOM_ASSIGN_OR_RETURN(int64_t count, Length(call.arena, call.self));
  int64_t bounds[2] = {0, count};
  for (int i = 0; i < 2; ++i) {
    const Value& bound = call.args[i + 1];
    if (bound.Is(Kind::kMissing) || bound.Is(Kind::kNone)) continue;
    if (!bound.IsInteger()) {
      return call.Error(
          absl::StrCat("expects an integer, found ", AKind(bound)));
    }
    // Beyond 64 bits it is beyond the text, at the one end or the other.
    bounds[i] = bound.IsInt()           ? bound.AsInt()
                : bound.big->negative() ? -count - 1
                                        : count + 1;
  }
  ClampRange(count, &bounds[0], &bounds[1]);
  Window window;
  window.valid = bounds[0] <= bounds[1];
  if (!window.valid) return window;
  window.begin = text.OffsetOf(bounds[0]);
  window.bytes =
      absl::string_view(text.bytes)
          .substr(window.begin, text.OffsetOf(bounds[1]) - window.begin);
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(window.bytes.size() / 8));
  return window;
}

template <bool kEnd>
absl::StatusOr<Value> StartsOrEnds(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(Window window, MakeWindow(call));
  std::vector<Value> options = {call.args[0]};
  if (call.args[0].IsTuple()) options = call.args[0].seq->items;
  for (const Value& option : options) {
    if (!option.IsText()) {
      return call.Error(absl::StrCat(
          "expects a string or a tuple of strings, found ", AKind(option)));
    }
    if (window.valid &&
        (kEnd ? absl::EndsWith(window.bytes, option.text->bytes)
              : absl::StartsWith(window.bytes, option.text->bytes))) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

// find, rfind and, if what is not found is an error, index and rindex.
template <bool kLast, bool kStrict>
absl::StatusOr<Value> Find(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* part, call.TextArg(0));
  FATHOM_ASSIGN_OR_RETURN(Window window, MakeWindow(call));
  size_t at = std::string::npos;
  if (window.valid) {
    at = kLast ? SearchLast(window.bytes, part->bytes)
               : Search(window.bytes, part->bytes);
  }
  if (at == std::string::npos) {
    if (kStrict) return call.Error("found no such part of the string");
    return Value::Int(-1);
  }
  const Text& text = *call.self.text;
  if (text.is_ascii) return Value::Int(window.begin + at);
  FATHOM_RETURN_IF_ERROR(call.arena.Charge((window.begin + at) / 4));
  return Value::Int(CountCodePoints(
      absl::string_view(text.bytes).substr(0, window.begin + at)));
}

absl::StatusOr<Value> Count(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* part, call.TextArg(0));
  FATHOM_ASSIGN_OR_RETURN(Window window, MakeWindow(call));
  if (!window.valid) return Value::Int(0);
  return Value::Int(CountText(window.bytes, part->bytes));
}

absl::StatusOr<Value> Replace(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* from, call.TextArg(0));
  FATHOM_ASSIGN_OR_RETURN(int64_t most, call.IntArg(2, -1));
  Value to = call.args[1];
  if (call.self.IsMarkup()) {
    FATHOM_ASSIGN_OR_RETURN(to.text, Escape(call.arena, to));
    to = OfText(to.text);
  } else {
    FATHOM_RETURN_IF_ERROR(call.TextArg(1).status());
  }
  return ReplaceText(call.arena, *call.self.text, from->bytes, *to.text, most);
}

template <TextCase kCase>
absl::StatusOr<Value> Cased(BuiltinCall& call) {
  return CaseText(call.arena, *call.self.text, kCase);
}

template <TextSide kSide>
absl::StatusOr<Value> Pad(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t width, call.IntArg(0, 0));
  FATHOM_ASSIGN_OR_RETURN(Value fill, call.arena.NewText(" ", false));
  if (call.Has(1)) {
    fill = call.args[1];
    if (call.self.IsMarkup()) {
      FATHOM_ASSIGN_OR_RETURN(const Text* escaped, Escape(call.arena, fill));
      fill = OfText(escaped);
    }
    if (!fill.IsText() || fill.text->Length() != 1) {
      return call.Error("expects one character to fill with");
    }
  }
  return PadText(call.arena, *call.self.text, width, *fill.text, kSide);
}

absl::StatusOr<Value> ZeroFill(BuiltinCall& call) {
  const Text& text = *call.self.text;
  FATHOM_ASSIGN_OR_RETURN(int64_t width, call.IntArg(0, 0));
  int64_t length = text.Length();
  if (width <= length) return call.self;
  bool sign =
      absl::StartsWith(text.bytes, "+") || absl::StartsWith(text.bytes, "-");
  TextBuilder out = call.arena.Builder();
  out.Append(text, 0, sign);
  out.Repeat("0", width - length);
  out.Append(text, sign, text.bytes.size());
  return call.arena.NewText(std::move(out), text.is_markup);
}

absl::StatusOr<Value> ExpandTabs(BuiltinCall& call) {
  const Text& text = *call.self.text;
  FATHOM_ASSIGN_OR_RETURN(int64_t size, call.IntArg(0, 8));
  TextBuilder out = call.arena.Builder();
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text.bytes.size()));
  ForeignCursor foreign(text);
  int64_t column = 0;
  size_t done = 0;
  for (size_t pos = 0; pos < text.bytes.size() && !out.overflown(); ++pos) {
    char c = text.bytes[pos];
    if (c == '\t') {
      out.Append(text, done, pos);
      done = pos + 1;
      int64_t spaces = size > 0 ? size - column % size : 0;
      out.Repeat(" ", spaces, foreign.At(pos));
      column += spaces;
    } else if (c == '\n' || c == '\r') {
      column = 0;
    } else if (!IsUtf8Continuation(c)) {
      ++column;
    }
  }
  out.Append(text, done, text.bytes.size());
  return call.arena.NewText(std::move(out), text.is_markup);
}

absl::StatusOr<Value> Join(BuiltinCall& call) {
  const Text& separator = *call.self.text;
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.args[0]));
  TextBuilder out = call.arena.Builder();
  for (size_t i = 0; i < items.size() && !out.overflown(); ++i) {
    if (i > 0) out.Append(separator);
    if (separator.is_markup) {
      FATHOM_RETURN_IF_ERROR(AppendEscaped(call.arena, items[i], &out));
    } else if (items[i].IsText()) {
      out.Append(*items[i].text);
    } else {
      return call.Error(
          absl::StrCat("expects strings, found ", AKind(items[i])));
    }
  }
  return call.arena.NewText(std::move(out), separator.is_markup);
}

template <bool kSuffix>
absl::StatusOr<Value> Remove(BuiltinCall& call) {
  const Text& text = *call.self.text;
  FATHOM_ASSIGN_OR_RETURN(const Text* part, call.TextArg(0));
  size_t size = text.bytes.size();
  size_t cut = part->bytes.size();
  bool there = kSuffix ? absl::EndsWith(text.bytes, part->bytes)
                       : absl::StartsWith(text.bytes, part->bytes);
  if (!there) return call.self;
  return kSuffix ? CutText(call.arena, text, 0, size - cut)
                 : CutText(call.arena, text, cut, size);
}

template <bool kLast>
absl::StatusOr<Value> Partition(BuiltinCall& call) {
  const Text& text = *call.self.text;
  FATHOM_ASSIGN_OR_RETURN(const Text* part, call.TextArg(0));
  if (part->bytes.empty()) return call.Error("expects a separator");
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text.bytes.size() / 4));
  size_t at = kLast ? SearchLast(text.bytes, part->bytes)
                    : Search(text.bytes, part->bytes);
  size_t size = text.bytes.size();
  // Where there is none, the text is the first part, or of rpartition the last.
  size_t begin = at != std::string::npos ? at : kLast ? 0 : size;
  size_t end = at != std::string::npos ? at + part->bytes.size() : begin;
  std::vector<Value> parts;
  for (auto [from, to] : {std::pair<size_t, size_t>{0, begin},
                          std::pair<size_t, size_t>{begin, end},
                          std::pair<size_t, size_t>{end, size}}) {
    FATHOM_ASSIGN_OR_RETURN(Value value, CutText(call.arena, text, from, to));
    parts.push_back(value);
  }
  return call.arena.NewSeq(Seq::Type::kTuple, std::move(parts));
}

absl::StatusOr<Value> Format(BuiltinCall& call) {
  std::vector<std::pair<Value, Value>> entries;
  for (const auto& [name, value] : call.named) {
    FATHOM_ASSIGN_OR_RETURN(Value key, call.arena.NewText(name, false));
    entries.emplace_back(key, value);
  }
  FATHOM_ASSIGN_OR_RETURN(Value named, call.arena.NewDict(std::move(entries)));
  return FormatBraces(call.context, *call.self.text, call.rest, *named.dict);
}

absl::StatusOr<Value> FormatMap(BuiltinCall& call) {
  if (!call.args[0].Is(Kind::kDict)) {
    return call.Error(
        absl::StrCat("expects a mapping, found ", AKind(call.args[0])));
  }
  return FormatBraces(call.context, *call.self.text, {}, *call.args[0].dict);
}

absl::StatusOr<Value> UnescapeMethod(BuiltinCall& call) {
  return Unescape(call.arena, *call.self.text);
}

absl::StatusOr<Value> StripTagsMethod(BuiltinCall& call) {
  return StripTags(call.arena, *call.self.text);
}

absl::StatusOr<Value> EscapeMethod(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, Escape(call.arena, call.args[0]));
  return OfText(text);
}

absl::StatusOr<Value> Unsupported(BuiltinCall& call) {
  return call.Error("is a method that is not supported");
}

constexpr int kPos = kPositional;
constexpr int kAny = kTakesRest | kTakesNamed;
constexpr Builtin kMethods[] = {
    {"split", {"sep", "maxsplit"}, 0, 0, Split<false>, kOfText},
    {"rsplit", {"sep", "maxsplit"}, 0, 0, Split<true>, kOfText},
    {"splitlines", {"keepends"}, 0, 0, SplitLines, kOfText},
    {"strip", {"chars"}, 0, kPos, Strip<true, true>, kOfText},
    {"lstrip", {"chars"}, 0, kPos, Strip<true, false>, kOfText},
    {"rstrip", {"chars"}, 0, kPos, Strip<false, true>, kOfText},
    {"startswith",
     {"prefix", "start", "end"},
     1,
     kPos,
     StartsOrEnds<false>,
     kOfText},
    {"endswith",
     {"suffix", "start", "end"},
     1,
     kPos,
     StartsOrEnds<true>,
     kOfText},
    {"find", {"sub", "start", "end"}, 1, kPos, Find<false, false>, kOfText},
    {"rfind", {"sub", "start", "end"}, 1, kPos, Find<true, false>, kOfText},
    {"index", {"sub", "start", "end"}, 1, kPos, Find<false, true>, kOfText},
    {"rindex", {"sub", "start", "end"}, 1, kPos, Find<true, true>, kOfText},
    {"count", {"sub", "start", "end"}, 1, kPos, Count, kOfText},
    {"replace", {"old", "new", "count"}, 2, kPos, Replace, kOfText},
    {"upper", {}, 0, kPos, Cased<TextCase::kUpper>, kOfText},
    {"lower", {}, 0, kPos, Cased<TextCase::kLower>, kOfText},
    {"title", {}, 0, kPos, Cased<TextCase::kTitle>, kOfText},
    {"capitalize", {}, 0, kPos, Cased<TextCase::kCapitalize>, kOfText},
    {"swapcase", {}, 0, kPos, Cased<TextCase::kSwap>, kOfText},
    {"casefold", {}, 0, kPos, Cased<TextCase::kFold>, kOfText},
    {"center", {"width", "fillchar"}, 1, kPos, Pad<TextSide::kBoth>, kOfText},
    {"ljust", {"width", "fillchar"}, 1, kPos, Pad<TextSide::kRight>, kOfText},
    {"rjust", {"width", "fillchar"}, 1, kPos, Pad<TextSide::kLeft>, kOfText},
    {"zfill", {"width"}, 1, kPos, ZeroFill, kOfText},
    {"expandtabs", {"tabsize"}, 0, 0, ExpandTabs, kOfText},
    {"join", {"iterable"}, 1, kPos, Join, kOfText},
    {"removeprefix", {"prefix"}, 1, kPos, Remove<false>, kOfText},
    {"removesuffix", {"suffix"}, 1, kPos, Remove<true>, kOfText},
    {"partition", {"sep"}, 1, kPos, Partition<false>, kOfText},
    {"rpartition", {"sep"}, 1, kPos, Partition<true>, kOfText},
    {"format", {}, 0, kAny, Format, kOfText},
    {"format_map", {"mapping"}, 1, kPos, FormatMap, kOfText},
    {"encode", {}, 0, kAny, Unsupported, kOfText},
    {"translate", {}, 0, kAny, Unsupported, kOfText},
    {"maketrans", {}, 0, kAny, Unsupported, kOfText},
    {"unescape", {}, 0, kPos, UnescapeMethod, kOfMarkup},
    {"striptags", {}, 0, kPos, StripTagsMethod, kOfMarkup},
    {"escape", {"s"}, 1, kPos, EscapeMethod, kOfMarkup},
};

}  // namespace

absl::Span<const Builtin> TextMethods() { return kMethods; }

}  // namespace fathom::rt
