// Chat requests as apply_chat_template takes them: what becomes a variable,
// what has an effect of its own, what is refused.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/text/chat_templates.h"

namespace fathom::rt {
namespace {

ChatTemplates Templates(
    std::vector<std::pair<std::string, std::string>> sources) {
  ChatTemplates templates;
  for (const auto& [name, source] : sources) {
    auto program = CompileTemplate(source);
    EXPECT_TRUE(program.ok()) << program.status();
    if (program.ok()) templates.templates.push_back({name, *program, ""});
  }
  templates.special_tokens = {{"bos_token", "<s>"}, {"eos_token", "</s>"}};
  return templates;
}

// Two messages, "hi" and "abc", and `rest`.
std::string Request(absl::string_view rest = "") {
  return absl::StrCat(
      R"({"messages": [{"role": "user", "content": "hi"},
                      {"role": "assistant", "content": "abc"}])",
      rest.empty() ? "" : ", ", rest, "}");
}

absl::StatusOr<Rendered> RenderWith(const std::string& source,
                                    const std::string& request,
                                    const RenderOptions& options = {}) {
  return RenderChat(Templates({{"default", source}}), request, options);
}

std::string TextOf(const std::string& source, const std::string& request,
                   const RenderOptions& options = {}) {
  auto rendered = RenderWith(source, request, options);
  EXPECT_TRUE(rendered.ok()) << request << ": " << rendered.status();
  return rendered.ok() ? rendered->text : "";
}

void ExpectRefused(const std::string& source, const std::string& request,
                   absl::string_view words) {
  const absl::Status status = RenderWith(source, request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << request << ": " << status;
  EXPECT_TRUE(absl::StrContains(status.message(), words))
      << request << ": " << status;
  EXPECT_FALSE(absl::StrContains(status.message(), "\n")) << status;
}

constexpr char kPlain[] =
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

// Case null-content.
TEST(ChatRequestTest, NullIsAValue) {
  const std::string source =
      "{% for m in messages %}{% if m.content is none %}none{% elif m.content "
      "is defined %}{{ m.content }}{% else %}missing{% endif %};{% endfor %}";
  EXPECT_EQ(TextOf(source, R"({"messages": [{"role": "user", "content": "hi"},
      {"role": "assistant", "content": null, "tool_calls": []},
      {"role": "tool"}]})"),
            "hi;none;missing;");
  EXPECT_EQ(TextOf("{{ messages[0] | list | join(',') }} {{ x is none }}",
                   R"({"messages": [{"a": null, "b": null}], "x": null})"),
            "a,b True");
}

// As transformers, which gives a message its reasoning by both names.
TEST(ChatRequestTest, ReasoningIsThereByBothNames) {
  const std::string source =
      "{% for k, v in messages[0].items() %}{{ k }}={{ v }};{% endfor %}";
  for (const auto& [fields, shown] :
       std::vector<std::pair<std::string, std::string>>{
           {R"("content": "c")", "content=c;"},
           {R"("content": "c", "reasoning": "r")",
            "thinking=r;content=c;reasoning=r;reasoning_content=r;"},
           {R"("reasoning_content": "a", "thinking": "b")",
            "thinking=b;reasoning_content=a;"},
           {R"("thinking": "b", "content": "c")",
            "thinking=b;content=c;reasoning_content=b;"},
           {R"("reasoning_content": null)", "reasoning_content=None;"}}) {
    EXPECT_EQ(TextOf(source, "{\"messages\": [{" + fields + "}]}"), shown);
  }
}

