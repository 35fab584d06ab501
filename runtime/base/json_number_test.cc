#include "runtime/base/json_number.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/json.h"

namespace fathom::rt {
namespace {

TEST(JsonNumberTest, WideIsWhat64BitsDoNotHold) {
  for (absl::string_view word : {"9223372036854775808",
                                 "18446744073709551615",
                                 "-9223372036854775808",
                                 "1.7976931348623157e308",
                                 "-1.7976931348623158e308",
                                 "1e-400",
                                 "-1e-400",
                                 "5e-324",
                                 "0e99999999999999999999",
                                 "-0.0e400",
                                 "1e-99999999999999999999",
                                 "0.00000000000000000000001e330",
                                 "100000000000000000000e-30",
                                 "-0",
                                 "0",
                                 "123456789012345678",
                                 "true",
                                 "null",
                                 "false",
                                 "nan",
                                 "Inf",
                                 "",
                                 "-",
                                 "1e",
                                 "01e999",
                                 "1e999x",
                                 "--18446744073709551616",
                                 "1.e999",
                                 "18446744073709551616a"}) {
    EXPECT_FALSE(IsWideJsonNumber(word, JsonDialect::kPython)) << word;
  }
  for (absl::string_view word :
       {"18446744073709551616", "-9223372036854775809",
        "1000000000000000019884624838656", "1e309", "-1e309", "1E+400",
        "1.7976931348623159e308", "1e99999999999999999999",
        "0.00000000000000000000001e340", "100000000000000000000.5e300"}) {
    EXPECT_TRUE(IsWideJsonNumber(word, JsonDialect::kPython)) << word;
    EXPECT_TRUE(IsWideJsonNumber(word, JsonDialect::kStrict)) << word;
  }
  for (absl::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    EXPECT_TRUE(IsWideJsonNumber(word, JsonDialect::kPython)) << word;
    EXPECT_FALSE(IsWideJsonNumber(word, JsonDialect::kStrict)) << word;
  }
  EXPECT_FALSE(IsWideJsonNumber("-NaN", JsonDialect::kPython));
}

// A number near the limits: many digits, and exponents of either sign.
std::string RandomNumber(std::mt19937& random) {
  auto digits = [&](unsigned most) {
    std::string text;
    for (unsigned left = random() % most + 1; left > 0; --left) {
      text += static_cast<char>('0' + (random() % 3 == 0 ? 0 : random() % 10));
    }
    return text;
  };
  std::string text = random() % 2 ? "-" : "";
  if (random() % 4 == 0) {
    text += "0";
  } else {
    absl::StrAppend(&text, random() % 9 + 1,
                    random() % 20 == 0 ? digits(400) : digits(22));
  }
  if (random() % 2) {
    absl::StrAppend(&text, ".", random() % 20 == 0 ? digits(400) : digits(22));
  }
  if (random() % 2) {
    const char* const kSigns[] = {"e", "E", "e+", "e-", "E-"};
    absl::StrAppend(
        &text, kSigns[random() % 5],
        random() % 20 == 0 ? digits(25) : absl::StrCat(random() % 420));
  }
  return text;
}

// The parser underneath takes each number that is not wide: otherwise a text
// would be refused that is JSON.
TEST(JsonNumberTest, EveryNumberOfTheGrammarIsRead) {
  std::mt19937 random(11);
  int wide = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string number = RandomNumber(random);
    auto document = JsonDocument::Parse(absl::StrCat("[", number, "]"), "t");
    ASSERT_TRUE(document.ok()) << document.status();
    const JsonValue value = document->root().AsArray()->front();
    ASSERT_EQ(value.AsWideNumber().has_value(),
              IsWideJsonNumber(number, JsonDialect::kPython))
        << number;
    ASSERT_EQ(value.kind(), number.find_first_of(".eE") == std::string::npos
                                ? JsonValue::Kind::kInteger
                                : JsonValue::Kind::kReal);
    wide += value.AsWideNumber().has_value();
  }
  EXPECT_GT(wide, 5'000);
  EXPECT_LT(wide, 50'000);
}

}  // namespace
}  // namespace fathom::rt
