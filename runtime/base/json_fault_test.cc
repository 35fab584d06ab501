#include "runtime/base/json_fault.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/json.h"

namespace fathom::rt {
namespace {

TEST(JsonFaultTest, SaysWhereWhatAndWhatWasExpected) {
  const std::vector<std::pair<absl::string_view, const char*>> kCases = {
      {"", "column 1: found the end, expected a value"},
      {"{\"a\":1", "column 7: found the end, expected ',' or '}'"},
      {"{\n \"a\": 1\n \"b\": 2}",
       "line 3, column 2: found '\\\"', expected ',' or '}'"},
      {"[1,]", "column 4: found ']', expected a value"},
      {"{\"a\":1,}", "column 8: found '}', expected a key in double quotes"},
      {"{'a':1}",
       "column 2: found '\\'', expected a key in double quotes, or '}'"},
      {"{\"a\" 1}", "column 6: found '1', expected ':'"},
      {"[01]", "column 3: found '1', expected ',' or ']'"},
      {"[1 2]", "column 4: found '2', expected ',' or ']'"},
      {"[nan]", "column 2: found 'nan', expected a value"},
      {"[-infinity]", "column 3: found 'infinity', expected a digit"},
      {"[NaNs]", "column 2: found 'NaNs', expected a value"},
      {"[1.]", "column 4: found ']', expected a digit"},
      {"[1e+]", "column 5: found ']', expected a digit"},
      {"[1e999x]", "column 7: found 'x', expected ',' or ']'"},
      {"[018446744073709551616]",
       "column 3: found '18446744073709551616', expected ',' or ']'"},
      {"{}{}", "column 3: found '{', expected the end"},
      {"{} x", "column 4: found 'x', expected the end"},
      {"// c\n[]", "line 1, column 1: found '/', expected a value"},
      {"\xef\xbb\xbf{}", "column 1: found '\\xef\\xbb\\xbf', expected a value"},
      {"[\"a\nb\"]",
       "line 1, column 4: found '\\n', expected it escaped in a string"},
      {{"[\"\0\"]", 5},
       "column 3: found '\\x00', expected it escaped in a string"},
      {{"[\0]", 3}, "column 2: found '\\x00', expected a value"},
      {"[\"\xff\"]", "column 3: found '\\xff\\\"]', expected UTF-8"},
      {"[\"\xed\xa0\x80\"]",
       "column 3: found '\\xed\\xa0\\x80', expected UTF-8"},
      {"[\"\\ud800\"]",
       "column 3: found '\\\\ud800', expected both halves of a surrogate pair"},
      {"[\"\\udc00\\ud800\"]",
       "column 3: found '\\\\udc00', expected both halves of a surrogate pair"},
      {"[\"\\q\"]",
       "column 3: found '\\\\q', expected an escape that JSON has"},
      {"[\"\\u00g0\"]",
       "column 3: found '\\\\u00g0', expected \\u and four digits from 0 to f"},
      {"[\"abc", "column 2: found a string without an end, expected '\"'"},
  };
  for (const auto& [text, fault] : kCases) {
    EXPECT_EQ(JsonFault(text), fault) << text;
    EXPECT_EQ(JsonDocument::Parse(text, "t").status().message(),
              absl::StrCat("t: not JSON: ", fault));
  }
}

TEST(JsonFaultTest, NumbersThatAreNotFiniteDependOnTheDialect) {
  const std::vector<std::pair<absl::string_view, const char*>> kCases = {
      {"[NaN]", "column 2: found 'NaN', expected a value"},
      {"[Infinity]", "column 2: found 'Infinity', expected a value"},
      {"[-Infinity]", "column 3: found 'Infinity', expected a digit"},
  };
  for (const auto& [text, fault] : kCases) {
    EXPECT_EQ(JsonFault(text, JsonDialect::kPython), "");
    EXPECT_EQ(JsonFault(text, JsonDialect::kStrict), fault);
    EXPECT_TRUE(JsonDocument::Parse(text, "t").ok());
    EXPECT_EQ(
        JsonDocument::Parse(text, "t", kJsonValuesMax, JsonDialect::kStrict)
            .status()
            .message(),
        absl::StrCat("t: not JSON: ", fault));
  }
}

TEST(JsonFaultTest, TakesDeepTextsOnAFlatStack) {
  const std::string deep(10'000'000, '[');
  EXPECT_EQ(JsonFault(deep),
            "column 10000001: found the end, expected a value");
}

// What the one reader refuses the other does: a message is never without its
// place, and no place is made up.
TEST(JsonFaultTest, AgreesWithTheParser) {
  const std::string whole =
      R"({"a": [1, -2.5e-3, true, null, "x\u00e9\ud83d\ude00\n"], "b": {}, )"
      "\n\"c\xc3\xa9\": [[], [0, 18446744073709551615, 1e309, NaN]]}";
  ASSERT_EQ(JsonFault(whole, JsonDialect::kPython), "");
  std::mt19937 random(7);
  const std::string pieces = "{}[]:,\"\\u0d8e.-+tnNaIy \n\xff\xc3\x01";
  int refused = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = whole;
    for (unsigned k = random() % 3 + 1; k > 0; --k) {
      const size_t at = random() % text.size();
      const char piece = pieces[random() % pieces.size()];
      switch (random() % 3) {
        case 0: text[at] = piece; break;
        case 1: text.insert(at, 1, piece); break;
        default: text.erase(at, 1 + random() % 2);
      }
    }
    auto document = JsonDocument::Parse(text, "t");
    const bool is_json =
        !absl::StrContains(document.status().message(), "not JSON");
    ASSERT_EQ(JsonFault(text, JsonDialect::kPython).empty(), is_json) << text;
    refused += !is_json;
  }
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace fathom::rt
