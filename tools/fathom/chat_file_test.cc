#include "tools/fathom/chat_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

std::string Refused(const std::string& json) {
  const auto file = ReadChatFile(json, "f");
  EXPECT_FALSE(file.ok()) << json;
  EXPECT_EQ(file.status().message().find('\n'), std::string::npos);
  return std::string(file.status().message());
}

TEST(ChatFileTest, RoundTrip) {
  const ChatFile file = {
      .system = "be \"kind\"",
      .turns = {{{"user", "a\n\tb\x1b"}, ""}, {{"assistant", "c"}, "hm\n"}},
      .settings = {{"temperature", "0.6"}, {"seed", "7"}, {"top-p", ".5"}},
      .stops = {"END", "\n"},
      .unused = {}};
  const std::string json = WriteChatFile(file);
  EXPECT_EQ(json,
            "{\"settings\": {\"temperature\": 0.6, \"seed\": 7, \"top-p\": "
            "\".5\", \"stop\": [\"END\", \"\\n\"]},\n \"messages\": [\n"
            "{\"role\": \"system\", \"content\": \"be \\\"kind\\\"\"},\n"
            "{\"role\": \"user\", \"content\": \"a\\n\\u0009b\\u001b\"},\n"
            "{\"role\": \"assistant\", \"thinking\": \"hm\\n\", \"content\": "
            "\"c\"}\n]}\n");
  const auto read = ReadChatFile(json, "f");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->system, file.system);
  ASSERT_EQ(read->turns.size(), 2u);
  EXPECT_EQ(read->turns[0].message.content, "a\n\tb\x1b");
  EXPECT_EQ(read->turns[1].thinking, "hm\n");
  EXPECT_EQ(read->settings, file.settings);
  EXPECT_EQ(read->stops, file.stops);
  EXPECT_EQ(WriteChatFile(*read), json);
  EXPECT_EQ(WriteChatFile({}), "{\"messages\": [\n]}\n");
  EXPECT_TRUE(ReadChatFile(WriteChatFile({}), "f").ok());
}

TEST(ChatFileTest, ReadsWhatOthersWrite) {
  const auto file = ReadChatFile(
      "[{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}"
      ",{\"type\":\"text\",\"text\":\"b\"}]},{\"role\":\"user\",\"content\":"
      "\"q\",\"name\":\"me\"},{\"role\":\"assistant\",\"content\":null,"
      "\"refusal\":null,\"tool_calls\":[],\"reasoning_content\":\"hm\"}]",
      "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->system, "a\nb");
  EXPECT_EQ(file->turns[1].message.content, "");
  EXPECT_EQ(file->turns[1].thinking, "hm");
  const auto request = ReadChatFile(
      "{\"model\":\"x\",\"messages\":[],\"stream\":true,\"tools\":null}", "f");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->unused, (std::vector<std::string>{"model", "stream"}));
}

TEST(ChatFileTest, RefusesByNameWhatItCannotKeep) {
  const auto one = [](const char* message) {
    return Refused(absl::StrCat("{\"messages\":[", message, "]}"));
  };
  EXPECT_NE(one("{\"role\":\"tool\",\"content\":\"x\"}").find("role"),
            std::string::npos);
  EXPECT_NE(
      one("{\"role\":\"assistant\",\"tool_calls\":[{}]}").find("tool_calls"),
      std::string::npos);
  EXPECT_NE(one("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}")
                .find("text only"),
            std::string::npos);
  EXPECT_NE(one("{\"role\":\"user\",\"content\":5}").find("content"),
            std::string::npos);
  EXPECT_NE(one("{\"content\":\"x\"}").find("role"), std::string::npos);
  EXPECT_NE(one("5").find("messages"), std::string::npos);
  const std::string system = "{\"role\":\"system\",\"content\":\"x\"}";
  one((system + "," + system).c_str());
  one("{\"role\":\"user\",\"content\":\"x\",\"thinking\":\"y\"}");
  Refused("{\"messages\":[],\"tools\":[{}]}");
  Refused("{\"messages\":[],\"settings\":{\"seed\":[]}}");
  Refused("{\"messages\":[],\"settings\":[1]}");
  Refused("{}");
  Refused("");
  Refused("not json");
  Refused("{\"messages\":[]} x");
  Refused("\"\xff\"");
}

TEST(ChatFileTest, MessagesHaveALimit) {
  const auto many = [](size_t count) {
    std::string json = "[";
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&json, i == 0 ? "" : ",", "{\"role\":\"user\"}");
    }
    return json + "]";
  };
  EXPECT_TRUE(ReadChatFile(many(kChatMessagesMax), "f").ok());
  Refused(many(kChatMessagesMax + 1));
}

}  // namespace
}  // namespace fathom::rt
