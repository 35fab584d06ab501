// The filters that make text of text.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/format.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/pretty.h"
#include "runtime/text/template/text.h"
#include "runtime/text/template/wrap.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

// A list or tuple of two strings, or another thing that has two.
absl::Status Separators(BuiltinCall& call, const Value& value,
                        JsonStyle* style) {
  FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, value));
  if (items.size() != 2 || !items[0].IsText() || !items[1].IsText()) {
    return call.Error("expects two separators");
  }
  style->item_separator = items[0];
  style->key_separator = items[1];
  return absl::OkStatus();
}

// transformers' own, whose arguments are not those of Jinja.
absl::StatusOr<Value> ToJson(BuiltinCall& call) {
  Arena& arena = call.arena;
  JsonStyle style;
  style.ensure_ascii = call.Has(0) && Truth(call.args[0]);
  style.sort_keys = call.Has(3) && Truth(call.args[3]);
  const Value& indent = call.args[1];
  if (call.Has(1) && !indent.Is(Kind::kNone)) {
    style.indented = true;
    style.indent = indent;
    if (!indent.IsText()) {
      FATHOM_ASSIGN_OR_RETURN(int64_t width, call.IntArg(1, 0));
      TextBuilder spaces = arena.Builder();
      spaces.Repeat(" ", width);
      FATHOM_ASSIGN_OR_RETURN(style.indent, arena.NewText(std::move(spaces)));
    }
  }
  FATHOM_ASSIGN_OR_RETURN(style.item_separator,
                          arena.NewText(style.indented ? "," : ", ", false));
  FATHOM_ASSIGN_OR_RETURN(style.key_separator, arena.NewText(": ", false));
  if (call.Has(2) && !call.args[2].Is(Kind::kNone)) {
    FATHOM_RETURN_IF_ERROR(Separators(call, call.args[2], &style));
  }
  TextBuilder out = arena.Builder();
  FATHOM_RETURN_IF_ERROR(AppendJson(arena, call.self, style, 0, &out));
  return arena.NewText(std::move(out));
}

absl::StatusOr<Value> Trim(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return StripText(call.arena, *text, call.args[0], true, true);
}

template <TextCase kCase>
absl::StatusOr<Value> Cased(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return CaseText(call.arena, *text, kCase);
}

// Words begin after spaces, hyphens and opening brackets only: an apostrophe
// begins none, unlike with str.title().
absl::StatusOr<Value> Title(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  auto separates = [](uint32_t c) {
    return IsPythonSpace(c) || c == '-' || c == '(' || c == '{' || c == '[' ||
           c == '<';
  };
  absl::string_view bytes = text->bytes;
  bool in_word = false;
  size_t rest = 0, end = 0;  // the word without its first character
  auto map = [&](uint32_t c, size_t pos, std::string* out) {
    if (separates(c)) {
      in_word = false;
      AppendUtf8(c, out);
      return;
    }
    if (in_word) {
      AppendLower(bytes.substr(rest, end - rest), pos - rest, c, out);
      return;
    }
    in_word = true;
    AppendCased(c, CaseMapping::kUpper, out);
    rest = pos + Utf8Length(bytes[pos]);
    size_t length = 0;
    for (end = rest; end < bytes.size(); end += length) {
      if (separates(DecodeUtf8(bytes, end, &length))) break;
    }
  };
  FATHOM_ASSIGN_OR_RETURN(Value made, MapText(call.arena, *text, map));
  return call.arena.Marked(*made.text, false);
}

absl::StatusOr<Value> String(BuiltinCall& call) {
  if (call.self.IsText()) return call.self;
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return call.arena.Marked(*text, false);
}

absl::StatusOr<Value> Center(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  FATHOM_ASSIGN_OR_RETURN(int64_t width, call.IntArg(0, 80));
  FATHOM_ASSIGN_OR_RETURN(Value space, call.arena.NewText(" ", false));
  return PadText(call.arena, *text, width, *space.text, TextSide::kBoth);
}

