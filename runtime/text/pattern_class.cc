// See pattern_class.h. A class that only unites characters and properties is
// copied. For the others PCRE2 10.42 has no syntax: the set of code points is
// computed and written with the properties that it holds whole, as it is or
// negated, whichever is shorter.
#include "runtime/text/pattern_class.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "runtime/base/status.h"
#include "runtime/text/code_point_set.h"
#include "runtime/text/pattern_cursor.h"
#include "runtime/text/pattern_properties.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

constexpr int kClassDepthMax = 16;
// Oniguruma looks for the end of a POSIX bracket in so many characters.
constexpr size_t kPosixBytesMax = 20;

// A property or a range, and its text between brackets.
struct Item {
  std::string text;
  std::string property;  // PCRE2's name; empty for a range
  bool is_negated = false;
  CodePointRange range = {0, 0};
};

// The intersection of `operands`, complemented where `is_negated`.
struct Class {
  struct Union {
    std::vector<Item> items;
    std::vector<Class> classes;
  };
  std::vector<Union> operands = std::vector<Union>(1);
  bool is_negated = false;
};

bool IsPlain(const Class& c) {
  return c.operands.size() == 1 &&
         std::all_of(c.operands[0].classes.begin(), c.operands[0].classes.end(),
                     [](const Class& inner) {
                       return !inner.is_negated && IsPlain(inner);
                     });
}

std::string TextOf(const Class& c) {
  std::string text;
  for (const Item& item : c.operands[0].items) text += item.text;
  for (const Class& inner : c.operands[0].classes) text += TextOf(inner);
  return text;
}

CodePointSet SetOf(const Class& c) {
  CodePointSet result;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    std::vector<CodePointRange> ranges;
    const auto add = [&](const CodePointSet& set) {
      ranges.insert(ranges.end(), set.ranges().begin(), set.ranges().end());
    };
    for (const Item& item : c.operands[i].items) {
      if (item.property.empty()) {
        ranges.push_back(item.range);
      } else {
        const CodePointSet& set = PropertySet(item.property);
        add(item.is_negated ? set.Complement() : set);
      }
    }
    for (const Class& inner : c.operands[i].classes) add(SetOf(inner));
    CodePointSet set(std::move(ranges));
    result = i == 0 ? std::move(set) : result.Intersect(set);
  }
  return c.is_negated ? result.Complement() : result;
}

void PropertiesOf(const Class& c, std::set<std::string>* names) {
  for (const Class::Union& operand : c.operands) {
    for (const Item& item : operand.items) {
      if (!item.property.empty()) names->insert(item.property);
    }
    for (const Class& inner : operand.classes) PropertiesOf(inner, names);
  }
}

// The items of a class that holds `set`, and how many they are.
std::pair<std::string, size_t> Write(const CodePointSet& set,
                                     const std::set<std::string>& properties) {
  std::string text;
  size_t count = 0;
  CodePointSet rest = set;
  const auto take = [&](absl::string_view name, const CodePointSet& property) {
    if (rest.Intersect(property).empty() || !property.IsSubsetOf(set)) return;
    absl::StrAppend(&text, "\\p{", name, "}");
    ++count;
    rest = rest.Minus(property);
  };
  take("Any", PropertySet("Any"));
  for (const std::string& name : properties) take(name, PropertySet(name));
  for (const Category& category : Categories()) {
    take(category.name, category.set);
  }
  for (const CodePointRange& range : rest.ranges()) {
    absl::StrAppendFormat(&text, "\\x{%x}", range.first);
    if (range.last > range.first) {
      absl::StrAppendFormat(&text, "-\\x{%x}", range.last);
    }
    ++count;
  }
  return {text, count};
}

std::string Write(const Class& c) {
  if (IsPlain(c)) {
    const std::string text = TextOf(c);
    if (!text.empty())
      return absl::StrCat(c.is_negated ? "[^" : "[", text, "]");
  }
  std::set<std::string> properties;
  PropertiesOf(c, &properties);
  const CodePointSet set = SetOf(c);
  const auto [text, count] = Write(set, properties);
  const auto [others, others_count] = Write(set.Complement(), properties);
  const bool is_negated =
      count == 0 || (others_count != 0 && others_count < count);
  return is_negated ? absl::StrCat("[^", others, "]")
                    : absl::StrCat("[", text, "]");
}

