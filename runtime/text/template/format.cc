// format(value, spec): Python's language of format specifications.
#include "runtime/text/template/format.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

// Significant digits and the power of ten before which the point stands, with
// as many digits as asked for and no zeros after the last.
std::string GeneralDigits(double number, int precision, int* point) {
  std::string text = absl::StrFormat("%.*e", precision - 1, number);
  size_t e = text.find('e');
  *point = 0;
  bool negative = text[e + 1] == '-';
  for (char c : text.substr(e + 2)) *point = *point * 10 + (c - '0');
  *point = (negative ? -*point : *point) + 1;
  std::string digits = text.substr(0, 1);
  if (e > 2) digits += text.substr(2, e - 2);
  return digits;
}

// 'g', and with `dot` the variant that writes a float as one: 1.0, not 1.
std::string General(double number, int precision, bool alternate, bool dot) {
  if (precision == 0) precision = 1;
  int point = 0;
  std::string digits = GeneralDigits(number, precision, &point);
  if (!alternate)
    digits.resize(std::max<size_t>(digits.find_last_not_of('0') + 1, 1));
  if (number == 0) point = 1;
  bool exponent = point <= -4 || point > precision - (dot ? 1 : 0);
  if (exponent) {
    std::string out = digits.substr(0, 1);
    if (digits.size() > 1 || alternate) out += "." + digits.substr(1);
    return out + absl::StrFormat("e%c%02d", point - 1 < 0 ? '-' : '+',
                                 std::abs(point - 1));
  }
  std::string out;
  if (point <= 0) {
    out = "0." + std::string(-point, '0') + digits;
  } else if (digits.size() <= static_cast<size_t>(point)) {
    out = digits + std::string(point - digits.size(), '0');
    if (alternate) out += ".";
  } else {
    out = digits.substr(0, point) + "." + digits.substr(point);
  }
  if (dot && out.find('.') == out.npos) out += ".0";
  return out;
}

}  // namespace

std::string FormatDouble(double number, char style, int precision,
                         bool alternate) {
  number = std::abs(number);
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return "inf";
  switch (style) {
    case 'e':
    case 'f': {
      std::string out = style == 'e'
                            ? absl::StrFormat("%.*e", precision, number)
                            : absl::StrFormat("%.*f", precision, number);
      if (alternate && precision == 0) {
        out.insert(std::min(out.find('e'), out.size()), ".");
      }
      return out;
    }
    case 'r': return FloatRepr(number);
    default: return General(number, precision, alternate, style == 'd');
  }
}

namespace {

struct Spec {
  std::string fill = " ";
  bool has_fill = false;
  char align = '\0';  // none given
  char sign = '\0';
  bool positive_zero = false;
  bool alternate = false;
  int64_t width = -1;
  char grouping = '\0';
  int64_t precision = -1;
  char type = '\0';
};

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("found ", what, " in a format specification"));
}

