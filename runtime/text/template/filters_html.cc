// The filters that know of HTML and of addresses.
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/text.h"
#include "runtime/text/template/urlize.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

Value OfText(const Text* text) {
  Value value = Value::Of(Kind::kText);
  value.text = text;
  return value;
}

absl::StatusOr<Value> EscapeFilter(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, Escape(call.arena, call.self));
  return OfText(text);
}

absl::StatusOr<Value> ForceEscape(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  FATHOM_ASSIGN_OR_RETURN(Value plain, call.arena.Marked(*text, false));
  FATHOM_ASSIGN_OR_RETURN(text, Escape(call.arena, plain));
  return OfText(text);
}

absl::StatusOr<Value> Safe(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return call.arena.Marked(*text, true);
}

absl::StatusOr<Value> StripTagsFilter(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.self));
  return StripTags(call.arena, *text);
}

// Appends what urllib.parse.quote() makes of str() of a value.
absl::Status AppendQuoted(Arena& arena, const Value& value, bool query,
                          TextBuilder* out) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(arena, value));
  FATHOM_RETURN_IF_ERROR(arena.Charge(text->bytes.size()));
  ForeignCursor foreign(*text);
  for (size_t pos = 0; pos < text->bytes.size(); ++pos) {
    char c = text->bytes[pos];
    bool plain = absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-' ||
                 c == '~' || (c == '/' && !query);
    std::string quoted =
        plain ? std::string(1, c)
        : c == ' ' && query
            ? "+"
            : absl::StrFormat("%%%02X", static_cast<uint8_t>(c));
    out->Put(quoted, foreign.At(pos));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> UrlEncode(BuiltinCall& call) {
  TextBuilder out = call.arena.Builder();
  if (call.self.IsText() || !IsIterable(call.self)) {
    FATHOM_RETURN_IF_ERROR(AppendQuoted(call.arena, call.self, false, &out));
    return call.arena.NewText(std::move(out));
  }
  std::vector<std::pair<Value, Value>> entries;
  if (call.self.Is(Kind::kDict)) {
    entries = call.self.dict->entries;
  } else {
    FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.self));
    for (const Value& item : items) {
      FATHOM_ASSIGN_OR_RETURN(auto pair, Items(call.arena, item));
      if (pair.size() != 2) return call.Error("expects pairs");
      entries.emplace_back(pair[0], pair[1]);
    }
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out.Own("&");
    FATHOM_RETURN_IF_ERROR(
        AppendQuoted(call.arena, entries[i].first, true, &out));
    out.Own("=");
    FATHOM_RETURN_IF_ERROR(
        AppendQuoted(call.arena, entries[i].second, true, &out));
  }
  return call.arena.NewText(std::move(out));
}

absl::StatusOr<Value> XmlAttr(BuiltinCall& call) {
  if (!call.self.Is(Kind::kDict)) {
    return call.Error(
        absl::StrCat("expects a mapping, found ", AKind(call.self)));
  }
  bool space = !call.Has(0) || Truth(call.args[0]);
  TextBuilder out = call.arena.Builder();
  for (const auto& [key, value] : call.self.dict->entries) {
    if (value.Is(Kind::kNone) || value.IsUndefined()) continue;
    if (!key.IsText() ||
        key.text->bytes.find_first_of(" \t\n\r\f\v/>=") != std::string::npos) {
      return call.Error(absl::StrCat(
          "expects names of attributes, found ",
          key.IsText() ? absl::StrCat("'", Shown(key.text->bytes), "'")
                       : AKind(key)));
    }
    if (space || !out.bytes().empty()) out.Own(" ");
    FATHOM_RETURN_IF_ERROR(AppendEscaped(call.arena, key, &out));
    out.Own("=\"");
    FATHOM_RETURN_IF_ERROR(AppendEscaped(call.arena, value, &out));
    out.Own("\"");
  }
  return call.arena.NewText(std::move(out), call.context.autoescape);
}

// `rel` as the words in it, each once and in order.
absl::StatusOr<std::string> RelOf(BuiltinCall& call) {
  std::set<std::string> words = {"noopener"};
  if (call.Has(1) && Truth(call.args[1])) words.insert("nofollow");
  if (call.Has(3) && Truth(call.args[3])) {
    FATHOM_ASSIGN_OR_RETURN(const Text* rel, call.TextArg(3));
    FATHOM_ASSIGN_OR_RETURN(Value parts,
                            SplitSpace(call.arena, *rel, -1, false));
    for (const Value& part : parts.seq->items) words.insert(part.text->bytes);
  }
  std::string out;
  for (const std::string& word : words) {
    absl::StrAppend(&out, out.empty() ? "" : " ", word);
  }
  return out;
}

absl::StatusOr<Value> UrlizeFilter(BuiltinCall& call) {
  UrlizeStyle style;
  if (call.Has(0) && !call.args[0].Is(Kind::kNone)) {
    FATHOM_ASSIGN_OR_RETURN(style.limit, call.IntArg(0, 0));
    style.has_limit = true;
  }
  FATHOM_ASSIGN_OR_RETURN(std::string rel, RelOf(call));
  FATHOM_ASSIGN_OR_RETURN(Value rel_text, call.arena.NewText(rel, false));
  FATHOM_ASSIGN_OR_RETURN(style.rel, Escape(call.arena, rel_text));
  if (call.Has(2) && Truth(call.args[2])) {
    FATHOM_ASSIGN_OR_RETURN(style.target, Escape(call.arena, call.args[2]));
  }
  if (call.Has(4) && !call.args[4].Is(Kind::kNone)) {
    FATHOM_ASSIGN_OR_RETURN(auto schemes, Items(call.arena, call.args[4]));
    for (const Value& scheme : schemes) {
      if (!scheme.IsText() || !IsUriScheme(scheme.text->bytes)) {
        return call.Error("expects schemes such as 'tel:'");
      }
      style.schemes.push_back(scheme.text->bytes);
    }
  }
  FATHOM_ASSIGN_OR_RETURN(const Text* escaped, Escape(call.arena, call.self));
  FATHOM_ASSIGN_OR_RETURN(Value made, Urlize(call.arena, *escaped, style));
  return call.arena.Marked(*made.text, call.context.autoescape);
}

constexpr Builtin kFilters[] = {
    {"escape", {}, 0, 0, EscapeFilter},
    {"e", {}, 0, 0, EscapeFilter},
    {"forceescape", {}, 0, 0, ForceEscape},
    {"safe", {}, 0, 0, Safe},
    {"striptags", {}, 0, 0, StripTagsFilter},
    {"urlencode", {}, 0, 0, UrlEncode},
    {"xmlattr", {"autospace"}, 0, 0, XmlAttr},
    {"urlize",
     {"trim_url_limit", "nofollow", "target", "rel", "extra_schemes"},
     0,
     0,
     UrlizeFilter},
};

}  // namespace

absl::Span<const Builtin> HtmlFilters() { return kFilters; }

}  // namespace fathom::rt