TEST(ChatRequestTest, VariablesAndSpecialTokens) {
  const std::string source =
      "{{ bos_token }}{{ tools }}{{ documents }}{{ add_generation_prompt }}"
      "{{ enable_thinking | default('-') }}{{ model | default('-') }}";
  EXPECT_EQ(TextOf(source, Request()), "<s>NoneNoneFalse--");
  EXPECT_EQ(TextOf(source, Request(R"("bos_token": "B", "model": "m",
      "enable_thinking": false, "add_generation_prompt": 1)")),
            "BNoneNone1Falsem");
  EXPECT_EQ(TextOf(source, Request(R"("chat_template_kwargs":
      {"enable_thinking": true, "add_generation_prompt": true})")),
            "<s>NoneNoneTrueTrue-");
  EXPECT_EQ(TextOf("{{ chat_template_kwargs is defined }}",
                   Request(R"("chat_template_kwargs": null)")),
            "False");
  ExpectRefused(source, Request(R"("a": 1, "chat_template_kwargs": {"a": 2})"),
                "found 'a' in 'chat_template_kwargs' and in the request");
  ExpectRefused(source, Request(R"("chat_template_kwargs": [])"),
                "'chat_template_kwargs' that is an empty list, expected a "
                "mapping");
  ExpectRefused(source,
                Request(R"("chat_template_kwargs": {"truncation": true})"),
                "found 'truncation' true");
}

TEST(ChatRequestTest, ToolsAndDocuments) {
  const std::string source = "{{ tools }}|{{ documents }}";
  EXPECT_EQ(TextOf(source, Request(R"("tools": [{"a": 1}], "documents": [])")),
            "[{'a': 1}]|[]");
  EXPECT_EQ(TextOf(source, Request(R"("tools": null, "documents": null)")),
            "None|None");
  for (const char* name : {"tools", "documents"}) {
    for (const char* value : {"1", "\"f\"", "[1]", "[[]]", "{\"a\": 1}"}) {
      ExpectRefused(source, Request(absl::StrCat("\"", name, "\": ", value)),
                    absl::StrCat("found '", name, "' "));
    }
  }
}

// A parameter has its effect or is refused; no template sees it as a variable.
TEST(ChatRequestTest, ParametersAreNoVariables) {
  for (const char* accepted :
       {R"("tokenize": true)", R"("tokenize": false)", R"("tokenize": null)",
        R"("return_dict": true)", R"("return_tensors": "pt")",
        R"("return_tensors": null)", R"("sanitize_control_tokens": true)",
        R"("padding": false)", R"("padding": true)", R"("padding": "longest")",
        R"("padding": "do_not_pad")", R"("truncation": false)",
        R"("truncation": "do_not_truncate")", R"("max_length": null)",
        R"("return_assistant_tokens_mask": false)", R"("tokenizer_kwargs": {})",
        R"("continue_final_message": false)", R"("chat_template": null)"}) {
    const std::string name =
        std::string(accepted).substr(1, std::string(accepted).find(':') - 2);
    EXPECT_EQ(TextOf("{{ " + name + " is defined }}", Request(accepted)),
              "False")
        << accepted;
  }
  for (const char* refused :
       {R"("tokenize": "yes")", R"("return_tensors": 1)",
        R"("sanitize_control_tokens": false)", R"("padding": "max_length")",
        R"("padding": 8)", R"("truncation": true)",
        R"("truncation": "longest_first")", R"("max_length": 5)",
        R"("return_assistant_tokens_mask": true)",
        R"("tokenizer_kwargs": {"a": 1})", R"("conversation": [])",
        R"("conversations": null)", R"("self": 1)", R"("chat_template": 1)"}) {
    const std::string name =
        std::string(refused).substr(1, std::string(refused).find('"', 1) - 1);
    ExpectRefused(kPlain, Request(refused), absl::StrCat("found '", name, "'"));
  }
}

// Case continue-final-message.
TEST(ChatRequestTest, ContinueFinalMessage) {
  EXPECT_EQ(TextOf(kPlain, Request(R"("continue_final_message": true)")),
            "[user]hi</s>[assistant]abc");
  EXPECT_EQ(TextOf(kPlain, Request(R"("continue_final_message": "content")")),
            "[user]hi</s>[assistant]abc");
  // Served requests ask for the next message only where they continue none.
  RenderOptions served;
  served.next_message = NextMessage::kUnlessSaid;
  EXPECT_EQ(
      TextOf(kPlain, Request(R"("continue_final_message": true)"), served),
      "[user]hi</s>[assistant]abc");
  EXPECT_TRUE(
      absl::EndsWith(TextOf(kPlain, Request(), served), "</s>[assistant]"));
  EXPECT_TRUE(absl::EndsWith(
      TextOf(kPlain, Request(R"("add_generation_prompt": false)"), served),
      "abc</s>"));
  ExpectRefused(kPlain, Request(R"("continue_final_message": true,
                           "add_generation_prompt": true)"),
                "expected one of them");
}

TEST(ChatRequestTest, ContinuedWhereTheTemplateStrips) {
  const std::string source =
      "{% for m in messages %}{{ m.content | trim }};{% endfor %}";
  const auto text = [&](absl::string_view content) {
    return TextOf(source,
                  absl::StrCat(R"({"messages": [{"content": ")", content,
                               R"("}], "continue_final_message": 1})"));
  };
  EXPECT_EQ(text("abc"), "abc");
  EXPECT_EQ(text(" abc \\n"), "abc");
  EXPECT_EQ(text("a CONTINUE_FINAL_MESSAGE_TAG b"),
            "a CONTINUE_FINAL_MESSAGE_TAG b");
}

TEST(ChatRequestTest, ContinuesTheLastPart) {
  const std::string parts =
      "{% for p in messages[-1].content %}<{{ p.text }}>{% endfor %}";
  EXPECT_EQ(TextOf(parts, R"({"messages": [{"content": [{"text": "a"},
      {"text": "b"}, {"type": "image"}]}], "continue_final_message": true})"),
            "<a><b");
}

