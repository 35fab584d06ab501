#include "runtime/base/json_fault.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#define SIMDJSON_EXCEPTIONS 0
#include "simdjson.h"

namespace fathom::rt {
namespace {

constexpr size_t kWordBytesMax = 24;
constexpr uint32_t kHighSurrogates = 0xd800, kLowSurrogates = 0xdc00,
                   kAfterSurrogates = 0xe000;

// How many bytes the character that `lead` begins has.
size_t CharacterBytes(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

class FaultFinder {
 public:
  FaultFinder(absl::string_view text, JsonDialect dialect)
      : text_(text), dialect_(dialect) {}

  std::string Find() {
    Document();
    if (expected_.empty()) return "";
    return absl::StrCat(JsonPlace(text_, fault_), ": found ", found_,
                        ", expected ", expected_);
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Next() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void SkipSpace() {
    while (Take(' ') || Take('\t') || Take('\n') || Take('\r')) {
    }
  }

  // Always false.
  bool Fault(size_t at, absl::string_view found, absl::string_view expected) {
    fault_ = at;
    found_ = std::string(found);
    expected_ = std::string(expected);
    return false;
  }
  bool Expected(absl::string_view expected) {
    if (AtEnd()) return Fault(at_, "the end", expected);
    size_t bytes = CharacterBytes(text_[at_]);
    for (; bytes < kWordBytesMax && at_ + bytes < text_.size() &&
           absl::ascii_isalnum(text_[at_]) &&
           absl::ascii_isalnum(text_[at_ + bytes]);
         ++bytes) {
    }
    return Fault(at_, Quoted(at_, bytes), expected);
  }
  std::string Quoted(size_t at, size_t bytes) const {
    return absl::StrCat("'", Shown(text_.substr(at, bytes)), "'");
  }

  // What is open is kept in a list: depth is the text's, not the stack's.
  void Document() {
    while (Value()) {
      while (!open_.empty()) {
        SkipSpace();
        if (Take(open_.back())) {
          open_.pop_back();
          continue;
        }
        const bool is_object = open_.back() == '}';
        if (!Take(',')) {
          Expected(is_object ? "',' or '}'" : "',' or ']'");
          return;
        }
        if (is_object && !Key("a key in double quotes")) return;
        break;
      }
      if (!open_.empty()) continue;
      SkipSpace();
      if (!AtEnd()) Expected("the end");
      return;
    }
  }

  // Reads up to the end of a value, or of an empty container, or to where the
  // first value of a container begins.
  bool Value() {
    for (;;) {
      SkipSpace();
      if (Take('{')) {
        open_.push_back('}');
        SkipSpace();
        if (Next() == '}') return true;
        if (!Key("a key in double quotes, or '}'")) return false;
      } else if (Take('[')) {
        open_.push_back(']');
        SkipSpace();
        if (Next() == ']') return true;
      } else {
        return Scalar();
      }
    }
  }
  bool Key(absl::string_view expected) {
    SkipSpace();
    if (Next() != '"') return Expected(expected);
    if (!String()) return false;
    SkipSpace();
    return Take(':') || Expected("':'");
  }
  bool Scalar() {
    if (Next() == '"') return String();
    if (dialect_ == JsonDialect::kPython && TakeNonFinite()) return true;
    if (Next() == '-' || absl::ascii_isdigit(Next())) return Number();
    for (absl::string_view word : {"true", "false", "null"}) {
      if (absl::StartsWith(text_.substr(at_), word)) {
        at_ += word.size();
        return true;
      }
    }
    return Expected("a value");
  }

  bool Digits() {
    if (!absl::ascii_isdigit(Next())) return Expected("a digit");
    while (absl::ascii_isdigit(Next())) ++at_;
    return true;
  }
  // Of any size: what 64 bits do not hold is a number all the same.
  bool Number() {
    Take('-');
    if (!Take('0') && !Digits()) return false;
    if (Take('.') && !Digits()) return false;
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      if (!Digits()) return false;
    }
    return true;
  }
  bool TakeNonFinite() {
    size_t end = at_;
    if (Next() == '-') ++end;
    while (end < text_.size() && absl::ascii_isalpha(text_[end])) ++end;
    if (!IsNonFiniteJsonName(text_.substr(at_, end - at_))) return false;
    at_ = end;
    return true;
  }

  bool String() {
    const size_t begin = at_++;
    while (!Take('"')) {
      if (AtEnd()) return Fault(begin, "a string without an end", "'\"'");
      if (Next() == '\\') {
        if (!Escape()) return false;
        continue;
      }
      if (absl::ascii_iscntrl(Next()) && Next() != '\x7f') {
        return Fault(at_, Quoted(at_, 1), "it escaped in a string");
      }
      const size_t bytes =
          std::min(CharacterBytes(text_[at_]), text_.size() - at_);
      if (!simdjson::validate_utf8(text_.data() + at_, bytes)) {
        return Fault(at_, Quoted(at_, bytes), "UTF-8");
      }
      at_ += bytes;
    }
    return true;
  }
  bool Escape() {
    const size_t begin = at_++;
    if (absl::StrContains("\"\\/bfnrt", Next()) && !AtEnd()) {
      ++at_;
      return true;
    }
    uint32_t unit = 0;
    at_ = begin;
    if (!CodeUnit(&unit)) return false;
    if (unit < kHighSurrogates || unit >= kAfterSurrogates) return true;
    uint32_t low = 0;
    const size_t end = at_;
    if (unit < kLowSurrogates && absl::StartsWith(text_.substr(at_), "\\u") &&
        CodeUnit(&low) && low >= kLowSurrogates && low < kAfterSurrogates) {
      return true;
    }
    return Fault(begin, Quoted(begin, end - begin),
                 "both halves of a surrogate pair");
  }
  // \u and four digits.
  bool CodeUnit(uint32_t* unit) {
    const size_t begin = at_++;
    if (!Take('u')) {
      return Fault(begin, Quoted(begin, 2), "an escape that JSON has");
    }
    const absl::string_view digits = text_.substr(at_, 4);
    if (digits.size() < 4 ||
        !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
      return Fault(begin, Quoted(begin, 2 + digits.size()),
                   "\\u and four digits from 0 to f");
    }
    at_ += 4;
    return absl::SimpleHexAtoi(digits, unit);
  }

  const absl::string_view text_;
  const JsonDialect dialect_;
  size_t at_ = 0;
  std::vector<char> open_;  // what closes each open container
  size_t fault_ = 0;
  std::string found_, expected_;
};

}  // namespace

std::string JsonFault(absl::string_view text, JsonDialect dialect) {
  return FaultFinder(text, dialect).Find();
}

std::string JsonPlace(absl::string_view text, size_t at) {
  const absl::string_view before = text.substr(0, at);
  const size_t column = at - (before.rfind('\n') + 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const bool has_lines = absl::StrContains(text, '\n');
  return absl::StrCat(has_lines ? absl::StrCat("line ", lines + 1, ", ") : "",
                      "column ", column + 1);
}

}  // namespace fathom::rt
