// "%s" % x: the formatting of Python's printf style.
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/format.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

// One conversion, as it is written after '%'.
struct Conversion {
  bool left = false, plus = false, blank = false, alternate = false;
  bool zero = false;
  int64_t width = -1;
  int64_t precision = -1;
  char type = '\0';
};

class Percent {
 public:
  Percent(TemplateContext& context, const Text& format, const Value& values)
      : arena_(context.arena),
        format_(format),
        bytes_(format.bytes),
        values_(values),
        out_(context.arena.Builder()) {
    if (values.IsTuple()) {
      args_ = values.seq->items;
    } else {
      args_ = {values};
      mapping_ = values.IsUndefined() || values.Is(Kind::kDict) ||
                 (values.IsSeq() && !values.seq->is_view());
    }
  }

  absl::StatusOr<Value> Run() {
    while (pos_ < bytes_.size()) {
      size_t percent = std::min(bytes_.find('%', pos_), bytes_.size());
      out_.Append(format_, pos_, percent);
      pos_ = percent;
      if (pos_ < bytes_.size()) FATHOM_RETURN_IF_ERROR(One());
    }
    if (next_ < args_.size() && !mapping_) {
      return absl::InvalidArgumentError("found a format with too many values");
    }
    return arena_.NewText(std::move(out_), format_.is_markup);
  }

 private:
  static absl::Status Cut() {
    return absl::InvalidArgumentError("found a format that is cut after '%'");
  }

  absl::StatusOr<Value> NextArgument() {
    if (next_ < args_.size()) return args_[next_++];
    return absl::InvalidArgumentError("found a format with too few values");
  }

  // Digits, or '*' for the next value.
  absl::Status Number(int64_t* number) {
    if (pos_ < bytes_.size() && bytes_[pos_] == '*') {
      ++pos_;
      FATHOM_ASSIGN_OR_RETURN(Value value, NextArgument());
      if (!value.IsInt()) {
        return absl::InvalidArgumentError(
            absl::StrCat("found ", AKind(value),
                         " for '*' in a format, expected an integer"));
      }
      *number = value.AsInt();
      return absl::OkStatus();
    }
    while (pos_ < bytes_.size() && absl::ascii_isdigit(bytes_[pos_])) {
      *number = std::max<int64_t>(*number, 0) * 10 + (bytes_[pos_++] - '0');
      if (*number > INT32_MAX) {
        return absl::InvalidArgumentError(
            "found a width or precision that is too large in a format");
      }
    }
    return absl::OkStatus();
  }

