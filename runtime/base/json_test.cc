#include "runtime/base/json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/checked.h"

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

TEST(JsonTest, RefusesDuplicateKeysAlsoByEscapes) {
  EXPECT_EQ(ErrorOf(R"({"b":{"a":1,"\u0061":2}})"),
            "t.json: key 'a' is there twice, expected once");
}

TEST(JsonTest, RefusesWhatIsNotStrictJson) {
  for (absl::string_view text :
       {"", " ", "{", "{}{}", "{} x", "[1,]", "[01]", "[NaN]", "[1e999]",
        "[18446744073709551616]", "// c\n[]", "\xef\xbb\xbf{}", "[\"\xff\"]",
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
