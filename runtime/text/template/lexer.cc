#include "runtime/text/template/lexer.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/integer.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = TemplateToken::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(absl::string_view source) {
    source_ = absl::StrReplaceAll(source, {{"\r\n", "\n"}, {"\r", "\n"}});
    if (!source_.empty() && source_.back() == '\n') source_.pop_back();
    text_ = source_;
  }

  absl::StatusOr<std::vector<TemplateToken>> Run() {
    while (pos_ < text_.size()) {
      FATHOM_RETURN_IF_ERROR(Data());
    }
    Add(Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrFormat("template line %d: %s", line_, what));
  }

  void Add(Kind kind, absl::string_view text) {
    TemplateToken token;
    token.kind = kind;
    token.line = line_;
    token.text = std::string(text);
    tokens_.push_back(std::move(token));
  }

  bool At(absl::string_view what) const {
    return text_.substr(pos_, what.size()) == what;
  }

  void Advance(size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) line_ += text_[pos_ + i] == '\n';
    if (bytes > 0) line_starting_ = text_[pos_ + bytes - 1] == '\n';
    pos_ += bytes;
  }

  void SkipSpace() {
    absl::string_view rest = text_.substr(pos_);
    Advance(rest.size() - StripPythonSpace(rest, true, false).size());
  }

  // Skips the end of a tag that is `bytes` long, and what it swallows.
  void EndTag(size_t bytes, bool minus, bool trims_newline) {
    Advance(bytes);
    if (minus) {
      SkipSpace();
    } else if (trims_newline && At("\n")) {
      Advance(1);
    }
  }

  // Adds the text before a tag at `end`, stripped as the tag's sign says.
  void AddData(size_t end, char sign, bool is_print) {
    absl::string_view data = text_.substr(pos_, end - pos_);
    if (sign == '-') {
      data = StripPythonSpace(data, false, true);
    } else if (sign != '+' && !is_print) {
      size_t newline = data.rfind('\n');
      size_t begin = newline == data.npos ? 0 : newline + 1;
      if ((begin > 0 || line_starting_) &&
          StripPythonSpace(data.substr(begin), true, true).empty()) {
        data = data.substr(0, begin);
      }
    }
    if (!data.empty()) Add(Kind::kData, data);
    Advance(end - pos_);
  }

  bool AtName() const {
    size_t length = 0;
    return IsPythonIdentifierStart(DecodeUtf8(text_, pos_, &length));
  }

  char SignAt(size_t pos) const {
    char c = pos < text_.size() ? text_[pos] : '\0';
    return c == '-' || c == '+' ? c : '\0';
  }

  absl::Status Data() {
    size_t tag = pos_;
    while (true) {
      tag = text_.find('{', tag);
      if (tag == text_.npos) {
        Add(Kind::kData, text_.substr(pos_));
        pos_ = text_.size();
        return absl::OkStatus();
      }
      char next = tag + 1 < text_.size() ? text_[tag + 1] : '\0';
      if (next == '%' || next == '{' || next == '#') break;
      ++tag;
    }
    char kind = text_[tag + 1];
    char sign = SignAt(tag + 2);
    AddData(tag, sign, kind == '{');
    size_t raw_end = kind == '%' ? KeywordTagEnd(pos_, "raw") : 0;
    if (raw_end != 0) return Raw(raw_end);
    Advance(sign == '\0' ? 2 : 3);
    if (kind == '#') return Comment();
    Add(kind == '%' ? Kind::kBlockBegin : Kind::kPrintBegin, "");
    return Tag(kind == '%');
  }

  // Where "%}" or "-%}" of the tag `{% keyword %}` at `pos` begins, or 0.
  size_t KeywordTagEnd(size_t pos, absl::string_view keyword) const {
    size_t at = pos + 2;
    if (SignAt(at) != '\0') ++at;
    auto skip = [&] {
      absl::string_view rest = text_.substr(at);
      at += rest.size() - StripPythonSpace(rest, true, false).size();
    };
    skip();
    if (text_.substr(at, keyword.size()) != keyword) return 0;
    at += keyword.size();
    skip();
    absl::string_view rest = text_.substr(at);
    bool ends = rest.substr(0, 2) == "%}" || rest.substr(0, 3) == "-%}" ||
                (keyword == "endraw" && rest.substr(0, 3) == "+%}");
    return ends ? at : 0;
  }

  absl::Status Raw(size_t end) {
    Advance(end - pos_);
    EndTag(At("-") ? 3 : 2, At("-"), false);
    for (size_t at = pos_;; at += 2) {
      at = text_.find("{%", at);
      if (at == text_.npos) return Error("found no 'endraw' for 'raw'");
      size_t tag_end = KeywordTagEnd(at, "endraw");
      if (tag_end == 0) continue;
      AddData(at, SignAt(at + 2), false);
      Advance(tag_end - pos_);
      bool signed_end = SignAt(pos_) != '\0';
      EndTag(signed_end ? 3 : 2, At("-"), !signed_end);
      return absl::OkStatus();
    }
  }

  absl::Status Comment() {
    size_t end = text_.find("#}", pos_);
    if (end == text_.npos) return Error("found no end of a comment");
    char sign = end > pos_ ? SignAt(end - 1) : '\0';
    Advance(end - pos_);
    EndTag(2, sign == '-', sign == '\0');
    return absl::OkStatus();
  }

  absl::Status Tag(bool is_block) {
    absl::string_view close = is_block ? "%}" : "}}";
    std::string open;  // Brackets that wait for their partner.
    while (true) {
      SkipSpace();
      if (pos_ >= text_.size()) {
        return Error(absl::StrFormat("found the end, expected '%s'", close));
      }
      if (open.empty()) {
        bool minus = At("-") && text_.substr(pos_ + 1, 2) == close;
        bool plus = is_block && At("+") && text_.substr(pos_ + 1, 2) == close;
        if (minus || plus || At(close)) {
          Add(is_block ? Kind::kBlockEnd : Kind::kPrintEnd, close);
          EndTag(minus || plus ? 3 : 2, minus, is_block && !plus);
          return absl::OkStatus();
        }
      }
      char c = text_[pos_];
      if (IsDigit(c)) {
        FATHOM_RETURN_IF_ERROR(Number());
      } else if (AtName()) {
        FATHOM_RETURN_IF_ERROR(Name());
      } else if (c == '\'' || c == '"') {
        FATHOM_RETURN_IF_ERROR(String(c));
      } else {
        FATHOM_RETURN_IF_ERROR(Operator(&open));
      }
    }
  }

  absl::Status Operator(std::string* open) {
    static constexpr absl::string_view kOperators[] = {
        "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(",
        ")",  "[",  "]",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
    for (absl::string_view op : kOperators) {
      if (!At(op)) continue;
      if (op == "(") open->push_back(')');
      if (op == "[") open->push_back(']');
      if (op == "{") open->push_back('}');
      if (op == ")" || op == "]" || op == "}") {
        if (open->empty()) return Error(absl::StrFormat("found '%s'", op));
        if (open->back() != op[0]) {
          return Error(
              absl::StrFormat("found '%s', expected '%c'", op, open->back()));
        }
        open->pop_back();
      }
      Add(Kind::kOperator, op);
      Advance(op.size());
      return absl::OkStatus();
    }
    size_t length = Utf8Length(text_[pos_]);
    return Error(absl::StrFormat(
        "found '%s', which begins no name, number, string or operator",
        Shown(text_.substr(pos_, length))));
  }

  // Digits in groups that underscores part, from `at` on: where they end.
  template <typename F>
  size_t Digits(size_t at, F is_digit) const {
    size_t end = at;
    while (at < text_.size()) {
      if (is_digit(text_[at])) {
        end = ++at;
      } else if (text_[at] == '_' && end == at && at + 1 < text_.size() &&
                 is_digit(text_[at + 1])) {
        ++at;
      } else {
        break;
      }
    }
    return end;
  }

  // Where a float that begins here ends, or the place itself.
  size_t FloatEnd() const {
    if (pos_ > 0 && text_[pos_ - 1] == '.') return pos_;
    size_t whole = Digits(pos_, IsDigit);
    size_t end = whole;
    if (end < text_.size() && text_[end] == '.') {
      size_t fraction = Digits(end + 1, IsDigit);
      if (fraction > end + 1) end = fraction;
    }
    if (end < text_.size() && (text_[end] | 0x20) == 'e') {
      size_t at = end + 1;
      if (at < text_.size() && (text_[at] == '+' || text_[at] == '-')) ++at;
      size_t exponent = Digits(at, IsDigit);
      if (exponent > at) end = exponent;
    }
    return end > whole ? end : pos_;
  }

  // A number as Python writes it. What follows directly is another token, and
  // seldom one that may be there.
  absl::Status Number() {
    size_t end = FloatEnd();
    if (end > pos_) {
      std::string plain =
          absl::StrReplaceAll(text_.substr(pos_, end - pos_), {{"_", ""}});
      Add(Kind::kFloat, plain);
      if (!absl::SimpleAtod(plain, &tokens_.back().number)) {
        return Error(
            absl::StrFormat("found '%s', expected a number", Shown(plain)));
      }
      Advance(end - pos_);
      return absl::OkStatus();
    }
    char mark = pos_ + 1 < text_.size() ? text_[pos_ + 1] | 0x20 : '\0';
    int base = text_[pos_] != '0' ? 10
               : mark == 'b'      ? 2
               : mark == 'o'      ? 8
               : mark == 'x'      ? 16
                                  : 10;
    size_t begin = pos_;
    if (base != 10) {
      auto is_digit = [&](char c) {
        char lower = c | 0x20;
        int digit = IsDigit(c)                     ? c - '0'
                    : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                   : 16;
        return digit < base;
      };
      begin = pos_ + 2;
      if (begin < text_.size() && text_[begin] == '_') ++begin;
      end = Digits(begin, is_digit);
    }
    if (base == 10 || end == begin) {  // "0b" alone is the number 0 and a name
      base = 10;
      begin = pos_;
      bool zero = text_[pos_] == '0';
      end = Digits(pos_, [&](char c) { return zero ? c == '0' : IsDigit(c); });
    }
    std::string digits =
        absl::StrReplaceAll(text_.substr(begin, end - begin), {{"_", ""}});
    if (digits.size() > kIntegerDigitsMax) {
      return Error(
          absl::StrFormat("found an integer of %d digits, expected "
                          "at most %d",
                          digits.size(), kIntegerDigitsMax));
    }
    Add(Kind::kInteger, Integer::FromDigits(digits, base)->Decimal());
    Advance(end - pos_);
    return absl::OkStatus();
  }

  // A name: what Python takes for an identifier.
  absl::Status Name() {
    size_t end = pos_, length = 0;
    while (end < text_.size() &&
           IsPythonIdentifierPart(DecodeUtf8(text_, end, &length))) {
      end += length;
    }
    Add(Kind::kName, text_.substr(pos_, end - pos_));
    Advance(end - pos_);
    return absl::OkStatus();
  }

  absl::Status String(char quote) {
    std::string value;
    size_t at = pos_ + 1;
    while (true) {
      if (at >= text_.size()) return Error("found no end of a string");
      char c = text_[at++];
      if (c == quote) break;
      if (c != '\\') {
        value.push_back(c);
        continue;
      }
      if (at >= text_.size()) return Error("found no end of a string");
      FATHOM_RETURN_IF_ERROR(Escape(&at, &value));
    }
    Add(Kind::kString, value);
    Advance(at - pos_);
    return absl::OkStatus();
  }

  // One escape of Python's string literals; `*at` is after the backslash.
  absl::Status Escape(size_t* at, std::string* value) {
    static constexpr absl::string_view kFrom = "\\'\"abfnrtv";
    static constexpr absl::string_view kTo = "\\'\"\a\b\f\n\r\t\v";
    char c = text_[(*at)++];
    size_t simple = kFrom.find(c);
    if (simple != kFrom.npos) {
      value->push_back(kTo[simple]);
      return absl::OkStatus();
    }
    if (c == '\n') return absl::OkStatus();
    if (c == 'N')
      return Error("found the escape '\\N', which is not supported");
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    uint32_t code_point = 0;
    if (digits > 0) {
      absl::string_view hex = text_.substr(*at, digits);
      if (hex.size() != static_cast<size_t>(digits) ||
          !absl::SimpleHexAtoi(hex, &code_point) || hex[0] == '-' ||
          hex[0] == '+' || hex[0] == ' ' || hex.substr(0, 2) == "0x") {
        return Error(absl::StrFormat("found '\\%c%s', expected %d hex digits",
                                     c, Shown(hex), digits));
      }
      *at += digits;
    } else if (c >= '0' && c <= '7') {
      code_point = c - '0';
      for (int i = 0; i < 2 && *at < text_.size(); ++i, ++*at) {
        char d = text_[*at];
        if (d < '0' || d > '7') break;
        code_point = code_point * 8 + (d - '0');
      }
    } else {  // Python keeps a backslash that it does not know.
      value->push_back('\\');
      value->push_back(c);
      return absl::OkStatus();
    }
    if (code_point > 0x10FFFF ||
        (code_point >= 0xD800 && code_point < 0xE000)) {
      return Error(absl::StrFormat(
          "found the escape of U+%X, which is no character", code_point));
    }
    AppendUtf8(code_point, value);
    return absl::OkStatus();
  }

  std::string source_;
  absl::string_view text_;
  size_t pos_ = 0;
  int line_ = 1;
  bool line_starting_ = true;
  std::vector<TemplateToken> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<TemplateToken>> LexTemplate(
    absl::string_view source) {
  if (source.size() > kTemplateSourceBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the template has %d bytes, expected at most %d",
                        source.size(), kTemplateSourceBytesMax));
  }
  if (!IsValidUtf8(source)) {
    return absl::InvalidArgumentError("the template is not valid UTF-8");
  }
  return Lexer(source).Run();
}

}  // namespace fathom::rt
