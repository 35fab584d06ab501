#include "runtime/text/template/number_text.h"

#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// Without space around it and with the digits of all scripts as ASCII; other
// characters that are not ASCII become '?', which no number holds.
std::string Plain(absl::string_view text) {
  std::string out;
  size_t length = 0;
  text = StripPythonSpace(text, true, true);
  for (size_t pos = 0; pos < text.size(); pos += length) {
    uint32_t c = DecodeUtf8(text, pos, &length);
    int digit = DecimalValue(c);
    out.push_back(digit >= 0 ? static_cast<char>('0' + digit)
                  : c < 0x80 ? static_cast<char>(c)
                             : '?');
  }
  return out;
}

// Takes the sign from the begin of `text`; whether it is a minus.
bool TakeSign(absl::string_view* text) {
  bool minus = absl::StartsWith(*text, "-");
  if (minus || absl::StartsWith(*text, "+")) text->remove_prefix(1);
  return minus;
}

// `text` without underscores, each of which stands between two characters that
// are none; nothing if one does not.
std::optional<std::string> WithoutUnderscores(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out.push_back(text[i]);
      continue;
    }
    bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_' &&
                   text[i + 1] != '_';
    if (!between) return std::nullopt;
  }
  return out;
}

}  // namespace

std::optional<Integer> ParsePythonInteger(absl::string_view text,
                                          int64_t base) {
  if (base != 0 && (base < 2 || base > 36)) return std::nullopt;
  std::string plain = Plain(text);
  absl::string_view rest = plain;
  bool minus = TakeSign(&rest);
  auto prefix = [&](char letter, int64_t of) {
    bool there = rest.size() > 1 && rest[0] == '0' &&
                 absl::ascii_tolower(rest[1]) == letter &&
                 (base == 0 || base == of);
    if (!there) return false;
    base = of;
    rest.remove_prefix(2);
    // One underscore may follow the prefix.
    if (rest.size() > 1 && rest[0] == '_') rest.remove_prefix(1);
    return true;
  };
  bool prefixed = prefix('x', 16) || prefix('o', 8) || prefix('b', 2);
  bool decides = base == 0;
  if (decides) base = 10;
  auto digits = WithoutUnderscores(rest);
  if (!digits || digits->empty()) return std::nullopt;
  // Without a prefix, a leading zero would leave the base in doubt.
  if (decides && !prefixed && (*digits)[0] == '0' &&
      digits->find_first_not_of('0') != std::string::npos) {
    return std::nullopt;
  }
  bool power_of_two = (base & (base - 1)) == 0;
  if (digits->size() > kIntegerDigitsMax && !power_of_two) return std::nullopt;
  if (digits->size() > 4 * kIntegerDigitsMax) return std::nullopt;
  auto integer = Integer::FromDigits(*digits, base);
  if (!integer) return std::nullopt;
  return minus ? integer->Negated() : *integer;
}

std::optional<double> ParsePythonFloat(absl::string_view text) {
  std::string plain = Plain(text);
  absl::string_view rest = plain;
  bool minus = TakeSign(&rest);
  auto signed_number = [&](double number) {
    return std::optional<double>(minus ? -number : number);
  };
  if (absl::EqualsIgnoreCase(rest, "inf") ||
      absl::EqualsIgnoreCase(rest, "infinity")) {
    return signed_number(std::numeric_limits<double>::infinity());
  }
  if (absl::EqualsIgnoreCase(rest, "nan")) return std::nan("");
  // Digits, a point and more of them, an exponent; underscores between digits.
  std::string digits;
  size_t pos = 0;
  auto take_digits = [&] {
    size_t begin = pos;
    while (pos < rest.size() &&
           (absl::ascii_isdigit(rest[pos]) || rest[pos] == '_')) {
      ++pos;
    }
    auto plain_digits = WithoutUnderscores(rest.substr(begin, pos - begin));
    if (!plain_digits) return -1;
    digits += *plain_digits;
    return static_cast<int>(plain_digits->size());
  };
  int whole = take_digits();
  if (whole < 0) return std::nullopt;
  int fraction = 0;
  if (pos < rest.size() && rest[pos] == '.') {
    digits += rest[pos++];
    fraction = take_digits();
    if (fraction < 0) return std::nullopt;
  }
  if (whole + fraction == 0) return std::nullopt;
  if (pos < rest.size() && absl::ascii_tolower(rest[pos]) == 'e') {
    digits += rest[pos++];
    if (pos < rest.size() && (rest[pos] == '+' || rest[pos] == '-')) {
      digits += rest[pos++];
    }
    if (take_digits() <= 0) return std::nullopt;
  }
  double number = 0;
  if (pos != rest.size() || !absl::SimpleAtod(digits, &number)) {
    return std::nullopt;
  }
  return signed_number(number);
}

}  // namespace fathom::rt
