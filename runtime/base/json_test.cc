#include "runtime/base/json.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/checked.h"
#include "runtime/base/peak_memory_testing.h"

namespace fathom::rt {
namespace {

std::string ErrorOf(absl::string_view text) {
  return std::string(JsonDocument::Parse(text, "t.json").status().message());
}

TEST(JsonTest, ReadsEveryKindInOrder) {
  auto document = JsonDocument::Parse(
      R"({"z":1,"a":[true,null,-2.5,"x\u0041"],"m":{}})", "t.json");
  ASSERT_TRUE(document.ok()) << document.status();
  auto members = *document->root().AsObject();
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].first, "z");
  EXPECT_EQ(*members[0].second.AsInteger(0, 1), 1);
  auto values = *members[1].second.AsArray();
  ASSERT_EQ(values.size(), 4u);
  EXPECT_TRUE(*values[0].AsBool());
  EXPECT_TRUE(values[1].IsNull());
  EXPECT_EQ(*values[2].AsNumber(), -2.5);
  EXPECT_EQ(*values[3].AsString(), "xA");
  EXPECT_TRUE(members[2].second.AsObject()->empty());
}

TEST(JsonTest, ErrorsNameThePathTheValueAndWhatWasExpected) {
  auto document = JsonDocument::Parse(
      R"({"rope_scaling":{"factor":"40"},"eos":[1,{"a":1.0}]})", "c.json");
  ASSERT_TRUE(document.ok());
  auto factor = document->root().Get("rope_scaling")->Get("factor");
  EXPECT_EQ(factor->AsNumber().status().message(),
            "c.json: key 'rope_scaling.factor' is \"40\", expected a number");
  auto real = document->root().Get("eos")->AsArray()->at(1).Get("a");
  EXPECT_EQ(real->AsInteger(0, 9).status().message(),
            "c.json: key 'eos[1].a' is 1.0, expected a whole number from 0 to "
            "9");
  EXPECT_EQ(document->root().Get("rope_scaling")->Get("x").status().message(),
            "c.json: key 'rope_scaling.x' is missing, expected it there");
  EXPECT_EQ(document->root().Get("y", "a number").status().message(),
            "c.json: key 'y' is missing, expected a number");
  EXPECT_EQ(document->root().AsArray().status().message(),
            "c.json: the top level is an object, expected an array");
}

TEST(JsonTest, WholeNumbersHaveARange) {
  auto document = JsonDocument::Parse(
      "[0,-1,18446744073709551615,1.5,1e3,\"32\",null]", "t.json");
  ASSERT_TRUE(document.ok());
  auto values = *document->root().AsArray();
  EXPECT_EQ(*values[0].AsUnsigned(0, 0), 0u);
  EXPECT_EQ(*values[1].AsInteger(-1, 5), -1);
  EXPECT_EQ(*values[2].AsUnsigned(0, UINT64_MAX), UINT64_MAX);
  EXPECT_FALSE(values[0].AsUnsigned(1, 5).ok());
  EXPECT_FALSE(values[1].AsUnsigned(0, UINT64_MAX).ok());
  EXPECT_FALSE(values[2].AsInteger(INT64_MIN, INT64_MAX).ok());
  for (size_t i = 3; i < values.size(); ++i) {
    EXPECT_FALSE(values[i].AsUnsigned(0, UINT64_MAX).ok()) << i;
  }
}

