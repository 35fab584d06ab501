#include "runtime/serve/request_json.h"

#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

AskRequest Parsed(const std::string& json) {
  auto request = ParseRequest(json, "r");
  EXPECT_TRUE(request.ok()) << request.status();
  return request.ok() ? *std::move(request) : AskRequest();
}

std::string Fault(const std::string& json) {
  auto request = ParseRequest(json, "r");
  EXPECT_TRUE(absl::IsInvalidArgument(request.status())) << json;
  return std::string(request.status().message());
}

TEST(RequestJsonTest, AStringIsAPrompt) {
  EXPECT_EQ(*Parsed(R"("a\n\u00e9")").prompt, "a\n\xc3\xa9");
  EXPECT_EQ(*Parsed(R"({"prompt": "q"})").prompt, "q");
  EXPECT_FALSE(Parsed(R"("q")").conversation_json.has_value());
}

TEST(RequestJsonTest, AnArrayIsAConversation) {
  const std::string json = R"([{"role": "user", "content": "q"}])";
  const AskRequest request = Parsed(json);
  EXPECT_FALSE(request.prompt.has_value());
  EXPECT_EQ(*request.conversation_json, "{\"messages\":" + json + "}");
}

// As OpenAI's clients send it: arguments of a call are a string, and stay one;
// numbers and escapes stay as they are written.
TEST(RequestJsonTest, AConversationIsHandedOnAsItIsWritten) {
  const std::string messages =
      R"([{"role": "user", "content": [{"type": "text", "text": "a}\"]"}]},
          {"role": "assistant", "content": null, "tool_calls": [{"id": "1",
           "function": {"name": "f", "arguments": "{\"x\": 1.50e+30}"}}]},
          {"role": "tool", "tool_call_id": "1", "content": "\u00e9"}])";
  const std::string tools = R"([{"type": "function", "max": 1.50e+30}])";
  const AskRequest request =
      Parsed("{\"max_tokens\": 5, \"messages\": " + messages +
             ", \"temperature\": 0.5, \"tools\" :" + tools +
             ", \"documents\": null, \"continue_final_message\": true}");
  EXPECT_EQ(*request.conversation_json,
            "{\"messages\":" + messages + ",\"tools\":" + tools +
                ",\"continue_final_message\":true}");
  EXPECT_EQ(request.overrides.max_tokens, 5);
  EXPECT_EQ(request.overrides.temperature, 0.5f);
}

TEST(RequestJsonTest, VariablesOfTheTemplateStandByName) {
  EXPECT_EQ(*Parsed(R"({"messages": [1], "chat_template_kwargs":
                        {"enable_thinking": false, "a\"b": {"c": [1]}}})")
                 .conversation_json,
            R"({"messages":[1],"enable_thinking":false,"a\"b":{"c": [1]}})");
  EXPECT_EQ(Fault(R"({"messages": [], "chat_template_kwargs": {"tools": 1}})"),
            "r: key 'chat_template_kwargs.tools' is 1, expected a variable of "
            "the template: this is a key of the request itself");
  Fault(R"({"messages": [], "chat_template_kwargs": [1]})");
}

TEST(RequestJsonTest, ReadsEachSetting) {
  const AskRequest request =
      Parsed(R"({"prompt": "q", "id": "a\u00e9", "max_completion_tokens": 3,
                 "think_tokens": 4, "stop": ["x", "y"], "temperature": 1,
                 "top_k": 5, "top_p": 0.5, "min_p": 0.25,
                 "repetition_penalty": 1.5, "seed": 9223372036854775807,
                 "model": "gpt"})");
  const AskOverrides& overrides = request.overrides;
  EXPECT_EQ(request.id_json, R"("a\u00e9")");
  EXPECT_EQ(overrides.max_tokens, 3);
  EXPECT_EQ(overrides.think_tokens, 4);
  EXPECT_EQ(*overrides.stop_strings, std::vector<std::string>({"x", "y"}));
  EXPECT_EQ(overrides.temperature, 1.0f);
  EXPECT_EQ(overrides.top_k, 5);
  EXPECT_EQ(overrides.top_p, 0.5f);
  EXPECT_EQ(overrides.min_p, 0.25f);
  EXPECT_EQ(overrides.repetition_penalty, 1.5f);
  EXPECT_EQ(overrides.seed, INT64_MAX);
  EXPECT_EQ(request.unused_keys, std::vector<std::string>({"model"}));
  EXPECT_EQ(*Parsed(R"({"prompt": "q", "stop": "x"})").overrides.stop_strings,
            std::vector<std::string>({"x"}));
  EXPECT_EQ(Parsed(R"({"prompt": "q", "id": 12})").id_json, "12");
}

