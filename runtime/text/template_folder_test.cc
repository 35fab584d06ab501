// Where a folder keeps its chat templates, and which of them count.
#include "runtime/text/template_folder.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

class TemplateFolderTest : public testing::Test {
 protected:
  TemplateFolderTest()
      : path_(absl::StrCat(
            testing::TempDir(), "/template_folder_",
            testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_ + "/additional_chat_templates");
  }
  ~TemplateFolderTest() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
  }
  void More(const std::string& name, const std::string& bytes) {
    Write("additional_chat_templates/" + name, bytes);
  }

  // What the templates render, by name: "default=d;".
  std::string Loaded() {
    auto templates = LoadChatTemplates(path_);
    if (!templates.ok()) return std::string(templates.status().message());
    std::string shown;
    for (const ChatTemplate& known : templates->templates) {
      absl::StrAppend(&shown, known.name, "=");
      if (known.program == nullptr) {
        absl::StrAppend(&shown, "(", known.refusal, ");");
        continue;
      }
      TemplateInputs inputs;
      inputs.request_json = R"({"messages": [{"content": "x"}]})";
      inputs.special_tokens = templates->special_tokens;
      absl::StrAppend(&shown, RenderTemplate(*known.program, inputs)->text,
                      ";");
    }
    return shown;
  }

  const std::string path_;
};

TEST_F(TemplateFolderTest, TheConfigHoldsOneOrSeveral) {
  Write("tokenizer_config.json",
        R"({"chat_template": "d{{ bos_token }}", "bos_token": "<s>"})");
  EXPECT_EQ(Loaded(), "default=d<s>;");
  Write("tokenizer_config.json",
        R"({"chat_template": [{"name": "default", "template": "0"},
            {"name": "rag", "template": "r", "more": 1},
            {"name": "default", "template": "d"}]})");
  EXPECT_EQ(Loaded(), "rag=r;default=d;");
  Write("tokenizer_config.json",
        R"({"chat_template": {"default": "d", "tool_use": "t"}})");
  EXPECT_EQ(Loaded(), "default=d;tool_use=t;");
}

// Case additional-chat-templates.
TEST_F(TemplateFolderTest, FilesWinOverTheConfig) {
  Write("tokenizer_config.json",
        R"({"chat_template": [{"name": "old", "template": "o"}]})");
  Write("chat_template.jinja", "d");
  EXPECT_EQ(Loaded(), "default=d;");
  More("tool_use.jinja", "t");
  More("notes.txt", "{{");
  EXPECT_EQ(Loaded(), "default=d;tool_use=t;");
  More("default.jinja", "e");
  EXPECT_EQ(Loaded(), "default=e;tool_use=t;");
  std::filesystem::remove(path_ + "/chat_template.jinja");
  std::filesystem::remove(path_ + "/additional_chat_templates/default.jinja");
  EXPECT_EQ(Loaded(), "tool_use=t;");
}

TEST_F(TemplateFolderTest, NeedsNoConfig) {
  Write("chat_template.jinja", "d{{ eos_token }}");
  Write("special_tokens_map.json", R"({"eos_token": {"content": "</s>"}})");
  EXPECT_EQ(Loaded(), "default=d</s>;");
}

TEST_F(TemplateFolderTest, NoneIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(LoadChatTemplates(path_).status()));
  Write("tokenizer_config.json", R"({"chat_template": null})");
  EXPECT_TRUE(absl::IsNotFound(LoadChatTemplates(path_).status()));
  EXPECT_TRUE(absl::IsNotFound(LoadChatTemplates(path_ + "/no").status()));
}

TEST_F(TemplateFolderTest, KeepsTheReasonOfOneThatCannotBeCompiled) {
  Write("chat_template.jinja", "a\n{% nonsense %}");
  More("tool_use.jinja", "t\xff");
  More("line\nbreak.jinja", "{{");
  const std::string loaded = Loaded();
  EXPECT_TRUE(absl::StartsWith(
      loaded, "default=(chat_template.jinja: template line 2: "))
      << loaded;
  EXPECT_TRUE(absl::StrContains(
      loaded,
      "(additional_chat_templates/line\\nbreak.jinja: template line 1: "))
      << loaded;
  EXPECT_TRUE(absl::StrContains(
      loaded, "tool_use=(additional_chat_templates/tool_use.jinja: "))
      << loaded;
  std::filesystem::remove_all(path_ + "/additional_chat_templates");
  Write("additional_chat_templates", "no folder");
  std::filesystem::remove(path_ + "/chat_template.jinja");
  Write("tokenizer_config.json",
        R"({"chat_template": [{"name": "a", "template": "\n{% x %}"}]})");
  EXPECT_TRUE(absl::StartsWith(
      Loaded(), "a=(tokenizer_config.json: template 'a': template line 2: "))
      << Loaded();
}

TEST_F(TemplateFolderTest, SaysWhatIsWrongAndWhere) {
  const auto refused = [&](const std::string& words) {
    const absl::Status status = LoadChatTemplates(path_).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), words)) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "\n")) << status;
  };
  Write("tokenizer_config.json", R"({"chat_template": 1})");
  refused("/tokenizer_config.json: key 'chat_template' is 1, expected");
  Write("tokenizer_config.json", R"({"chat_template": [{"name": "a"}]})");
  refused("/tokenizer_config.json: key 'chat_template[0].template'");
  Write("tokenizer_config.json", "{");
  refused("/tokenizer_config.json: not JSON");
  Write("tokenizer_config.json", "{}");
  Write("chat_template.jinja", "d");
  Write("special_tokens_map.json", R"({"bos_token": 1})");
  refused("/special_tokens_map.json: key 'bos_token' is 1");
  Write("special_tokens_map.json", "{}");
  std::filesystem::create_directories(path_ +
                                      "/additional_chat_templates/a.jinja");
  refused("/additional_chat_templates/a.jinja: is a folder");
}

TEST_F(TemplateFolderTest, LimitsOnEachSide) {
  for (size_t i = 0; i < kChatTemplatesMax; ++i) {
    More(absl::StrCat("t", i, ".jinja"), "x");
  }
  EXPECT_EQ(LoadChatTemplates(path_)->templates.size(), kChatTemplatesMax);
  More("one_more.jinja", "x");
  EXPECT_TRUE(absl::StrContains(Loaded(), "found more chat templates than 64"))
      << Loaded();
}

}  // namespace
}  // namespace fathom::rt