// What 64 bits do not hold is a number of its kind: refused where its value is
// asked for, by name and as it is written.
TEST(JsonTest, NumbersOfAnySizeAreReadAndRefusedWhereUsed) {
  constexpr absl::string_view kText =
      R"({"model_max_length": 1000000000000000019884624838656, "a": [1e400,
      -1E+400, {"b": 18446744073709551616}, -9223372036854775809, [], NaN, 7],
      "c": Infinity, "d": -1e-400, "e": -Infinity, "f": "1e400", "g": 1E+2})";
  auto document = JsonDocument::Parse(kText, "t.json");
  ASSERT_TRUE(document.ok()) << document.status();
  const JsonValue root = document->root();
  const JsonValue limit = *root.Find("model_max_length");
  EXPECT_EQ(limit.kind(), JsonValue::Kind::kInteger);
  EXPECT_EQ(limit.AsWideNumber(), "1000000000000000019884624838656");
  EXPECT_EQ(*limit.AsNumber(), 1e30);
  EXPECT_EQ(limit.AsInteger(0, INT64_MAX).status().message(),
            "t.json: key 'model_max_length' is 1000000000000000019884624838656,"
            " expected a whole number from 0 to 9223372036854775807");
  const auto list = *root.Find("a")->AsArray();
  ASSERT_EQ(list.size(), 7u);
  EXPECT_EQ(list[0].kind(), JsonValue::Kind::kReal);
  EXPECT_EQ(list[0].AsNumber().status().message(),
            "t.json: key 'a[0]' is 1e400, expected a finite number");
  EXPECT_EQ(list[1].AsWideNumber(), "-1E+400");
  EXPECT_EQ(list[2].Find("b")->AsWideNumber(), "18446744073709551616");
  EXPECT_EQ(list[3].AsWideNumber(), "-9223372036854775809");
  EXPECT_TRUE(list[4].AsArray()->empty());
  EXPECT_EQ(list[5].AsNumber().status().message(),
            "t.json: key 'a[5]' is NaN, expected a finite number");
  EXPECT_EQ(*list[6].AsInteger(7, 7), 7);
  EXPECT_EQ(root.Find("c")->kind(), JsonValue::Kind::kReal);
  EXPECT_EQ(*root.Find("d")->AsNumber(), 0);
  EXPECT_EQ(root.Find("e")->AsWideNumber(), "-Infinity");
  EXPECT_EQ(*root.Find("f")->AsString(), "1e400");
  EXPECT_EQ(*root.Find("g")->AsNumber(), 100);
  EXPECT_FALSE(root.Find("g")->AsWideNumber().has_value());
}

TEST(JsonTest, WideNumbersAreCutInMessages) {
  const std::string digits(5000, '9');
  auto document = JsonDocument::Parse(digits, "t.json");
  ASSERT_TRUE(document.ok()) << document.status();
  const absl::Status status = document->root().AsNumber().status();
  EXPECT_TRUE(absl::EndsWith(status.message(), "expected a finite number"));
  EXPECT_LT(status.message().size(), 200u);
}

TEST(JsonTest, RefusesDuplicateKeysAlsoByEscapes) {
  EXPECT_EQ(ErrorOf(R"({"b":{"a":1,"\u0061":2}})"),
            "t.json: key 'a' appears twice, expected once");
}

TEST(JsonTest, RefusesWhatIsNotStrictJson) {
  for (absl::string_view text :
       {"", " ", "{", "{}{}", "{} x", "[1,]", "[01]", "[nan]", "[+1]", "[.5]",
        "[018446744073709551616]", "// c\n[]", "\xef\xbb\xbf{}", "[\"\xff\"]",
        R"(["\ud800"])", "['a']", "[\"a\nb\"]"}) {
    EXPECT_FALSE(ErrorOf(text).empty()) << text;
  }
  EXPECT_FALSE(ErrorOf(absl::string_view("[\0]", 3)).empty());
}

TEST(JsonTest, NestingEndsAtTheLimit) {
  auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(ErrorOf(nested(kJsonDepthMax)), "");
  EXPECT_EQ(ErrorOf(nested(kJsonDepthMax + 1)),
            "t.json: nested deeper than 32 levels");
  EXPECT_EQ(ErrorOf(nested(10'000'000)),
            "t.json: nested deeper than 32 levels");
}

// Every container counts, and no other value does.
TEST(JsonTest, NestingIsOfContainers) {
  auto around = [](size_t depth, absl::string_view inner) {
    return absl::StrCat(std::string(depth, '['), inner,
                        std::string(depth, ']'));
  };
  for (absl::string_view inner : {"1", "\"[[\"", "\"\\\"[\"", "1,2"}) {
    EXPECT_EQ(ErrorOf(around(kJsonDepthMax, inner)), "") << inner;
  }
  for (absl::string_view inner : {"[]", "{}", "[1]", "{\"a\":1}", "1,[]"}) {
    EXPECT_EQ(ErrorOf(around(kJsonDepthMax - 1, inner)), "") << inner;
    EXPECT_EQ(ErrorOf(around(kJsonDepthMax, inner)),
              "t.json: nested deeper than 32 levels")
        << inner;
  }
}