TEST(ChatRequestTest, ContinuedReasoningIsMarkedByAllItsNames) {
  const std::string thinking =
      "<think>{{ messages[-1].thinking }}</think>{{ messages[-1].content }}";
  EXPECT_EQ(TextOf(thinking, R"({"messages": [{"content": "c",
      "reasoning": "r"}], "continue_final_message": "reasoning"})"),
            "<think>r");
}

TEST(ChatRequestTest, RefusesWhatCannotBeContinued) {
  const std::string on = R"(, "continue_final_message": true})";
  const auto refused = [&](absl::string_view messages, absl::string_view words,
                           const std::string& source = kPlain) {
    ExpectRefused(source, absl::StrCat("{\"messages\": ", messages, on), words);
  };
  refused(R"([{"role": "user"}])", "no 'content' in the final message");
  refused(R"([{"content": null}])", "no 'content' in the final message");
  refused(R"([{"content": 1}])", "a final message of kind integer");
  refused(R"([{"content": []}])", "no text in the final message");
  refused(R"([{"content": [{"text": 1}]}])", "of kind integer");
  refused(R"([{"content": ["a"]}])", "a part of kind string");
  refused(R"([{"content": "a"}])", "does not render whole", "content");
  refused(R"([{"content": "ab"}])", "does not render whole",
          "{{ messages[0].content[1:] }}");
  refused(R"([{"content": "a"}])", "one that the chat template reads",
          "{{ messages[0].text }}");
}

// What stands before the cut stays foreign, and nothing else.
TEST(ChatRequestTest, ForeignBytesEndWithTheFinalMessage) {
  const auto rendered = RenderWith(
      "{{ bos_token }}{% for m in messages %}{{ m.content }}|"
      "{% endfor %}",
      Request(R"("continue_final_message": true)"));
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_EQ(rendered->text, "<s>hi|abc");
  EXPECT_EQ(rendered->foreign, (std::vector<ByteSpan>{{3, 5}, {6, 9}}));
  const auto empty = RenderWith(
      "{{ bos_token }}{{ messages[0].content }}",
      R"({"messages": [{"content": ""}], "continue_final_message": true})");
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->text, "<s>");
  EXPECT_TRUE(empty->foreign.empty());
}

TEST(ChatRequestTest, ChoosesATemplateByNameAndTools) {
  ChatTemplates templates = Templates(
      {{"default", "d"}, {"tool_use", "t"}, {"rag", "r{{ documents }}"}});
  templates.templates.push_back({"bad", nullptr, "x.jinja: line 1: no"});
  const auto text = [&](absl::string_view rest) {
    auto rendered = RenderChat(templates, Request(rest));
    return rendered.ok() ? rendered->text
                         : std::string(rendered.status().message());
  };
  EXPECT_EQ(text(""), "d");
  EXPECT_EQ(text(R"("tools": [])"), "t");
  EXPECT_EQ(text(R"("tools": null)"), "d");
  EXPECT_EQ(text(R"("chat_template_kwargs": {"tools": []})"), "t");
  EXPECT_EQ(text(R"("tools": [], "chat_template": "rag")"), "rNone");
  EXPECT_EQ(text(R"("chat_template": "bad")"),
            "the chat template 'bad' cannot be used: x.jinja: line 1: no");
  EXPECT_EQ(text(R"("chat_template": "{{ 1 }}")"),
            "found 'chat_template' '{{ 1 }}', expected the name of one of the "
            "model's: 'default', 'tool_use', 'rag', 'bad'");
  RenderOptions trusted;
  trusted.compile_text = CompileTemplate;
  auto own = RenderChat(
      templates, Request(R"("chat_template": "{{ bos_token }}x")"), trusted);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->text, "<s>x");
  EXPECT_TRUE(own->foreign.empty());
  const absl::Status status =
      RenderChat(templates, Request(R"("chat_template": "{{ ")"), trusted)
          .status();
  EXPECT_TRUE(absl::StartsWith(
      status.message(), "the request's 'chat_template': template line 1"))
      << status;
}

TEST(ChatRequestTest, SaysWhereThereIsNoDefault) {
  const ChatTemplates templates = Templates({{"a", "1"}, {"tool_use", "2"}});
  EXPECT_EQ(RenderChat(templates, Request()).status().message(),
            "found no chat template 'default', expected 'chat_template' in "
            "the request to name one of: 'a', 'tool_use'");
  EXPECT_EQ(RenderChat(templates, Request(R"("tools": [])"))->text, "2");
}

}  // namespace
}  // namespace fathom::rt
