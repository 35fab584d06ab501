// See pattern_properties.h.
#include "runtime/text/pattern_properties.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

struct Name {
  absl::string_view oniguruma;
  absl::string_view pcre2;
};

// Sorted. tools/test-models/compare_properties.py compares each of them over
// all code points.
constexpr Name kProperties[] = {
#include "runtime/text/pattern_properties.inc"
};

// Those that are not here (alpha, lower, punct, ...) differ somewhere.
constexpr Name kPosixClasses[] = {
    {"ascii", R"(\p{ASCII})"},       {"blank", R"(\t\p{Zs})"},
    {"cntrl", R"(\p{Cc})"},          {"digit", R"(\p{Nd})"},
    {"space", R"(\p{White_Space})"}, {"upper", R"(\p{Uppercase})"},
    {"xdigit", "0-9A-Fa-f"},
};

constexpr absl::string_view kCategories[] = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl",
    "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc",
    "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cn"};

// All scalar values in turn.
std::string AllCodePoints() {
  std::string text;
  for (uint32_t c = 0; c <= 0x10ffff; ++c) {
    if (c == 0xd800) c = 0xe000;
    AppendUtf8(c, &text);
  }
  return text;
}

// The code points of each property, of which none share any.
std::vector<CodePointSet> SetsOf(const std::vector<absl::string_view>& names) {
  const std::string pattern =
      absl::StrJoin(names, "|", [](std::string* out, absl::string_view name) {
        absl::StrAppend(out, "(\\p{", name, "}+)");
      });
  int error = 0;
  PCRE2_SIZE place = 0;
  const std::unique_ptr<pcre2_code_8, void (*)(pcre2_code_8*)> code(
      pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(pattern.data()),
                      pattern.size(), PCRE2_UTF | PCRE2_UCP, &error, &place,
                      nullptr),
      pcre2_code_free_8);
  pcre2_jit_compile_8(code.get(), PCRE2_JIT_COMPLETE);
  const std::unique_ptr<pcre2_match_data_8, void (*)(pcre2_match_data_8*)> data(
      pcre2_match_data_create_from_pattern_8(code.get(), nullptr),
      pcre2_match_data_free_8);
  const std::string text = AllCodePoints();
  std::vector<std::vector<CodePointRange>> ranges(names.size());
  size_t from = 0;
  while (from < text.size()) {
    const int count = pcre2_match_8(
        code.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(),
        from, PCRE2_NO_UTF_CHECK, data.get(), nullptr);
    if (count < 2) break;
    const PCRE2_SIZE* range = pcre2_get_ovector_pointer_8(data.get());
    size_t last = range[1] - 1;
    while (IsUtf8Continuation(text[last])) --last;
    size_t length = 0;
    ranges[count - 2].push_back(
        {DecodeUtf8(text, range[0], &length), DecodeUtf8(text, last, &length)});
    from = range[1];
  }
  std::vector<CodePointSet> sets;
  for (auto& of_one : ranges) {
    // Not across what no text holds.
    sets.push_back(
        CodePointSet(std::move(of_one)).Intersect(CodePointSet().Complement()));
  }
  return sets;
}

template <size_t kCount>
absl::string_view Find(const Name (&names)[kCount], absl::string_view name) {
  const Name* found = std::lower_bound(
      std::begin(names), std::end(names), name,
      [](const Name& a, absl::string_view b) { return a.oniguruma < b; });
  const bool is_found = found != std::end(names) && found->oniguruma == name;
  return is_found ? found->pcre2 : absl::string_view();
}

// Of a general category, such as Lu, or a group of them, such as L.
CodePointSet CategorySet(absl::string_view name) {
  std::vector<CodePointRange> ranges;
  for (const Category& category : Categories()) {
    if (!absl::StartsWith(category.name, name)) continue;
    ranges.insert(ranges.end(), category.set.ranges().begin(),
                  category.set.ranges().end());
  }
  return CodePointSet(std::move(ranges));
}

CodePointSet MakeSet(absl::string_view name) {
  if (name == "Any") return CodePointSet().Complement();
  // None of a group's categories is looked for in all of Unicode again.
  CodePointSet category = CategorySet(name);
  if (!category.empty()) return category;
  return std::move(SetsOf({name}).front());
}

}  // namespace

absl::string_view FindProperty(absl::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c != ' ' && c != '-' && c != '_') plain += absl::ascii_tolower(c);
  }
  return Find(kProperties, plain);
}

absl::string_view FindPosixClass(absl::string_view name) {
  return Find(kPosixClasses, name);
}

const std::vector<Category>& Categories() {
  static const auto& categories = *[] {
    auto* made = new std::vector<Category>;
    std::vector<CodePointSet> sets =
        SetsOf({std::begin(kCategories), std::end(kCategories)});
    for (size_t i = 0; i < sets.size(); ++i) {
      made->push_back({std::string(kCategories[i]), std::move(sets[i])});
    }
    return made;
  }();
  return categories;
}

const CodePointSet& PropertySet(absl::string_view name) {
  static std::mutex& mutex = *new std::mutex;
  static auto& sets = *new std::map<std::string, CodePointSet, std::less<>>;
  const std::lock_guard<std::mutex> lock(mutex);
  auto found = sets.find(name);
  if (found == sets.end()) {
    found = sets.emplace(std::string(name), MakeSet(name)).first;
  }
  return found->second;
}

}  // namespace fathom::rt