TEST(JsonTest, ValuesEndAtTheLimit) {
  auto said = [](absl::string_view text, size_t values_max) {
    return std::string(
        JsonDocument::Parse(text, "t", values_max).status().message());
  };
  for (absl::string_view text :
       {"[1,\"a,[\\\"\",null]", "{\"a\":[],\"b\\\\\":1}", " [[ ] , {} ,2 ]",
        "[\n1,{\"a\":{}}]"}) {
    const size_t values = text[0] == '{' ? 5 : text[1] == '\n' ? 5 : 4;
    EXPECT_EQ(said(text, values), "") << text;
    EXPECT_TRUE(absl::StrContains(
        said(text, values - 1),
        absl::StrCat(": found value ", values, ", expected at most ",
                     values - 1, " with the keys")))
        << text << said(text, values - 1);
  }
  EXPECT_EQ(said("[1,\n 2]", 2),
            "t: line 2, column 2: found value 3, expected at most 2 with the "
            "keys");
  std::string most = "[0";
  for (size_t i = 2; i < kJsonValuesMax; ++i) most += ",0";
  EXPECT_EQ(ErrorOf(most + "]"), "");
  EXPECT_EQ(ErrorOf(most + ",0]"),
            "t.json: column 2097152: found value 1048577, expected at most "
            "1048576 with the keys");
}

// The bound that json.h states, and hardly anything for what is refused.
TEST(JsonTest, MemoryIsBounded) {
  auto many = [](absl::string_view unit, size_t bytes) {
    std::string text;
    while (text.size() + unit.size() <= bytes) absl::StrAppend(&text, unit);
    return text;
  };
  auto growth = [](const std::string& text) {
    return PeakGrowthBytes([&] { (void)ErrorOf(text); });
  };
  auto expect_bounded = [&](const std::string& text, int64_t value_bytes) {
    ASSERT_EQ(ErrorOf(text), "");
    const auto size = static_cast<int64_t>(text.size());
    const int64_t bytes = growth(text);
    EXPECT_GT(bytes, 2 * size);
    EXPECT_LT(bytes, value_bytes * int64_t{kJsonValuesMax} + 2 * size);
  };
  for (absl::string_view unit :
       {"[", "]", ",", ":", "1 ", "\"\"", "\\\"", "[]", "[1,", "{\"\":"}) {
    const std::string units = many(unit, size_t{8} << 20);
    for (absl::string_view start : {"", "[", "[1", "\\\""}) {
      const std::string text = absl::StrCat(start, units);
      const int64_t bytes = growth(text);
      EXPECT_GE(bytes, 0);
      EXPECT_LT(bytes, int64_t{4} << 20) << start << unit << ErrorOf(text);
    }
  }
  for (absl::string_view unit : {",0", ",\"\"", ",[]", ",{}", ",1e999"}) {
    expect_bounded(
        absl::StrCat("[0", many(unit, (kJsonValuesMax - 2) * unit.size()), "]"),
        unit == ",1e999" ? 45 : 33);
  }
  std::string text = "{\"\":0";
  for (size_t i = 1; i < kJsonValuesMax / 2 - 1; ++i) {
    absl::StrAppend(&text, ",\"", i, "\":[]");
  }
  expect_bounded(text + "}", 33);
}

TEST(JsonTest, StringsEndAtTheLimit) {
  std::string most(kJsonStringBytesMax, 'a');
  EXPECT_EQ(ErrorOf(absl::StrCat("\"", most, "\"")), "");
  EXPECT_EQ(ErrorOf(absl::StrCat("\"a", most, "\"")),
            "t.json: a string has 16777217 bytes, expected at most 16777216");
}

TEST(JsonTest, FilesEndAtTheLimit) {
  std::string text(kJsonFileBytesMax, ' ');
  text[0] = '1';
  EXPECT_EQ(ErrorOf(text), "");
  text.push_back(' ');
  EXPECT_EQ(ErrorOf(text),
            "t.json: has 67108865 bytes, expected at most 67108864");
}

TEST(CheckedTest, NothingWraps) {
  EXPECT_EQ(*CheckedAdd(UINT64_MAX - 1, 1), UINT64_MAX);
  EXPECT_FALSE(CheckedAdd(UINT64_MAX, 1));
  EXPECT_EQ(*CheckedMul(uint64_t{1} << 32, (uint64_t{1} << 32) - 1),
            UINT64_MAX - UINT32_MAX);
  EXPECT_FALSE(CheckedMul(uint64_t{1} << 32, uint64_t{1} << 32));
}

}  // namespace
}  // namespace fathom::rt
