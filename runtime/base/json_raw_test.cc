#include "runtime/base/json_raw.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/base/json.h"

namespace fathom::rt {
namespace {

std::vector<std::string> Raw(const std::string& json) {
  EXPECT_TRUE(JsonDocument::Parse(json, "json").ok()) << json;
  std::vector<std::string> values;
  for (absl::string_view value : JsonRawValues(json)) {
    values.emplace_back(value);
  }
  return values;
}

using Texts = std::vector<std::string>;

TEST(JsonRawTest, GivesEachValueAsItIsWritten) {
  EXPECT_EQ(Raw("[]"), Texts());
  EXPECT_EQ(Raw(" { } "), Texts());
  EXPECT_EQ(Raw("[1]"), Texts({"1"}));
  EXPECT_EQ(Raw(" [ 1.50e+30 , -0.0,\n\"a\" ,[ 2, 3 ], {} ] "),
            Texts({"1.50e+30", "-0.0", "\"a\"", "[ 2, 3 ]", "{}"}));
  EXPECT_EQ(Raw("{\"a\": 1, \"b\" :{\"c\": [1, {\"d\": 2}]}, \"e\":null}"),
            Texts({"1", "{\"c\": [1, {\"d\": 2}]}", "null"}));
}

TEST(JsonRawTest, WhatStringsHoldIsNoSyntax) {
  EXPECT_EQ(Raw(R"({"k,:[{\"": "}],:\\", "\\": ["\"]"]})"),
            Texts({R"("}],:\\")", R"(["\"]"])"}));
}

TEST(JsonRawTest, AScalarHoldsNone) {
  EXPECT_EQ(Raw("12"), Texts());
  EXPECT_EQ(Raw("\"[1]\""), Texts());
}

}  // namespace
}  // namespace fathom::rt
