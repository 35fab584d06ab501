// How values are written: Python's str(), repr() and json.dumps().
#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/template_value.h"

namespace fathom::rt {

using Kind = Value::Kind;

std::string FloatRepr(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[64];
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), number,
                            std::chars_format::scientific)
                  .ptr;
  absl::string_view all(buffer, end - buffer);
  size_t e = all.find('e');
  absl::string_view shown_exponent = all.substr(e + 1);
  if (shown_exponent[0] == '+') shown_exponent.remove_prefix(1);
  int exponent = 0;
  (void)absl::SimpleAtoi(shown_exponent, &exponent);
  if (exponent < -4 || exponent >= 16) {
    return absl::StrFormat("%se%c%02d", all.substr(0, e),
                           exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  end = std::to_chars(buffer, buffer + sizeof(buffer), number,
                      std::chars_format::fixed)
            .ptr;
  std::string fixed(buffer, end - buffer);
  if (fixed.find('.') == fixed.npos) fixed += ".0";
  return fixed;
}

namespace {

void AppendTextRepr(const Text& text, TextBuilder* out) {
  absl::string_view bytes = text.bytes;
  bool single = bytes.find('\'') == bytes.npos || bytes.find('"') != bytes.npos;
  char quote = single ? '\'' : '"';
  out->Own(absl::string_view(&quote, 1));
  bool foreign = !text.foreign.empty();
  size_t done = 0;
  size_t length = 0;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    std::string escape;
    if (c == '\\' || c == static_cast<uint32_t>(quote)) {
      escape = {'\\', static_cast<char>(c)};
    } else if (c == '\n') {
      escape = "\\n";
    } else if (c == '\r') {
      escape = "\\r";
    } else if (c == '\t') {
      escape = "\\t";
    } else if (!IsPythonPrintable(c)) {
      escape = c < 0x100     ? absl::StrFormat("\\x%02x", c)
               : c < 0x10000 ? absl::StrFormat("\\u%04x", c)
                             : absl::StrFormat("\\U%08x", c);
    }
    if (escape.empty()) continue;
    out->Append(text, done, pos);
    out->Put(escape, foreign);
    done = pos + length;
  }
  out->Append(text, done, bytes.size());
  out->Own(absl::string_view(&quote, 1));
}

absl::Status Unprintable(const Value& value) {
  return absl::InvalidArgumentError(absl::StrCat("found a ", KindName(value),
                                                 " to write, expected a plain "
                                                 "value"));
}

}  // namespace

absl::Status AppendStr(Arena& arena, const Value& value, TextBuilder* out) {
  if (value.IsText()) {
    out->Append(*value.text);
    return absl::OkStatus();
  }
  if (value.Is(Kind::kUndefined)) return absl::OkStatus();
  return AppendRepr(arena, value, out);
}

absl::Status AppendRepr(Arena& arena, const Value& value, TextBuilder* out) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  switch (value.kind) {
    case Kind::kUndefined: out->Own("Undefined"); return absl::OkStatus();
    case Kind::kNone: out->Own("None"); return absl::OkStatus();
    case Kind::kBool:
      out->Own(value.boolean ? "True" : "False");
      return absl::OkStatus();
    case Kind::kInt:
      out->Own(absl::StrCat(value.integer));
      return absl::OkStatus();
    case Kind::kFloat:
      out->Own(FloatRepr(value.number));
      return absl::OkStatus();
    case Kind::kText: AppendTextRepr(*value.text, out); return absl::OkStatus();
    case Kind::kSeq: {
      const Seq& seq = *value.seq;
      if (seq.type > Seq::Type::kTuple) return Unprintable(value);
      out->Own(seq.is_list() ? "[" : "(");
      for (size_t i = 0; i < seq.items.size(); ++i) {
        if (i > 0) out->Own(", ");
        FATHOM_RETURN_IF_ERROR(AppendRepr(arena, seq.items[i], out));
      }
      if (!seq.is_list() && seq.items.size() == 1) out->Own(",");
      out->Own(seq.is_list() ? "]" : ")");
      return absl::OkStatus();
    }
    case Kind::kDict: {
      out->Own("{");
      bool first = true;
      for (const auto& [key, item] : value.dict->entries) {
        if (!first) out->Own(", ");
        first = false;
        FATHOM_RETURN_IF_ERROR(AppendRepr(arena, key, out));
        out->Own(": ");
        FATHOM_RETURN_IF_ERROR(AppendRepr(arena, item, out));
      }
      out->Own("}");
      return absl::OkStatus();
    }
    default: return Unprintable(value);
  }
}