bool IsAlign(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

absl::StatusOr<Spec> ParseSpec(absl::string_view text, char default_align) {
  Spec spec;
  size_t pos = 0;
  auto at = [&](size_t i) { return i < text.size() ? text[i] : '\0'; };
  size_t first = text.empty() ? 0 : Utf8Length(text[0]);
  if (first > 0 && first < text.size() && IsAlign(text[first])) {
    spec.fill = std::string(text.substr(0, first));
    spec.has_fill = true;
    spec.align = text[first];
    pos = first + 1;
  } else if (IsAlign(at(0))) {
    spec.align = text[pos++];
  }
  if (at(pos) == '+' || at(pos) == '-' || at(pos) == ' ') {
    spec.sign = text[pos++];
  }
  if (at(pos) == 'z') {
    spec.positive_zero = true;
    ++pos;
  }
  if (at(pos) == '#') {
    spec.alternate = true;
    ++pos;
  }
  if (!spec.has_fill && at(pos) == '0') {
    spec.fill = "0";
    if (spec.align == '\0' && default_align == '>') spec.align = '=';
    ++pos;
  }
  auto number = [&](int64_t* out) -> absl::Status {
    while (absl::ascii_isdigit(at(pos))) {
      *out = std::max<int64_t>(*out, 0) * 10 + (text[pos++] - '0');
      if (*out > INT32_MAX) return Refuse("a number that is too large");
    }
    return absl::OkStatus();
  };
  FATHOM_RETURN_IF_ERROR(number(&spec.width));
  if (at(pos) == ',' || at(pos) == '_') spec.grouping = text[pos++];
  if (spec.grouping != '\0' && (at(pos) == ',' || at(pos) == '_')) {
    return Refuse("',' and '_'");
  }
  if (at(pos) == '.') {
    ++pos;
    FATHOM_RETURN_IF_ERROR(number(&spec.precision));
    if (spec.precision < 0) return Refuse("no precision after '.'");
  }
  if (pos + 1 < text.size()) {
    return Refuse(absl::StrCat("'", Shown(text.substr(pos)), "'"));
  }
  spec.type = at(pos);
  if (spec.grouping != '\0') {
    absl::string_view known =
        spec.grouping == ',' ? "defgEG%F" : "defgEG%FboxX";
    if (spec.type != '\0' && !absl::StrContains(known, spec.type)) {
      return Refuse(absl::StrCat("'", std::string(1, spec.grouping), "' with '",
                                 Shown(std::string(1, spec.type)), "'"));
    }
  }
  if (spec.align == '\0') spec.align = default_align;
  return spec;
}

// Digits in groups that a separator parts, with zeros to fill `width`.
std::string Group(absl::string_view digits, char separator, int size,
                  int64_t width) {
  int64_t remaining = digits.size();
  std::string backwards;
  bool separates = false;
  while (true) {
    int64_t length = std::min<int64_t>(
        size, std::max<int64_t>(std::max(remaining, width), 1));
    if (separates) backwards.push_back(separator);
    separates = true;
    for (int64_t i = 0; i < length; ++i) {
      backwards.push_back(remaining > 0 ? digits[--remaining] : '0');
    }
    width -= length;
    if (remaining <= 0 && width <= 0) break;
    --width;
  }
  return std::string(backwards.rbegin(), backwards.rend());
}

// Appends what is left and right of the text that `put` appends.
template <typename F>
absl::Status Padded(const Spec& spec, int64_t length, TextBuilder* out, F put) {
  int64_t missing = std::max<int64_t>(spec.width - length, 0);
  int64_t left = spec.align == '>'   ? missing
                 : spec.align == '^' ? missing / 2
                                     : 0;
  out->Repeat(spec.fill, left);
  put();
  out->Repeat(spec.fill, missing - left);
  return absl::OkStatus();
}

// A number of a sign, a prefix as "0x", digits and what follows them.
absl::Status PutNumber(Arena& arena, const Spec& spec, bool negative,
                       absl::string_view prefix, absl::string_view digits,
                       absl::string_view rest, TextBuilder* out) {
  absl::string_view sign = negative           ? "-"
                           : spec.sign == '+' ? "+"
                           : spec.sign == ' ' ? " "
                                              : "";
  int64_t around = sign.size() + prefix.size() + rest.size();
  std::string grouped(digits);
  if (spec.grouping != '\0' && !digits.empty()) {
    bool wide = spec.grouping == '_' && spec.type != '\0' &&
                absl::StrContains("boxX", spec.type);
    bool fills = spec.align == '=' && spec.fill == "0";
    FATHOM_RETURN_IF_ERROR(
        arena.Charge(std::max<int64_t>(spec.width, digits.size()) * 2));
    grouped = Group(digits, spec.grouping == ',' ? ',' : '_', wide ? 4 : 3,
                    fills ? spec.width - around : 0);
  }
  int64_t length = around + grouped.size();
  if (spec.align != '=') {
    return Padded(spec, length, out, [&] {
      for (auto part : {sign, prefix, absl::string_view(grouped), rest}) {
        out->Own(part);
      }
    });
  }
  out->Own(sign);
  out->Own(prefix);
  out->Repeat(spec.fill, std::max<int64_t>(spec.width - length, 0));
  out->Own(grouped);
  out->Own(rest);
  return absl::OkStatus();
}

absl::Status FormatFloat(Arena& arena, Spec spec, double number,
                         TextBuilder* out) {
  char style = absl::ascii_tolower(spec.type);
  bool percent = spec.type == '%';
  if (percent) number *= 100;
  int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  if (precision > kFormatPrecisionMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a precision of ", precision, ", expected at most ",
                     kFormatPrecisionMax));
  }
  FATHOM_RETURN_IF_ERROR(arena.Charge(precision + 320));
  if (percent) style = 'f';
  if (style == 'n') style = 'g';
  // Without a type it is repr() or, with a precision, 'g' with a point.
  if (style == '\0') style = spec.precision < 0 ? 'r' : 'd';
  std::string text = FormatDouble(number, style, precision, spec.alternate);
  if (spec.alternate && style == 'r' && text.find('.') == text.npos &&
      std::isfinite(number)) {
    text.insert(std::min(text.find('e'), text.size()), ".");
  }
  bool negative = std::signbit(number) && !std::isnan(number);
  if (spec.positive_zero && text.find_first_of("123456789in") == text.npos) {
    negative = false;
  }
  if (absl::ascii_isupper(spec.type)) absl::AsciiStrToUpper(&text);
  if (percent) text += "%";
  size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(text[digits])) ++digits;
  return PutNumber(arena, spec, negative, "",
                   absl::string_view(text).substr(0, digits),
                   absl::string_view(text).substr(digits), out);
}

