// json.dumps() of Python.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template/sort.h"
#include "runtime/text/template/value.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

using Kind = Value::Kind;

namespace {

void AppendJsonText(const Text& text, bool ensure_ascii, TextBuilder* out) {
  absl::string_view bytes = text.bytes;
  out->Own("\"");
  ForeignCursor foreign(text);
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
    } else if (c < 0x20 || (ensure_ascii && c >= 0x7F && c < 0x10000)) {
      escape = absl::StrFormat("\\u%04x", c);
    } else if (ensure_ascii && c >= 0x10000) {
      escape = absl::StrFormat("\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10),
                               0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    if (escape.empty()) continue;
    out->Append(text, done, pos);
    out->Put(escape, foreign.At(pos));
    done = pos + length;
  }
  out->Append(text, done, bytes.size());
  out->Own("\"");
}

absl::StatusOr<std::string> JsonNumber(const Value& value) {
  switch (value.kind) {
    case Kind::kNone: return "null";
    case Kind::kBool: return value.boolean ? "true" : "false";
    case Kind::kInt:
    case Kind::kBig: return IntegerText(value);
    default:
      if (std::isnan(value.number)) return "NaN";
      if (std::isinf(value.number)) {
        return value.number < 0 ? "-Infinity" : "Infinity";
      }
      return FloatRepr(value.number);
  }
}

bool IsScalar(const Value& value) {
  return value.Is(Kind::kNone) || value.IsNumber();
}

absl::Status NewLine(Arena& arena, const JsonStyle& style, int level,
                     TextBuilder* out) {
  if (!style.indented) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(arena.Charge(style.indent.text->bytes.size() * level));
  out->Own("\n");
  for (int i = 0; i < level; ++i) out->Append(*style.indent.text);
  return absl::OkStatus();
}

absl::Status AppendKey(const Value& key, const JsonStyle& style,
                       TextBuilder* out) {
  if (key.IsText()) {
    AppendJsonText(*key.text, style.ensure_ascii, out);
    return absl::OkStatus();
  }
  if (!IsScalar(key)) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a key of kind ", KindName(key),
                     " to write as JSON, expected a string or number"));
  }
  FATHOM_ASSIGN_OR_RETURN(std::string text, JsonNumber(key));
  out->Own(absl::StrCat("\"", text, "\""));
  return absl::OkStatus();
}

absl::Status AppendObject(Arena& arena, const Dict& dict,
                          const JsonStyle& style, int level, TextBuilder* out) {
  std::vector<const std::pair<Value, Value>*> entries;
  FATHOM_RETURN_IF_ERROR(arena.Charge(dict.entries.size() * sizeof(Value)));
  for (const auto& entry : dict.entries) entries.push_back(&entry);
  if (style.sort_keys) {
    auto less = [&](const auto* a, const auto* b) -> absl::StatusOr<bool> {
      FATHOM_ASSIGN_OR_RETURN(int order, Order(arena, a->first, b->first));
      return order < 0;
    };
    FATHOM_RETURN_IF_ERROR(StableSort(&entries, less));
  }
  out->Own("{");
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto& [key, item] = *entries[i];
    if (i > 0) out->Append(*style.item_separator.text);
    FATHOM_RETURN_IF_ERROR(NewLine(arena, style, level + 1, out));
    FATHOM_RETURN_IF_ERROR(AppendKey(key, style, out));
    out->Append(*style.key_separator.text);
    FATHOM_RETURN_IF_ERROR(AppendJson(arena, item, style, level + 1, out));
  }
  if (!entries.empty()) {
    FATHOM_RETURN_IF_ERROR(NewLine(arena, style, level, out));
  }
  out->Own("}");
  return absl::OkStatus();
}

}  // namespace

absl::Status AppendJson(Arena& arena, const Value& value,
                        const JsonStyle& style, int level, TextBuilder* out) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  if (out->overflown()) return arena.Charge(arena.work_left() + 1);
  if (IsScalar(value)) {
    FATHOM_ASSIGN_OR_RETURN(std::string text, JsonNumber(value));
    out->Own(text);
    return absl::OkStatus();
  }
  if (value.IsText()) {
    AppendJsonText(*value.text, style.ensure_ascii, out);
    return absl::OkStatus();
  }
  if (value.IsList() || value.IsTuple()) {
    const auto& items = value.seq->items;
    out->Own("[");
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out->Append(*style.item_separator.text);
      FATHOM_RETURN_IF_ERROR(NewLine(arena, style, level + 1, out));
      FATHOM_RETURN_IF_ERROR(
          AppendJson(arena, items[i], style, level + 1, out));
    }
    if (!items.empty()) {
      FATHOM_RETURN_IF_ERROR(NewLine(arena, style, level, out));
    }
    out->Own("]");
    return absl::OkStatus();
  }
  if (value.Is(Kind::kDict)) {
    return AppendObject(arena, *value.dict, style, level, out);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "found ", AKind(value), " to write as JSON, expected a plain value"));
}

}  // namespace fathom::rt
