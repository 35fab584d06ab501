#include "runtime/text/template/markup.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/numbers.h"
#include "runtime/base/status.h"
#include "runtime/text/template/search.h"
#include "runtime/text/template/text.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

struct Entity {
  absl::string_view name;  // with its semicolon, if it needs one
  absl::string_view text;
};
struct NumericEntity {
  uint32_t number;
  absl::string_view text;
};

#include "runtime/text/template/entities.inc"

const Entity* FindEntity(absl::string_view name) {
  const Entity* found = std::lower_bound(
      std::begin(kEntities), std::end(kEntities), name,
      [](const Entity& e, absl::string_view n) { return e.name < n; });
  return found != std::end(kEntities) && found->name == name ? found : nullptr;
}

// As long as a name may be, in code points.
constexpr int kEntityNameMax = 32;

// The text of a numeric reference.
std::string NumericText(absl::string_view digits, int base) {
  uint64_t number = 0;
  for (char c : digits) {
    int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    number = std::min<uint64_t>(number * base + digit, 0x110000);
  }
  for (const NumericEntity& entity : kNumericEntities) {
    if (entity.number == number) return std::string(entity.text);
  }
  if ((number >= 0xD800 && number <= 0xDFFF) || number > 0x10FFFF) {
    return "\xEF\xBF\xBD";
  }
  bool dropped =
      std::find(std::begin(kDroppedEntities), std::end(kDroppedEntities),
                number) != std::end(kDroppedEntities);
  std::string out;
  if (!dropped) AppendUtf8(number, &out);
  return out;
}

// The reference at `pos`, which holds '&': its text in `*text`, and where it
// ends; `pos` itself when there is none.
size_t Reference(absl::string_view bytes, size_t pos, std::string* text) {
  size_t at = pos + 1;
  auto semicolon = [&](size_t end) {
    return end < bytes.size() && bytes[end] == ';' ? end + 1 : end;
  };
  if (at < bytes.size() && bytes[at] == '#') {
    ++at;
    bool hex = at < bytes.size() && (bytes[at] | 0x20) == 'x';
    if (hex) ++at;
    size_t end = at;
    auto is_digit = [&](char c) {
      return (c >= '0' && c <= '9') ||
             (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    };
    while (end < bytes.size() && is_digit(bytes[end])) ++end;
    if (end == at) return pos;
    *text = NumericText(bytes.substr(at, end - at), hex ? 16 : 10);
    return semicolon(end);
  }
  static constexpr absl::string_view kEnds = "\t\n\f <&#;";
  size_t end = at;
  for (int i = 0; i < kEntityNameMax && end < bytes.size(); ++i) {
    if (kEnds.find(bytes[end]) != kEnds.npos) break;
    end += Utf8Length(bytes[end]);
  }
  if (end == at) return pos;
  end = semicolon(end);
  // The longest beginning that is a name, of two characters at least.
  for (size_t length = end - at; length > 1; --length) {
    const Entity* entity = FindEntity(bytes.substr(at, length));
    if (entity == nullptr) continue;
    *text = std::string(entity->text);
    return at + length;
  }
  return pos;
}

}  // namespace

void AppendEscapedText(const Text& text, TextBuilder* out) {
  absl::string_view bytes = text.bytes;
  ForeignCursor foreign(text);
  size_t done = 0;
  for (size_t pos = bytes.find_first_of("&<>'\""); pos != bytes.npos;
       pos = bytes.find_first_of("&<>'\"", pos + 1)) {
    out->Append(text, done, pos);
    done = pos + 1;
    absl::string_view escape;
    switch (bytes[pos]) {
      case '&': escape = "&amp;"; break;
      case '<': escape = "&lt;"; break;
      case '>': escape = "&gt;"; break;
      case '\'': escape = "&#39;"; break;
      default: escape = "&#34;"; break;
    }
    out->Put(escape, foreign.At(pos));
  }
  out->Append(text, done, bytes.size());
}

absl::Status AppendEscaped(Arena& arena, const Value& value, TextBuilder* out) {
  if (value.IsMarkup()) {
    out->Append(*value.text);
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(arena, value));
  AppendEscapedText(*text, out);
  return absl::OkStatus();
}

absl::StatusOr<const Text*> Escape(Arena& arena, const Value& value) {
  if (value.IsMarkup()) return value.text;
  TextBuilder out = arena.Builder();
  FATHOM_RETURN_IF_ERROR(AppendEscaped(arena, value, &out));
  FATHOM_ASSIGN_OR_RETURN(Value escaped, arena.NewText(std::move(out), true));
  return escaped.text;
}

absl::StatusOr<Value> Unescape(Arena& arena, const Text& text) {
  absl::string_view bytes = text.bytes;
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size()));
  TextBuilder out = arena.Builder();
  ForeignCursor foreign(text);
  size_t done = 0;
  for (size_t pos = bytes.find('&'); pos != bytes.npos;
       pos = bytes.find('&', std::max(pos + 1, done))) {
    std::string replacement;
    size_t end = Reference(bytes, pos, &replacement);
    if (end == pos) continue;
    out.Append(text, done, pos);
    // A reference is foreign as soon as a byte of it is.
    bool is_foreign = false;
    for (size_t at = pos; at < end; ++at) is_foreign |= foreign.At(at);
    out.Put(replacement, is_foreign);
    done = end;
  }
  out.Append(text, done, bytes.size());
  return arena.NewText(std::move(out));
}

absl::StatusOr<Value> StripTags(Arena& arena, const Text& text) {
  absl::string_view bytes = text.bytes;
  TextBuilder bare = arena.Builder();
  size_t pos = 0;
  while (true) {
    size_t start = bytes.find('<', pos);
    if (start == bytes.npos) break;
    bool comment = bytes.substr(start, 4) == "<!--";
    size_t end =
        comment ? Search(bytes, "-->", start + 4) : bytes.find('>', start);
    if (end == bytes.npos) break;
    bare.Append(text, pos, start);
    pos = end + (comment ? 3 : 1);
  }
  bare.Append(text, pos, bytes.size());
  FATHOM_ASSIGN_OR_RETURN(Value stripped, arena.NewText(std::move(bare)));
  FATHOM_ASSIGN_OR_RETURN(Value words,
                          SplitSpace(arena, *stripped.text, -1, false));
  TextBuilder joined = arena.Builder();
  for (const Value& word : words.seq->items) {
    if (!joined.bytes().empty()) joined.Own(" ");
    joined.Append(*word.text);
  }
  FATHOM_ASSIGN_OR_RETURN(Value whole, arena.NewText(std::move(joined)));
  return Unescape(arena, *whole.text);
}

}  // namespace fathom::rt