// Clients write null for what they do not set.
TEST(RequestJsonTest, NullIsAsIfItWereNotThere) {
  const AskRequest request =
      Parsed(R"({"prompt": "q", "messages": null, "tools": null, "id": null,
                 "max_tokens": null, "stop": null, "temperature": null})");
  EXPECT_EQ(*request.prompt, "q");
  EXPECT_FALSE(request.overrides.max_tokens.has_value());
  EXPECT_FALSE(request.overrides.temperature.has_value());
  EXPECT_FALSE(request.overrides.stop_strings.has_value());
  EXPECT_EQ(request.id_json, "");
}

TEST(RequestJsonTest, RefusesEachFaultByName) {
  const std::pair<const char*, const char*> kBad[] = {
      {"", "r: not JSON"},
      {"{", "r: not JSON"},
      {"12", "r: the top level is 12, expected a string, an array"},
      {"null", "r: the top level is null, expected a string"},
      {"{}", "r: found neither 'prompt' nor 'messages', expected one"},
      {R"({"prompt": "q", "messages": []})",
       "r: found both 'prompt' and 'messages', expected one of them"},
      {R"({"prompt": 1})", "r: key 'prompt' is 1, expected a string"},
      {R"({"messages": "q"})", "r: key 'messages' is \"q\", expected an array"},
      {R"({"prompt": "q", "tools": []})",
       "r: found 'tools' beside 'prompt', expected 'messages' with it"},
      {R"({"prompt": "q", "chat_template_kwargs": {}})",
       "r: found 'chat_template_kwargs' beside 'prompt', expected"},
      {R"({"prompt": "q", "tempreture": 1})",
       "r: found the key 'tempreture', expected one of prompt, messages"},
      {R"({"prompt": "q", "a\nb": 1})", "r: found the key 'a\\nb', expected"},
      {R"({"prompt": "q", "stream": true})", "r: found the key 'stream'"},
      {R"({"prompt": "q", "temperature": "hot"})",
       "r: key 'temperature' is \"hot\", expected a number"},
      {R"({"prompt": "q", "top_k": 1.5})",
       "r: key 'top_k' is 1.5, expected a whole number"},
      {R"({"prompt": "q", "seed": 9223372036854775808})",
       "r: key 'seed' is 9223372036854775808, expected a whole number"},
      {R"({"prompt": "q", "stop": [1]})",
       "r: key 'stop[0]' is 1, expected a string"},
      {R"({"prompt": "q", "stop": {}})",
       "r: key 'stop' is an object, expected a string or an array"},
      {R"({"prompt": "q", "id": []})",
       "r: key 'id' is an array, expected a string or a whole number"},
      {R"({"prompt": "q", "max_tokens": 1, "max_completion_tokens": 1})",
       "r: key 'max_completion_tokens' is 1, expected it once"},
      {R"({"prompt": "q", "prompt": "p"})", "r: key 'prompt' appears twice"},
      {"\"\xff\"", "r: not JSON"},
  };
  for (const auto& [json, message] : kBad) {
    EXPECT_EQ(Fault(json).find(message), 0u) << json << ": " << Fault(json);
  }
}

}  // namespace
}  // namespace fathom::rt