absl::StatusOr<Value> Replace(BuiltinCall& call) {
  Arena& arena = call.arena;
  int64_t most = -1;
  if (call.Has(2) && !call.args[2].Is(Kind::kNone)) {
    FATHOM_ASSIGN_OR_RETURN(most, call.IntArg(2, -1));
  }
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(arena, call.self));
  FATHOM_ASSIGN_OR_RETURN(const Text* from, ToText(arena, call.args[0]));
  FATHOM_ASSIGN_OR_RETURN(const Text* to, ToText(arena, call.args[1]));
  if (!call.context.autoescape) {
    FATHOM_ASSIGN_OR_RETURN(Value plain, arena.Marked(*text, false));
    return ReplaceText(arena, *plain.text, from->bytes, *to, most);
  }
  if (call.args[0].IsMarkup() ||
      (call.args[1].IsMarkup() && !text->is_markup)) {
    Value value = Value::Of(Kind::kText);
    value.text = text;
    FATHOM_ASSIGN_OR_RETURN(text, Escape(arena, value));
  }
  if (text->is_markup) {
    Value value = Value::Of(Kind::kText);
    value.text = to;
    FATHOM_ASSIGN_OR_RETURN(to, Escape(arena, value));
  }
  return ReplaceText(arena, *text, from->bytes, *to, most);
}

absl::StatusOr<const Text*> SelfText(BuiltinCall& call) {
  if (call.self.IsText()) return call.self.text;
  return call.Error(absl::StrCat("expects a string, found ", AKind(call.self)));
}

absl::StatusOr<Value> Indent(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call));
  Value indent = call.args[0];
  if (!indent.IsText()) {
    FATHOM_ASSIGN_OR_RETURN(int64_t width, call.IntArg(0, 4));
    TextBuilder spaces = call.arena.Builder();
    spaces.Repeat(" ", width);
    FATHOM_ASSIGN_OR_RETURN(indent, call.arena.NewText(std::move(spaces)));
  }
  bool first = call.Has(1) && Truth(call.args[1]);
  bool blank = call.Has(2) && Truth(call.args[2]);
  // The line break that is added ends a last line that may be empty.
  TextBuilder ended = call.arena.Builder();
  ended.Append(*text);
  ended.Own("\n");
  FATHOM_ASSIGN_OR_RETURN(Value whole, call.arena.NewText(std::move(ended)));
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text->bytes.size()));
  TextBuilder out = call.arena.Builder();
  auto lines = LinesOf(whole.text->bytes, false);
  for (size_t i = 0; i < lines.size() && !out.overflown(); ++i) {
    if (i > 0) out.Own("\n");
    bool empty = lines[i].begin == lines[i].end;
    if (i == 0 ? first : blank || !empty) out.Append(*indent.text);
    out.Append(*whole.text, lines[i].begin, lines[i].end);
  }
  return call.arena.NewText(std::move(out), text->is_markup);
}

// What truncate() keeps of a string when there is no place for all.
constexpr int64_t kTruncateLeeway = 5;

absl::StatusOr<Value> Truncate(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(int64_t length, call.IntArg(0, 255));
  bool kill_words = call.Has(1) && Truth(call.args[1]);
  Value end = call.args[2];
  if (!call.Has(2)) {
    FATHOM_ASSIGN_OR_RETURN(end, call.arena.NewText("...", false));
  }
  int64_t leeway = kTruncateLeeway;
  if (call.Has(3) && !call.args[3].Is(Kind::kNone)) {
    FATHOM_ASSIGN_OR_RETURN(leeway, call.IntArg(3, 0));
  }
  FATHOM_ASSIGN_OR_RETURN(int64_t end_length, Length(call.arena, end));
  if (length < end_length || leeway < 0) {
    return call.Error(absl::StrCat("expects a length of at least ", end_length,
                                   " and a leeway of at least 0"));
  }
  FATHOM_ASSIGN_OR_RETURN(int64_t have, Length(call.arena, call.self));
  // A leeway may be as large as an integer.
  if (have <= length || have - length <= leeway) return call.self;
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call));
  size_t cut = text->OffsetOf(length - end_length);
  if (!kill_words) {
    size_t space = text->bytes.rfind(' ', cut == 0 ? 0 : cut - 1);
    if (space != std::string::npos && space < cut) cut = space;
  }
  FATHOM_ASSIGN_OR_RETURN(Value kept, CutText(call.arena, *text, 0, cut));
  return Compute(call.context, TemplateBinary::kAdd, kept, end);
}