  // The key in brackets, whose value is the only one from here.
  absl::Status Key() {
    if (!mapping_) {
      return absl::InvalidArgumentError(
          absl::StrCat("found a format with a name and ", AKind(values_),
                       ", expected a mapping"));
    }
    size_t begin = ++pos_;
    for (int open = 1; open > 0; ++pos_) {
      if (pos_ == bytes_.size()) return Cut();
      open += bytes_[pos_] == '(' ? 1 : bytes_[pos_] == ')' ? -1 : 0;
    }
    absl::string_view key = bytes_.substr(begin, pos_ - 1 - begin);
    const Value* found =
        values_.Is(Kind::kDict) ? FindText(*values_.dict, key) : nullptr;
    if (found == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("found no value '", Shown(key), "' for a format"));
    }
    args_ = {*found};
    next_ = 0;
    return absl::OkStatus();
  }

  absl::Status One() {
    size_t begin = pos_++;
    Conversion conversion;
    if (pos_ < bytes_.size() && bytes_[pos_] == '(') {
      FATHOM_RETURN_IF_ERROR(Key());
    }
    for (bool flag = true; flag && pos_ < bytes_.size();) {
      switch (bytes_[pos_]) {
        case '-': conversion.left = true; break;
        case '+': conversion.plus = true; break;
        case ' ': conversion.blank = true; break;
        case '#': conversion.alternate = true; break;
        case '0': conversion.zero = true; break;
        default: flag = false;
      }
      pos_ += flag;
    }
    FATHOM_RETURN_IF_ERROR(Number(&conversion.width));
    if (conversion.width < -1) {
      conversion.left = true;
      conversion.width = -conversion.width;
    }
    if (pos_ < bytes_.size() && bytes_[pos_] == '.') {
      ++pos_;
      conversion.precision = 0;
      FATHOM_RETURN_IF_ERROR(Number(&conversion.precision));
      conversion.precision = std::max<int64_t>(conversion.precision, 0);
    }
    if (pos_ < bytes_.size() &&
        (bytes_[pos_] == 'h' || bytes_[pos_] == 'l' || bytes_[pos_] == 'L')) {
      ++pos_;
    }
    if (pos_ == bytes_.size()) return Cut();
    conversion.type = bytes_[pos_];
    pos_ += Utf8Length(bytes_[pos_]);
    if (conversion.type == '%') {
      out_.Own("%");
      return absl::OkStatus();
    }
    FATHOM_ASSIGN_OR_RETURN(Value value, NextArgument());
    switch (conversion.type) {
      case 's':
      case 'r':
      case 'a': return PutText(conversion, value);
      case 'c': return PutCharacter(conversion, value);
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X': return PutInteger(conversion, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G': return PutFloat(conversion, value);
      default:
        return absl::InvalidArgumentError(absl::StrCat(
            "found the format '", Shown(bytes_.substr(begin, pos_ - begin)),
            "', which Python does not know"));
    }
  }

  absl::Status Put(const Conversion& conversion, const Text& text) {
    int64_t missing = std::max<int64_t>(conversion.width - text.Length(), 0);
    if (!conversion.left) out_.Repeat(" ", missing);
    out_.Append(text);
    if (conversion.left) out_.Repeat(" ", missing);
    return absl::OkStatus();
  }

  absl::Status PutText(const Conversion& conversion, const Value& value) {
    TextBuilder written = arena_.Builder();
    if (conversion.type == 's') {
      FATHOM_RETURN_IF_ERROR(AppendStr(arena_, value, &written));
    } else {
      FATHOM_RETURN_IF_ERROR(AppendRepr(arena_, value, &written));
    }
    bool markup = conversion.type == 's' && value.IsMarkup();
    FATHOM_ASSIGN_OR_RETURN(Value text,
                            arena_.NewText(std::move(written), markup));
    if (conversion.type == 'a') {
      FATHOM_ASSIGN_OR_RETURN(text, AsciiText(arena_, *text.text));
    }
    if (format_.is_markup) {
      FATHOM_ASSIGN_OR_RETURN(text.text, Escape(arena_, text));
    }
    if (conversion.precision >= 0 &&
        conversion.precision < text.text->Length()) {
      FATHOM_ASSIGN_OR_RETURN(
          text, CutText(arena_, *text.text, 0,
                        text.text->OffsetOf(conversion.precision)));
    }
    return Put(conversion, *text.text);
  }

  absl::Status PutCharacter(const Conversion& conversion, const Value& value) {
    if (value.IsText() && value.text->Length() == 1) {
      return Put(conversion, *value.text);
    }
    if (!value.IsInt()) {
      return absl::InvalidArgumentError(
          absl::StrCat("found ", AKind(value),
                       " for '%c', expected a character or its number"));
    }
    FATHOM_ASSIGN_OR_RETURN(Value text, CharacterText(arena_, value.AsInt()));
    return Put(conversion, *text.text);
  }

  // A number: `prefix` as "0x", `digits` without a sign.
  absl::Status PutNumber(const Conversion& conversion, bool negative,
                         absl::string_view prefix, absl::string_view digits) {
    absl::string_view sign = negative           ? "-"
                             : conversion.plus  ? "+"
                             : conversion.blank ? " "
                                                : "";
    int64_t length = sign.size() + prefix.size() + digits.size();
    int64_t missing = std::max<int64_t>(conversion.width - length, 0);
    bool zeros = conversion.zero && !conversion.left;
    if (!zeros && !conversion.left) out_.Repeat(" ", missing);
    out_.Own(sign);
    out_.Own(prefix);
    if (zeros) out_.Repeat("0", missing);
    out_.Own(digits);
    if (conversion.left) out_.Repeat(" ", missing);
    return absl::OkStatus();
  }

  absl::Status PutInteger(const Conversion& conversion, const Value& value) {
    char lower = absl::ascii_tolower(conversion.type);
    bool decimal = lower != 'o' && lower != 'x';
    bool takes = value.IsInteger() || (decimal && value.Is(Kind::kFloat) &&
                                       std::isfinite(value.number));
    if (!takes) {
      return absl::InvalidArgumentError(
          absl::StrCat("found ", AKind(value), " to format as an integer"));
    }
    Integer integer = value.IsInteger() ? value.AsInteger()
                                        : Integer::FromDouble(value.number);
    FATHOM_RETURN_IF_ERROR(arena_.Charge(integer.digits() * 4));
    std::string digits =
        decimal ? integer.Decimal() : integer.Magnitude(lower == 'o' ? 8 : 16);
    if (digits[0] == '-') digits.erase(0, 1);
    if (conversion.precision > static_cast<int64_t>(digits.size())) {
      FATHOM_RETURN_IF_ERROR(arena_.Charge(conversion.precision));
      digits.insert(0, conversion.precision - digits.size(), '0');
    }
    absl::string_view prefix;
    if (conversion.alternate && !decimal) prefix = lower == 'o' ? "0o" : "0x";
    if (conversion.type != 'X') {
      return PutNumber(conversion, integer.negative(), prefix, digits);
    }
    absl::AsciiStrToUpper(&digits);
    return PutNumber(conversion, integer.negative(), prefix.empty() ? "" : "0X",
                     digits);
  }

  absl::Status PutFloat(const Conversion& conversion, const Value& value) {
    if (!value.IsNumber()) {
      return absl::InvalidArgumentError(
          absl::StrCat("found ", AKind(value), " to format as a float"));
    }
    double number = value.AsDouble();
    if (std::isinf(number) && value.IsInteger()) {
      return absl::InvalidArgumentError(
          "found an integer that is too large for a float");
    }
    int64_t precision = conversion.precision < 0 ? 6 : conversion.precision;
    if (precision > kFormatPrecisionMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("found a precision of ", precision,
                       ", expected at most ", kFormatPrecisionMax));
    }
    FATHOM_RETURN_IF_ERROR(arena_.Charge(precision + 320));
    std::string digits =
        FormatDouble(number, absl::ascii_tolower(conversion.type), precision,
                     conversion.alternate);
    if (absl::ascii_isupper(conversion.type)) absl::AsciiStrToUpper(&digits);
    return PutNumber(conversion, std::signbit(number) && !std::isnan(number),
                     "", digits);
  }

  Arena& arena_;
  const Text& format_;
  absl::string_view bytes_;
  const Value& values_;
  bool mapping_ = false;
  std::vector<Value> args_;
  size_t next_ = 0;
  size_t pos_ = 0;
  TextBuilder out_;
};

}  // namespace

absl::StatusOr<Value> FormatPercent(TemplateContext& context,
                                    const Text& format, const Value& values) {
  return Percent(context, format, values).Run();
}

}  // namespace fathom::rt
