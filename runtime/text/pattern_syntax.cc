// See pattern_syntax.h. Structure (groups that close, what a quantifier
// follows) is left to PCRE2; this reads item by item and knows which it allows.
#include "runtime/text/pattern_syntax.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/base/status.h"
#include "runtime/text/pattern_class.h"
#include "runtime/text/pattern_cursor.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// What may stand in a group that ignores case: of these letters, alone, both
// engines fold U+017F to s and nothing else beyond ASCII.
constexpr absl::string_view kContractions[] = {"'s", "'t",  "'re", "'ve",
                                               "'m", "'ll", "'d"};

constexpr uint32_t kRepeatsMax = 1000;

template <typename Range>
bool Contains(const Range& range, absl::string_view item) {
  return std::find(std::begin(range), std::end(range), item) != std::end(range);
}

class Translator : private PatternCursor {
 public:
  explicit Translator(absl::string_view pattern) : PatternCursor(pattern) {}

  absl::StatusOr<std::string> Run() {
    while (at_ < pattern_.size()) FATHOM_RETURN_IF_ERROR(Item());
    return std::move(out_);
  }

 private:
  absl::Status Item() {
    switch (Peek()) {
      case '[': {
        FATHOM_ASSIGN_OR_RETURN(std::string text,
                                ReadClass(pattern_, &at_, &computed_bytes_));
        out_ += text;
        return Quantifier();
      }
      case '(': return Open();
      case ')': {
        const bool is_look = !looks_.empty() && looks_.back();
        if (!looks_.empty()) looks_.pop_back();
        Copy(1);
        return is_look ? absl::OkStatus() : Quantifier();
      }
      case '|': Copy(1); return absl::OkStatus();
      case '$':
        // The end of a line or of the text, in Oniguruma's syntax.
        ++at_;
        out_ += "(?=\\n|\\z)";
        return absl::OkStatus();
      case '.': Copy(1); return Quantifier();
      case '^':
      case '{':
      case '}':
      case '*':
      case '+':
      case '?': return RefuseHere();
      case '\\': {
        FATHOM_ASSIGN_OR_RETURN(PatternEscape escape,
                                ReadEscape(pattern_, &at_));
        out_ += escape.text;
        return Quantifier();
      }
      default: Literal(); return Quantifier();
    }
  }

  absl::Status Open() {
    const absl::string_view rest = pattern_.substr(at_);
    if (absl::StartsWith(rest, "(?i:")) return IgnoreCase();
    const bool is_look =
        absl::StartsWith(rest, "(?!") || absl::StartsWith(rest, "(?=");
    if (is_look || absl::StartsWith(rest, "(?:")) {
      Copy(3);
    } else if (absl::StartsWith(rest, "(?")) {
      return Refuse(absl::StrCat("'", rest.substr(0, 4), "'"));
    } else {
      ++at_;
      out_ += "(?:";  // nothing refers to what it captures
    }
    looks_.push_back(is_look);
    return absl::OkStatus();
  }

  absl::Status IgnoreCase() {
    const size_t end = pattern_.find(')', at_);
    if (end == absl::string_view::npos) return Refuse("'(?i:' without an end");
    const absl::string_view body = pattern_.substr(at_ + 4, end - at_ - 4);
    for (absl::string_view part : absl::StrSplit(body, '|')) {
      if (!Contains(kContractions, part)) {
        return Refuse(absl::StrCat("'", part, "' in '(?i:'"));
      }
    }
    Copy(end + 1 - at_);
    return Quantifier();
  }

  // *, + or ?, alone, lazy or possessive; or {n}, {n,}, {n,m} alone, for what
  // follows those means another thing in each engine.
  absl::Status Quantifier() {
    const char c = Peek();
    if (c == '*' || c == '+' || c == '?') {
      Copy(1);
      if (Peek() == '?' || Peek() == '+') Copy(1);
    } else if (c == '{') {
      const size_t end = pattern_.find('}', at_);
      if (end == absl::string_view::npos) return RefuseHere();
      const absl::string_view body = pattern_.substr(at_ + 1, end - at_ - 1);
      if (!IsRepeat(body)) {
        return Refuse(absl::StrCat("'{", body, "}'"));
      }
      Copy(end + 1 - at_);
    } else {
      return absl::OkStatus();
    }
    if (absl::string_view("*+?{").find(Peek()) != absl::string_view::npos &&
        at_ < pattern_.size()) {
      return RefuseHere();
    }
    return absl::OkStatus();
  }

  static bool IsRepeat(absl::string_view body) {
    const std::vector<absl::string_view> parts = absl::StrSplit(body, ',');
    uint32_t bounds[2] = {0, kRepeatsMax};
    if (parts.size() > 2) return false;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i == 1 && parts[i].empty()) continue;
      for (char c : parts[i]) {
        if (!absl::ascii_isdigit(c)) return false;
      }
      if (!absl::SimpleAtoi(parts[i], &bounds[i])) return false;
    }
    return bounds[0] <= bounds[1] && bounds[1] <= kRepeatsMax;
  }

  // One character that stands for itself.
  void Literal() {
    if (absl::ascii_ispunct(static_cast<unsigned char>(Peek()))) out_ += '\\';
    size_t length = 0;
    DecodeUtf8(pattern_, at_, &length);
    Copy(length);
  }

  void Copy(size_t bytes) {
    absl::StrAppend(&out_, pattern_.substr(at_, bytes));
    at_ += bytes;
  }

  size_t computed_bytes_ = 0;
  std::string out_;
  std::vector<bool> looks_;  // of the open groups, whether they look ahead
};

}  // namespace

absl::StatusOr<std::string> TranslatePattern(absl::string_view oniguruma) {
  return Translator(oniguruma).Run();
}

}  // namespace fathom::rt
