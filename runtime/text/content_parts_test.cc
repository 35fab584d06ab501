#include "runtime/text/content_parts.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/text/chat_templates.h"

namespace fathom::rt {
namespace {

absl::StatusOr<Rendered> Render(const std::string& source,
                                const std::string& content,
                                bool joins_texts = true) {
  ChatTemplates templates;
  templates.templates.push_back({"default", *CompileTemplate(source), ""});
  RenderOptions options;
  options.joins_texts = joins_texts;
  return RenderChat(templates,
                    absl::StrCat("{\"messages\": [{\"role\": \"user\", "
                                 "\"content\": \"q\"}, {\"role\": \"user\", "
                                 "\"content\": ",
                                 content, "}]}"),
                    options);
}

constexpr char kParts[] =
    R"([{"type": "text", "text": "What is "}, {"type": "text", "text": "1?"}])";

// Each is a way in which templates of models take a content for a string.
TEST(ContentPartsTest, TemplatesForStringsGetTheTextsJoined) {
  for (const char* source :
       {"{% for m in messages %}{{ '[' + m.content + ']' }}{% endfor %}",
        "{% for m in messages %}[{{ m.content }}]{% endfor %}",
        "{% for m in messages %}{{ '[' ~ m.content ~ ']' }}{% endfor %}",
        "{% for m in messages %}{{ '[' + (m.content | trim) + ']' }}"
        "{% endfor %}",
        "{% for m in messages %}[{{ m.content.split('</think>')[-1] }}]"
        "{% endfor %}",
        "{% for m in messages %}[{% if m.content is string %}{{ m.content }}"
        "{% endif %}]{% endfor %}"}) {
    const auto rendered = Render(source, kParts);
    ASSERT_TRUE(rendered.ok()) << source << rendered.status();
    EXPECT_EQ(rendered->text, "[q][What is \n1?]") << source;
    // What came from the request is text, the line break between included.
    ASSERT_EQ(rendered->foreign.size(), 2u);
    EXPECT_EQ(rendered->foreign[1].begin, 4u);
    EXPECT_EQ(rendered->foreign[1].end, 15u);
  }
}

TEST(ContentPartsTest, TemplatesThatGoThroughPartsGetThem) {
  const auto rendered = Render(
      "{% for m in messages %}{% if m.content is string %}[{{ m.content }}]"
      "{% else %}{% for p in m.content %}<{{ p.text | trim }}>{% endfor %}"
      "{% endif %}{% endfor %}",
      kParts);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_EQ(rendered->text, "[q]<What is><1?>");
}

// apply_chat_template hands the list on.
TEST(ContentPartsTest, NothingIsJoinedUnlessAskedFor) {
  EXPECT_EQ(
      Render("{{ messages[1].content }}", R"([{"text": "a"}])", false)->text,
      "[{'text': 'a'}]");
  EXPECT_FALSE(Render("{{ 'a' + messages[1].content }}", kParts, false).ok());
}

TEST(ContentPartsTest, PartsThatAreNoTextAreNamed) {
  const std::string plain = "{{ '' + messages[1].content }}";
  const std::string lists =
      "{% for p in messages[1].content %}<{{ p.type }}>{% endfor %}";
  const std::string expected =
      ", expected {\"type\": \"text\", \"text\": \"...\"}";
  for (const std::string& source : {plain, lists}) {
    for (const char* type : {"image", "image_url", "input_audio", "video"}) {
      const auto refused = Render(
          source, absl::StrCat(R"([{"type": "text", "text": "a"}, {"type": ")",
                               type, "\"}]"));
      EXPECT_EQ(refused.status().message(),
                absl::StrCat("messages[1].content[1] is of the type '", type,
                             "'", expected));
    }
  }
  EXPECT_EQ(Render(plain, R"([{"type": "thinking", "thinking": "t"}])")
                .status()
                .message(),
            "messages[1].content[0] is of the type 'thinking'" + expected);
  EXPECT_EQ(Render(lists, R"([{"type": "thinking", "thinking": "t"}])")->text,
            "<thinking>");
  EXPECT_EQ(Render(plain, "[5]").status().message(),
            "messages[1].content[0] is of kind integer" + expected);
  EXPECT_EQ(Render(plain, R"(["a", {"text": "b"}])")->text, "a\nb");
  EXPECT_EQ(Render(plain, "[]")->text, "");
}

}  // namespace
}  // namespace fathom::rt
