#include "runtime/base/json_string.h"

#include <string>

#include "gtest/gtest.h"
#include "runtime/base/json.h"

namespace fathom::rt {
namespace {

TEST(JsonStringTest, EscapesWhatJsonAsksFor) {
  EXPECT_EQ(JsonString(""), "\"\"");
  EXPECT_EQ(JsonString("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(JsonString("1\n2\t3"), R"("1\n2\u00093")");
  EXPECT_EQ(JsonString("é€😀\x7f"), "\"é€😀\x7f\"");
  std::string json = "[";
  AppendJsonString("x", &json);
  EXPECT_EQ(json, "[\"x\"");
}

TEST(JsonStringTest, AnyByteOfAsciiComesBack) {
  std::string text;
  for (int byte = 0; byte < 0x80; ++byte) text += static_cast<char>(byte);
  const auto document = JsonDocument::Parse(JsonString(text), "it");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(*document->root().AsString(), text);
}

}  // namespace
}  // namespace fathom::rt
