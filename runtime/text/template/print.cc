// How values are written: Python's str(), repr() and json.dumps().
#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/program.h"
#include "runtime/text/template/value.h"
#include "runtime/text/template_unicode.h"

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
  ForeignCursor foreign(text);
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
    out->Put(escape, foreign.At(pos));
    done = pos + length;
  }
  out->Append(text, done, bytes.size());
  out->Own(absl::string_view(&quote, 1));
}

absl::Status Unprintable(const Value& value) {
  return absl::InvalidArgumentError(absl::StrCat("found ", AKind(value),
                                                 " to write, expected a plain "
                                                 "value"));
}

absl::Status AppendItems(Arena& arena, const Seq& seq, TextBuilder* out) {
  for (size_t i = 0; i < seq.items.size(); ++i) {
    if (i > 0) out->Own(", ");
    FATHOM_RETURN_IF_ERROR(AppendRepr(arena, seq.items[i], out));
  }
  return absl::OkStatus();
}

absl::Status AppendSeq(Arena& arena, const Seq& seq, TextBuilder* out) {
  absl::string_view begin = "(", end = ")";
  switch (seq.type) {
    case Seq::Type::kList:
      begin = "[";
      end = "]";
      break;
    case Seq::Type::kTuple:
    case Seq::Type::kGroup:
      if (seq.items.size() == 1) end = ",)";
      break;
    case Seq::Type::kRange:
      out->Own(absl::StrCat("range(", seq.start, ", ", seq.stop));
      if (seq.step != 1) out->Own(absl::StrCat(", ", seq.step));
      out->Own(")");
      return absl::OkStatus();
    case Seq::Type::kKeys:
      begin = "dict_keys([";
      end = "])";
      break;
    case Seq::Type::kValues:
      begin = "dict_values([";
      end = "])";
      break;
    case Seq::Type::kItems:
      begin = "dict_items([";
      end = "])";
      break;
  }
  out->Own(begin);
  FATHOM_RETURN_IF_ERROR(AppendItems(arena, seq, out));
  out->Own(end);
  return absl::OkStatus();
}

absl::Status AppendNamespace(Arena& arena, const Namespace& ns,
                             TextBuilder* out) {
  out->Own("<Namespace {");
  for (size_t i = 0; i < ns.entries.size(); ++i) {
    if (i > 0) out->Own(", ");
    FATHOM_ASSIGN_OR_RETURN(Value key,
                            arena.NewText(ns.entries[i].first, false));
    AppendTextRepr(*key.text, out);
    out->Own(": ");
    // A namespace may hold itself, which only its size bounds.
    if (ns.entries[i].second.Is(Kind::kNamespace)) {
      return Unprintable(ns.entries[i].second);
    }
    FATHOM_RETURN_IF_ERROR(AppendRepr(arena, ns.entries[i].second, out));
  }
  out->Own("}>");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> IntegerText(const Value& value) {
  if (value.IsInt()) return absl::StrCat(value.AsInt());
  return value.big->Decimal();
}

absl::Status AppendStr(Arena& arena, const Value& value, TextBuilder* out) {
  if (value.IsText()) {
    out->Append(*value.text);
    return absl::OkStatus();
  }
  if (value.IsUndefined()) return absl::OkStatus();
  return AppendRepr(arena, value, out);
}

absl::Status AppendRepr(Arena& arena, const Value& value, TextBuilder* out) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  if (out->overflown()) {
    return arena.Charge(arena.work_left() + 1);
  }
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined: out->Own("Undefined"); return absl::OkStatus();
    case Kind::kNone: out->Own("None"); return absl::OkStatus();
    case Kind::kBool:
      out->Own(value.boolean ? "True" : "False");
      return absl::OkStatus();
    case Kind::kInt:
    case Kind::kBig: {
      FATHOM_ASSIGN_OR_RETURN(std::string digits, IntegerText(value));
      out->Own(digits);
      return absl::OkStatus();
    }
    case Kind::kFloat:
      out->Own(FloatRepr(value.number));
      return absl::OkStatus();
    case Kind::kText:
      if (value.text->is_markup) out->Own("Markup(");
      AppendTextRepr(*value.text, out);
      if (value.text->is_markup) out->Own(")");
      return absl::OkStatus();
    case Kind::kSeq: return AppendSeq(arena, *value.seq, out);
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
    case Kind::kNamespace: return AppendNamespace(arena, *value.ns, out);
    case Kind::kMacro: {
      const TemplateProgram& program = *value.closure->program;
      uint32_t name = program.functions[value.closure->function].name;
      out->Own("<Macro ");
      if (name == TemplateFunction::kNone) {
        out->Own("anonymous");
      } else {
        FATHOM_ASSIGN_OR_RETURN(Value shown,
                                arena.NewText(program.names[name], false));
        AppendTextRepr(*shown.text, out);
      }
      out->Own(">");
      return absl::OkStatus();
    }
    case Kind::kLoop: {
      FATHOM_ASSIGN_OR_RETURN(int64_t length, LoopLength(arena, *value.loop));
      out->Own(absl::StrCat("<LoopContext ", value.loop->index0 + 1, "/",
                            length, ">"));
      return absl::OkStatus();
    }
    case Kind::kSelf:
      out->Own("<TemplateReference None>");
      return absl::OkStatus();
    default: return Unprintable(value);
  }
}

}  // namespace fathom::rt