absl::Status FormatInteger(Arena& arena, const Spec& spec, const Value& value,
                           TextBuilder* out) {
  if (spec.positive_zero) return Refuse("'z' for an integer");
  if (spec.precision >= 0) return Refuse("a precision for an integer");
  if (spec.type == 'c') {
    if (spec.sign != '\0') return Refuse("a sign with 'c'");
    if (spec.alternate) return Refuse("'#' with 'c'");
    FATHOM_ASSIGN_OR_RETURN(
        Value text,
        CharacterText(arena, value.IsInt() ? value.AsInt() : int64_t{-1}));
    return PutNumber(arena, spec, false, "", "", text.text->bytes, out);
  }
  Integer integer = value.AsInteger();
  FATHOM_RETURN_IF_ERROR(arena.Charge(integer.digits() * 4));
  int base = spec.type == 'b'                        ? 2
             : spec.type == 'o'                      ? 8
             : absl::ascii_tolower(spec.type) == 'x' ? 16
                                                     : 10;
  std::string digits = base == 10 ? integer.Decimal() : integer.Magnitude(base);
  if (digits[0] == '-') digits.erase(0, 1);
  std::string prefix;
  if (spec.alternate && base != 10) {
    prefix = absl::StrCat("0", std::string(1, spec.type));
  }
  if (spec.type == 'X') absl::AsciiStrToUpper(&digits);
  return PutNumber(arena, spec, integer.negative(), prefix, digits, "", out);
}

absl::Status FormatTextAs(Arena& arena, const Spec& spec, const Text& text,
                          TextBuilder* out) {
  if (spec.sign != '\0') return Refuse("a sign for a string");
  if (spec.positive_zero) return Refuse("'z' for a string");
  if (spec.alternate) return Refuse("'#' for a string");
  if (spec.align == '=') return Refuse("'=' for a string");
  if (spec.grouping != '\0') return Refuse("a separator for a string");
  if (spec.type != '\0' && spec.type != 's') {
    return Refuse(absl::StrCat("the type '", Shown(std::string(1, spec.type)),
                               "' for a string"));
  }
  int64_t length = text.Length();
  if (spec.precision >= 0) length = std::min(length, spec.precision);
  return Padded(spec, length, out,
                [&] { out->Append(text, 0, text.OffsetOf(length)); });
}

}  // namespace

absl::Status AppendFormatted(TemplateContext& context, const Value& value,
                             const Text& spec_text, TextBuilder* out) {
  Arena& arena = context.arena;
  if (spec_text.bytes.empty()) return AppendStr(arena, value, out);
  bool number = value.IsNumber();
  if (!number && !value.IsText()) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a format specification for ", AKind(value),
                     ", expected a number or string"));
  }
  FATHOM_ASSIGN_OR_RETURN(Spec spec,
                          ParseSpec(spec_text.bytes, number ? '>' : '<'));
  if (!number) return FormatTextAs(arena, spec, *value.text, out);
  if (value.IsInteger() &&
      (spec.type == '\0' || absl::StrContains("bcdnoxX", spec.type))) {
    return FormatInteger(arena, spec, value, out);
  }
  if (spec.type != '\0' && !absl::StrContains("eEfFgGn%", spec.type)) {
    return Refuse(absl::StrCat("the type '", Shown(std::string(1, spec.type)),
                               "' for ", AKind(value)));
  }
  double as_double = value.AsDouble();
  if (std::isinf(as_double) && value.IsInteger()) {
    return absl::InvalidArgumentError(
        "found an integer that is too large for a float");
  }
  return FormatFloat(arena, spec, as_double, out);
}

}  // namespace fathom::rt