class Reader : private PatternCursor {
 public:
  Reader(absl::string_view pattern, size_t at) : PatternCursor(pattern, at) {}

  size_t at() const { return at_; }

  absl::StatusOr<Class> Read(int depth) {
    if (depth > kClassDepthMax) {
      return Refuse(absl::StrCat("more than ", kClassDepthMax,
                                 " classes within each other"));
    }
    ++at_;
    Class result;
    if (Peek() == '^') {
      result.is_negated = true;
      ++at_;
    }
    // A first ']' stands for itself where another may end the class.
    bool is_first = true;
    if (Peek() == ']' && !EndsLater()) return Refuse("an empty class");
    for (; Peek() != ']' || is_first; is_first = false) {
      if (at_ >= pattern_.size()) return Refuse("a '[' without an end");
      Class::Union& operand = result.operands.back();
      if (Peek() == '&' && Peek(1) == '&') {
        at_ += 2;
        result.operands.emplace_back();
      } else if (Peek() == '[') {
        FATHOM_ASSIGN_OR_RETURN(Class inner, Inner(depth));
        operand.classes.push_back(std::move(inner));
      } else {
        if (Peek() == '-' && !is_first && Peek(1) != ']')
          return RefuseHere(" in a class");
        FATHOM_RETURN_IF_ERROR(AppendItem(&operand));
      }
    }
    ++at_;
    return result;
  }

 private:
  bool EndsLater() const {
    for (size_t i = at_ + 1; i < pattern_.size(); ++i) {
      if (pattern_[i] == ']') return true;
      if (pattern_[i] == '\\') ++i;
    }
    return false;
  }

  // A nested class, or POSIX's brackets.
  absl::StatusOr<Class> Inner(int depth) {
    if (Peek(1) != ':') return Read(depth + 1);
    const absl::string_view rest = pattern_.substr(at_ + 2);
    const size_t end = rest.substr(0, kPosixBytesMax + 2).find(":]");
    if (end == absl::string_view::npos) return Read(depth + 1);
    absl::string_view name = rest.substr(0, end);
    Class inner;
    inner.is_negated = absl::ConsumePrefix(&name, "^");
    const absl::string_view body = FindPosixClass(name);
    if (body.empty()) {
      return Refuse(absl::StrCat("'", pattern_.substr(at_, end + 4), "'"));
    }
    FATHOM_ASSIGN_OR_RETURN(Class items, ReadBody(body));
    inner.operands = std::move(items.operands);
    at_ += end + 4;
    return inner;
  }

  static absl::StatusOr<Class> ReadBody(absl::string_view body) {
    const std::string whole = absl::StrCat("[", body, "]");
    return Reader(whole, 0).Read(1);
  }

  absl::Status AppendItem(Class::Union* operand) {
    FATHOM_ASSIGN_OR_RETURN(Item item, ReadItem());
    // Not a range in "a-]", nor in "a-&&b", which is refused as it comes.
    const bool is_range =
        Peek() == '-' && Peek(1) != ']' && !(Peek(1) == '&' && Peek(2) == '&');
    if (is_range) {
      if (!item.property.empty()) return RefuseHere(" in a class");
      ++at_;
      if (at_ >= pattern_.size()) return Refuse("a '[' without an end");
      if (Peek() == '[') return RefuseHere(" in a class");
      FATHOM_ASSIGN_OR_RETURN(Item last, ReadItem());
      if (!last.property.empty()) {
        return Refuse("a range that ends in no character");
      }
      item.range.last = last.range.last;
      if (item.range.last < item.range.first) {
        return Refuse("a range that ends before it begins");
      }
      absl::StrAppend(&item.text, "-", last.text);
    }
    operand->items.push_back(std::move(item));
    return absl::OkStatus();
  }