namespace {

void AppendJsonText(const Text& text, bool ensure_ascii, TextBuilder* out) {
  absl::string_view bytes = text.bytes;
  out->Own("\"");
  bool foreign = !text.foreign.empty();
  size_t done = 0;
  size_t length = 0;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    static constexpr absl::string_view kFrom = "\"\\\b\f\n\r\t";
    static constexpr absl::string_view kTo = "\"\\bfnrt";
    std::string escape;
    size_t simple = c < 0x80 ? kFrom.find(static_cast<char>(c)) : kFrom.npos;
    if (simple != kFrom.npos) {
      escape = {'\\', kTo[simple]};
    } else if (c < 0x20 ||
               (ensure_ascii && c >= 0x7F && c < 0x10000 && c != 0x7F)) {
      escape = absl::StrFormat("\\u%04x", c);
    } else if (ensure_ascii && c >= 0x10000) {
      escape = absl::StrFormat("\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10),
                               0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    if (escape.empty()) continue;
    out->Append(text, done, pos);
    out->Put(escape, foreign);
    done = pos + length;
  }
  out->Append(text, done, bytes.size());
  out->Own("\"");
}

std::string JsonNumber(const Value& value) {
  switch (value.kind) {
    case Kind::kNone: return "null";
    case Kind::kBool: return value.boolean ? "true" : "false";
    case Kind::kInt: return absl::StrCat(value.integer);
    default:
      if (std::isnan(value.number)) return "NaN";
      if (std::isinf(value.number)) {
        return value.number < 0 ? "-Infinity" : "Infinity";
      }
      return FloatRepr(value.number);
  }
}

void NewLine(const JsonStyle& style, int level, TextBuilder* out) {
  if (!style.indented) return;
  out->Own("\n");
  for (int i = 0; i < level; ++i) out->Own(style.indent);
}

}  // namespace

absl::Status AppendJson(Arena& arena, const Value& value,
                        const JsonStyle& style, int level, TextBuilder* out) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  switch (value.kind) {
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat: out->Own(JsonNumber(value)); return absl::OkStatus();
    case Kind::kText:
      AppendJsonText(*value.text, style.ensure_ascii, out);
      return absl::OkStatus();
    case Kind::kSeq: {
      const Seq& seq = *value.seq;
      if (seq.type > Seq::Type::kTuple) break;
      out->Own("[");
      for (size_t i = 0; i < seq.items.size(); ++i) {
        if (i > 0) out->Own(style.item_separator);
        NewLine(style, level + 1, out);
        FATHOM_RETURN_IF_ERROR(
            AppendJson(arena, seq.items[i], style, level + 1, out));
      }
      if (!seq.items.empty()) NewLine(style, level, out);
      out->Own("]");
      return absl::OkStatus();
    }
    case Kind::kDict: {
      auto entries = value.dict->entries;
      if (style.sort_keys) {
        for (const auto& [key, item] : entries) {
          if (!key.IsText()) {
            return absl::InvalidArgumentError(
                absl::StrCat("found a key of kind ", KindName(key),
                             " to sort, expected strings"));
          }
        }
        std::sort(entries.begin(), entries.end(),
                  [](const auto& a, const auto& b) {
                    return a.first.text->bytes < b.first.text->bytes;
                  });
      }
      out->Own("{");
      bool first = true;
      for (const auto& [key, item] : entries) {
        if (!first) out->Own(style.item_separator);
        first = false;
        NewLine(style, level + 1, out);
        if (key.IsText()) {
          AppendJsonText(*key.text, style.ensure_ascii, out);
        } else {
          out->Own(absl::StrCat("\"", JsonNumber(key), "\""));
        }
        out->Own(style.key_separator);
        FATHOM_RETURN_IF_ERROR(AppendJson(arena, item, style, level + 1, out));
      }
      if (!first) NewLine(style, level, out);
      out->Own("}");
      return absl::OkStatus();
    }
    default: break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found a ", KindName(value),
                   " to write as JSON, expected a plain value"));
}

}  // namespace fathom::rt
