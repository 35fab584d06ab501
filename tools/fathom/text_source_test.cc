// The tokenizer and the templates of an artifact are those of its folder.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "runtime/testing/fake_artifact.h"
#include "runtime/text/tokenizer_compiler.h"
#include "tools/fathom/template_source.h"
#include "tools/fathom/tokenizer_source.h"

namespace fathom::rt {
namespace {

constexpr char kRequest[] =
    R"({"messages": [{"role": "user", "content": "hi <think>"}],
        "add_generation_prompt": true})";

std::vector<uint8_t> Bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string Folder() {
  return std::string(FATHOM_SOURCE_DIR) + "/test/models/tiny-qwen2";
}

FakeArtifact WithText() {
  FakeArtifact fake;
  auto tables =
      CompileTokenizer(ReadBytes(Folder() + "/tokenizer.json"),
                       ReadBytes(Folder() + "/tokenizer_config.json"));
  EXPECT_TRUE(tables.ok()) << tables.status();
  fake.manifest.tokenizer = Bytes(*tables);
  auto templates = LoadChatTemplates(Folder());
  EXPECT_TRUE(templates.ok()) << templates.status();
  fake.manifest.chat_template =
      Bytes(SerializeTemplate(*templates->templates[0].program));
  for (const auto& [name, text] : templates->special_tokens) {
    auto token = std::make_unique<fathom::schema::NamedTextT>();
    token->name = name;
    token->text = text;
    fake.manifest.special_tokens.push_back(std::move(token));
  }
  return fake;
}

TEST(TextSourceTest, ArtifactAndFolderAreAlike) {
  const std::string artifact = WithText().Write();
  auto own = TokenizerOf(artifact);
  auto other = TokenizerOf(Folder());
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_TRUE(other.ok()) << other.status();
  const auto ids = (*own)->Encode("Thinking <think> 12");
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(*ids, *(*other)->Encode("Thinking <think> 12"));

  auto templates = TemplatesOf(artifact);
  ASSERT_TRUE(templates.ok()) << templates.status();
  auto rendered = RenderChat(*templates, kRequest);
  auto wanted = RenderChat(*TemplatesOf(Folder()), kRequest);
  ASSERT_TRUE(rendered.ok() && wanted.ok());
  EXPECT_EQ(rendered->text, wanted->text);
  EXPECT_EQ(rendered->foreign, wanted->foreign);
  // C8: encoded with its foreign bytes, the message opens no thinking.
  const auto prompt = (*own)->Encode(rendered->text, rendered->foreign);
  ASSERT_TRUE(prompt.ok());
  const int32_t think = (*own)->FindAddedToken("<think>");
  EXPECT_EQ(std::count(prompt->begin(), prompt->end(), think), 1);
  const auto unmarked = (*own)->Encode(rendered->text);
  EXPECT_EQ(std::count(unmarked->begin(), unmarked->end(), think), 2);
}

TEST(TextSourceTest, SaysWhatIsNotThere) {
  FakeArtifact bare;
  const std::string folder = bare.Write();
  EXPECT_TRUE(absl::StrContains(TokenizerOf(folder).status().message(),
                                "found no tokenizer"));
  EXPECT_TRUE(absl::StrContains(TemplatesOf(folder).status().message(),
                                "found no chat template"));
  FakeArtifact broken;
  broken.manifest.tokenizer = {1, 2, 3};
  broken.manifest.chat_template = {1, 2, 3};
  const std::string bad = broken.Write();
  EXPECT_TRUE(absl::StartsWith(TokenizerOf(bad).status().message(),
                               "tokenizer tables: "));
  EXPECT_TRUE(
      absl::StartsWith(TemplatesOf(bad).status().message(), "manifest.bin: "));
}

}  // namespace
}  // namespace fathom::rt
