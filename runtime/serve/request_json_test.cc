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
      {R"({"prompt": "q", "temperature": "hot"})",
       "r: key 'temperature' is \"hot\", expected a number"},
      {R"({"prompt": "q", "top_k": 1.5})",
       "r: key 'top_k' is 1.5, expected a whole number"},
      {R"({"prompt": "q", "seed": 9223372036854775808})",
       "r: key 'seed' is 9223372036854775808, expected a whole number from 0 "
       "to 9223372036854775807"},
      {R"({"prompt": "q", "seed": -1})",
       "r: key 'seed' is -1, expected a whole number from 0 to"},
      {R"({"prompt": "q", "max_tokens": 0})",
       "r: key 'max_tokens' is 0, expected a whole number from 1 to "
       "2147483647"},
      {R"({"prompt": "q", "max_tokens": "5"})",
       "r: key 'max_tokens' is \"5\", expected a whole number from 1 to "
       "2147483647"},
      {R"({"prompt": "q", "think_tokens": 2147483648})",
       "r: key 'think_tokens' is 2147483648, expected a whole number from 0 "
       "to 2147483647"},
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

// Clients send these with every request.
TEST(RequestJsonTest, NeutralValuesOfOtherKeysAreTaken) {
  const AskRequest request = Parsed(
      R"({"messages": [], "n": 1, "logprobs": false, "top_logprobs": null,
          "presence_penalty": 0, "frequency_penalty": 0.0, "logit_bias": {},
          "response_format": {"type": "text"}, "tool_choice": "none",
          "parallel_tool_calls": true, "functions": [], "audio": null,
          "modalities": ["text"], "function_call": "auto", "echo": false,
          "min_tokens": 0, "seed": null, "web_search_options": null})");
  EXPECT_EQ(*request.conversation_json, "{\"messages\":[]}");
  EXPECT_TRUE(request.unused_keys.empty());
}

TEST(RequestJsonTest, OtherValuesOfThemAreRefusedByName) {
  const std::pair<const char*, const char*> kBad[] = {
      {R"("n": 2)", "'n' is 2, expected 1: one answer is computed"},
      {R"("n": true)", "'n' is true, expected 1"},
      {R"("logprobs": true)", "'logprobs' is true, expected false: no log-"},
      {R"("presence_penalty": 0.5)", "'presence_penalty' is 0.5, expected 0"},
      {R"("frequency_penalty": -1)", "'frequency_penalty' is -1, expected 0"},
      {R"("logit_bias": {"5": 1})", "'logit_bias' is an object, expected an "},
      {R"("response_format": {"type": "json_object"})",
       "'response_format' is an object, expected {\"type\": \"text\"}"},
      {R"("tool_choice": "required")",
       "'tool_choice' is \"required\", expected \"auto\""},
      {R"("tools": [], "tool_choice": "none")",
       "'tool_choice' is \"none\", expected \"auto\""},
      {R"("parallel_tool_calls": false)",
       "'parallel_tool_calls' is false, expected true"},
      {R"("audio": {})", "'audio' is an object, expected null: only text"},
      {R"("functions": [{}])", "'functions' is an array, expected an empty"},
  };
  for (const auto& [member, message] : kBad) {
    const std::string fault =
        Fault(std::string("{\"messages\": [], ") + member + "}");
    EXPECT_EQ(fault.find(std::string("r: key ") + message), 0u) << fault;
  }
}

TEST(RequestJsonTest, KeysWithoutEffectAreNoted) {
  EXPECT_EQ(Parsed(R"({"prompt": "q", "stream": true, "user": "u",
                       "metadata": {}, "store": false, "model": null,
                       "stream_options": {"include_usage": true}})")
                .unused_keys,
            std::vector<std::string>(
                {"stream", "user", "metadata", "store", "stream_options"}));
}

TEST(RequestJsonTest, AConversationIsAskedForByWhatItIs) {
  auto fault = [](const char* json) {
    return std::string(
        ParseRequest(json, "r", RequestForm::kConversation).status().message());
  };
  const std::string expected =
      ", expected an array of messages, or an object with 'messages'";
  EXPECT_EQ(fault("{}"), "r: found no 'messages'" + expected);
  EXPECT_EQ(fault(R"({"prompt": "q"})"), "r: found 'prompt'" + expected);
  EXPECT_EQ(fault("\"q\""), "r: the top level is \"q\"" + expected);
  EXPECT_EQ(fault("5"), "r: the top level is 5" + expected);
  EXPECT_EQ(fault("[]"), "");
  EXPECT_EQ(fault(R"({"messages": []})"), "");
}

TEST(RequestJsonTest, SettingsThatAreTakenElsewhereAreRefusedByName) {
  auto fault = [](const char* json) {
    return std::string(CheckHoldsNoSettings(json, "r", "there").message());
  };
  EXPECT_EQ(fault(R"({"messages": [], "max_tokens": 5})"),
            "r: key 'max_tokens' is 5, expected it in there");
  for (const char* key :
       {"temperature", "top_k", "top_p", "min_p", "repetition_penalty", "seed",
        "think_tokens", "stop", "max_completion_tokens"}) {
    EXPECT_NE(fault((std::string("{\"") + key + "\": 1}").c_str()), "") << key;
    EXPECT_EQ(fault((std::string("{\"") + key + "\": null}").c_str()), "");
  }
  EXPECT_EQ(fault(R"({"n": 2})"),
            "r: key 'n' is 2, expected 1: one answer is computed");
  EXPECT_EQ(fault(R"({"messages": [], "tools": [], "enable_thinking": false,
                      "model": "m", "stream": true, "n": 1})"),
            "");
  EXPECT_EQ(fault("{").find("r: not JSON"), 0u);
  EXPECT_EQ(fault("[]"), "");
}

}  // namespace
}  // namespace fathom::rt
