//===- IrText.cpp - Text that may be given to MLIR's parser ---------------===//
//
// Knows comments, strings, brackets, aliases and signs of arithmetic, and
// nothing else of the language.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/IrText.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom {
namespace {

constexpr absl::string_view kEndOfExpression = ",=:{}[]<>";

class Scan {
public:
  Scan(absl::string_view text, const std::string &name)
      : text(text), name(name) {}

  absl::Status run();

private:
  absl::Status bad(const std::string &what) const {
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s': found %s", rt::Shown(name), what));
  }
  char peek() const { return at + 1 < text.size() ? text[at + 1] : '\0'; }
  /// Goes to the first character from `at` + 1 on that is no part of a name.
  void skipName(absl::string_view punctuation) {
    do
      ++at;
    while (at < text.size() &&
           (absl::ascii_isalnum(text[at]) ||
            punctuation.find(text[at]) != absl::string_view::npos));
  }
  void skipString();
  absl::Status readWord();
  absl::Status readAlias();
  absl::Status readSign();
  absl::Status countOperator();
  /// Notes that what stands at `at` is `levels` deep, as part of the alias that
  /// is being defined, too.
  absl::Status nest(int levels, absl::string_view what);
  /// A name or a string begins: after something complete that is the next
  /// operation, and no part of an alias.
  void beginOperand() {
    if ((previous == 'a' || previous == '>') && depth <= base)
      defined = {};
  }

  absl::string_view text;
  const std::string &name;
  size_t at = 0;
  int depth = 0, operators = 0;
  /// The last character that is no space: 'a' for a name, a string and a closed
  /// bracket but '>', '-' for an arrow.
  char previous = '\0';
  /// The alias that stands right before `at`, and the one that is being
  /// defined, which began at the depth `base`.
  absl::string_view lastAlias, defined;
  int base = 0;
  /// How deep each alias nests, those in it included.
  std::map<absl::string_view, int> depths;
};

/// Goes after the string that begins at `at`, or its line where it is open.
void Scan::skipString() {
  for (++at; at < text.size() && text[at] != '"' && text[at] != '\n'; ++at)
    if (text[at] == '\\')
      ++at;
  at = std::min(at + 1, text.size());
}

absl::Status Scan::nest(int levels, absl::string_view what) {
  if (levels > kIrDepthMax)
    return bad(absl::StrFormat("%s %d deep at byte %d, expected at most %d",
                               what, levels, at, kIrDepthMax));
  if (!defined.empty()) {
    int &deepest = depths[defined];
    deepest = std::max(deepest, levels - base);
  }
  return absl::OkStatus();
}

absl::Status Scan::countOperator() {
  if (++operators > kIrOperatorsMax)
    return bad(absl::StrFormat("more than %d operators in one expression at "
                               "byte %d, expected fewer",
                               kIrOperatorsMax, at));
  return absl::OkStatus();
}

absl::Status Scan::readWord() {
  beginOperand();
  size_t begin = at;
  skipName("_$.");
  absl::string_view word = text.substr(begin, at - begin);
  previous = 'a';
  return word == "floordiv" || word == "ceildiv" || word == "mod"
             ? countOperator()
             : absl::OkStatus();
}

absl::Status Scan::readAlias() {
  size_t begin = at;
  skipName("_$.-");
  absl::string_view alias = text.substr(begin, at - begin);
  previous = 'a';
  // What has a dot in its name is of a dialect.
  if (alias.find('.') != absl::string_view::npos)
    return absl::OkStatus();
  lastAlias = alias;
  auto known = depths.find(alias);
  return known == depths.end()
             ? absl::OkStatus()
             : nest(depth + known->second, "an alias and its brackets");
}

absl::Status Scan::readSign() {
  char c = text[at], before = previous;
  previous = c;
  if (kEndOfExpression.find(c) != absl::string_view::npos)
    operators = 0;
  if (c == '-' && peek() == '>') {
    operators = 0;
    ++at;
  } else if (c == '+' || c == '-' || c == '*') {
    FATHOM_RETURN_IF_ERROR(countOperator());
  } else if (c == '(' || c == '[' || c == '{' || c == '<') {
    FATHOM_RETURN_IF_ERROR(nest(++depth, "brackets"));
  } else if (c == ')' || c == ']' || c == '}' || c == '>') {
    depth = std::max(depth - 1, 0);
    previous = c == '>' ? '>' : 'a';
  } else if (c == '=' && before == '>') {
    // It was no bracket, but >=.
    FATHOM_RETURN_IF_ERROR(nest(++depth, "brackets"));
  } else if (c == '=' && !lastAlias.empty()) {
    defined = lastAlias;
    base = depth;
  }
  ++at;
  return absl::OkStatus();
}

absl::Status Scan::run() {
  while (at < text.size()) {
    char c = text[at], next = peek();
    if (absl::ascii_isspace(c)) {
      ++at;
      continue;
    }
    if (c == '/' && next == '/') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '\0')
      return bad(absl::StrFormat("a NUL at byte %d, expected text", at));
    if (c == '"') {
      beginOperand();
      skipString();
      previous = 'a';
    } else if (absl::ascii_isalnum(c) || c == '_') {
      FATHOM_RETURN_IF_ERROR(readWord());
    } else if ((c == '#' || c == '!') &&
               (absl::ascii_isalnum(next) ||
                absl::string_view("_$.-").find(next) !=
                    absl::string_view::npos)) {
      FATHOM_RETURN_IF_ERROR(readAlias());
      continue;
    } else {
      FATHOM_RETURN_IF_ERROR(readSign());
    }
    lastAlias = {};
  }
  return absl::OkStatus();
}

} // namespace

absl::Status checkIrText(absl::string_view text, const std::string &name) {
  if (text.size() > kIrBytesMax)
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s': found %d bytes, expected at most %d",
                        rt::Shown(name), text.size(), kIrBytesMax));
  return Scan(text, name).run();
}

} // namespace fathom