absl::StatusOr<Value> WordWrap(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, SelfText(call));
  WrapStyle style;
  FATHOM_ASSIGN_OR_RETURN(style.width, call.IntArg(0, 79));
  style.break_long_words = !call.Has(1) || Truth(call.args[1]);
  // Only True itself is a yes to textwrap.
  style.break_on_hyphens =
      !call.Has(3) || (call.args[3].Is(Kind::kBool) && call.args[3].boolean);
  Value separator = call.args[2];
  if (!call.Has(2) || separator.Is(Kind::kNone)) {
    FATHOM_ASSIGN_OR_RETURN(separator, call.arena.NewText("\n", false));
  } else {
    FATHOM_RETURN_IF_ERROR(call.TextArg(2).status());
  }
  TextBuilder out = call.arena.Builder();
  bool first = true;
  for (const ByteSpan& line : LinesOf(text->bytes, false)) {
    if (style.width <= 0) return call.Error("expects a width above 0");
    FATHOM_ASSIGN_OR_RETURN(auto parts,
                            WrapLine(call.arena, text->bytes, line, style));
    if (parts.empty()) parts.push_back({line.begin, line.begin});
    for (const ByteSpan& part : parts) {
      if (!first) out.Append(*separator.text);
      first = false;
      out.Append(*text, part.begin, part.end);
    }
  }
  return call.arena.NewText(std::move(out), separator.IsMarkup());
}

absl::StatusOr<Value> WordCount(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(text->bytes.size()));
  int64_t count = 0;
  bool in_word = false;
  size_t length = 0;
  for (size_t pos = 0; pos < text->bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(text->bytes, pos, &length);
    bool word = IsPythonAlnum(c) || c == '_';
    count += word && !in_word;
    in_word = word;
  }
  return Value::Int(count);
}

absl::StatusOr<Value> Format(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  if (!call.rest.empty() && !call.named.empty()) {
    return call.Error("takes values by position or by name, not both");
  }
  if (call.named.empty()) {
    FATHOM_ASSIGN_OR_RETURN(Value values,
                            call.arena.NewSeq(Seq::Type::kTuple, call.rest));
    return FormatPercent(call.context, *text, values);
  }
  std::vector<std::pair<Value, Value>> entries;
  for (const auto& [name, value] : call.named) {
    FATHOM_ASSIGN_OR_RETURN(Value key, call.arena.NewText(name, false));
    entries.emplace_back(key, value);
  }
  FATHOM_ASSIGN_OR_RETURN(Value values, call.arena.NewDict(std::move(entries)));
  return FormatPercent(call.context, *text, values);
}

absl::StatusOr<Value> PrettyPrint(BuiltinCall& call) {
  return Pretty(call.arena, call.self);
}

constexpr Builtin kFilters[] = {
    {"tojson",
     {"ensure_ascii", "indent", "separators", "sort_keys"},
     0,
     0,
     ToJson},
    {"trim", {"chars"}, 0, 0, Trim},
    {"upper", {}, 0, 0, Cased<TextCase::kUpper>},
    {"lower", {}, 0, 0, Cased<TextCase::kLower>},
    {"capitalize", {}, 0, 0, Cased<TextCase::kCapitalize>},
    {"title", {}, 0, 0, Title},
    {"string", {}, 0, 0, String},
    {"center", {"width"}, 0, 0, Center},
    {"replace", {"old", "new", "count"}, 2, 0, Replace},
    {"indent", {"width", "first", "blank"}, 0, 0, Indent},
    {"truncate", {"length", "killwords", "end", "leeway"}, 0, 0, Truncate},
    {"wordwrap",
     {"width", "break_long_words", "wrapstring", "break_on_hyphens"},
     0,
     0,
     WordWrap},
    {"wordcount", {}, 0, 0, WordCount},
    {"format", {}, 0, kTakesRest | kTakesNamed, Format},
    {"pprint", {}, 0, 0, PrettyPrint},
};

}  // namespace

absl::Span<const Builtin> TextFilters() { return kFilters; }

}  // namespace fathom::rt