  absl::StatusOr<Item> ReadItem() {
    Item item;
    size_t length = 0;
    if (Peek() != '\\') {
      const uint32_t c = DecodeUtf8(pattern_, at_, &length);
      item.range = {c, c};
      if (absl::ascii_ispunct(static_cast<unsigned char>(Peek()))) {
        item.text = "\\";
      }
      absl::StrAppend(&item.text, pattern_.substr(at_, length));
      at_ += length;
      return item;
    }
    FATHOM_ASSIGN_OR_RETURN(PatternEscape escape, ReadEscape(pattern_, &at_));
    item.text = escape.text;
    if (!escape.is_character) {
      item.is_negated = escape.text[1] == 'P';
      item.property = escape.text.substr(3, escape.text.size() - 4);
    } else {
      constexpr absl::string_view kNames = "rntf";
      constexpr absl::string_view kMeans = "\r\n\t\f";
      const size_t control = kNames.find(escape.text[1]);
      const uint32_t c = static_cast<unsigned char>(
          control == kNames.npos ? escape.text[1] : kMeans[control]);
      item.range = {c, c};
    }
    return item;
  }
};

}  // namespace

absl::StatusOr<PatternEscape> ReadEscape(absl::string_view pattern,
                                         size_t* at) {
  const absl::string_view rest = pattern.substr(*at);
  const char c = rest.size() > 1 ? rest[1] : '\0';
  PatternEscape escape;
  switch (c) {
    case 's': escape.text = "\\p{White_Space}"; break;
    case 'S': escape.text = "\\P{White_Space}"; break;
    case 'd': escape.text = "\\p{Nd}"; break;
    case 'D': escape.text = "\\P{Nd}"; break;
    case 'h': escape.text = "\\p{AHex}"; break;
    case 'H': escape.text = "\\P{AHex}"; break;
    case 'p':
    case 'P': {
      const size_t end = rest.find('}');
      if (rest.size() < 3 || rest[2] != '{' || end == rest.npos) {
        return RefusePattern(pattern, *at,
                             absl::StrCat("'", rest.substr(0, 3), "'"));
      }
      absl::string_view name = rest.substr(3, end - 3);
      const bool is_negated = absl::ConsumePrefix(&name, "^") != (c == 'P');
      const absl::string_view known = FindProperty(name);
      if (known.empty()) {
        return RefusePattern(
            pattern, *at,
            absl::StrCat("the property '", rest.substr(0, end + 1), "'"));
      }
      escape.text = absl::StrCat(is_negated ? "\\P{" : "\\p{", known, "}");
      *at += end + 1;
      return escape;
    }
    case 'r':
    case 'n':
    case 't':
    case 'f':
      escape.is_character = true;
      escape.text = std::string(rest.substr(0, 2));
      break;
    default: {
      // The last four mean borders of words and texts to some engines.
      escape.is_character =
          absl::ascii_ispunct(static_cast<unsigned char>(c)) && c != '<' &&
          c != '>' && c != '`' && c != '\'';
      if (!escape.is_character) {
        size_t length = 0;
        if (rest.size() > 1) DecodeUtf8(rest, 1, &length);
        return RefusePattern(
            pattern, *at, absl::StrCat("'", rest.substr(0, 1 + length), "'"));
      }
      escape.text = std::string(rest.substr(0, 2));
    }
  }
  *at += 2;
  return escape;
}

absl::StatusOr<std::string> ReadClass(absl::string_view pattern, size_t* at,
                                      size_t* computed_bytes) {
  Reader reader(pattern, *at);
  FATHOM_ASSIGN_OR_RETURN(Class found, reader.Read(1));
  if (!IsPlain(found)) *computed_bytes += reader.at() - *at;
  if (*computed_bytes > kComputedBytesMax) {
    return RefusePattern(
        pattern, *at,
        absl::StrCat("more than ", kComputedBytesMax,
                     " bytes of intersections and negated nested classes"));
  }
  *at = reader.at();
  return Write(found);
}

}  // namespace fathom::rt
