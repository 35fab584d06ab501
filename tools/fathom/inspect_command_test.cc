// `fathom inspect` shows a summary, or every field as text or as JSON.
#include "tools/fathom/inspect_command.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "runtime/testing/fake_artifact.h"
#include "simdjson.h"
#include "tools/fathom/summary_page.h"

namespace fathom::rt {
namespace {

struct Ran {
  int exit_code;
  std::string out, err;
};

Ran Inspect(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "fathom-inspect");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.exit_code = InspectCommand(int(arguments.size()), arguments.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

std::string Whole() {
  FakeArtifact fake;
  fake.manifest.tokenizer = {1, 2, 3};
  fake.manifest.generation->max_new_tokens = 77;
  fake.manifest.generation->max_length = 78;
  fake.manifest.model->name = "a \"name\"\n\xff";
  fake.manifest.buffers.push_back(std::make_unique<fathom::schema::BufferT>());
  fake.manifest.buffers[0]->name = "norm";
  fake.manifest.buffers[0]->bytes = 32;
  auto token = std::make_unique<fathom::schema::NamedTextT>();
  token->name = "bos_token";
  token->text = "<s>";
  fake.manifest.special_tokens.push_back(std::move(token));
  auto more = std::make_unique<fathom::schema::ChatTemplateT>();
  more->name = "odd";
  more->refusal = "chat_template.jinja: line 1: no";
  fake.manifest.more_templates.push_back(std::move(more));
  return fake.Write();
}

// Every name that the schema gives to a field, by reading the schema: a new
// field that is not shown fails here.
std::vector<std::string> FieldNames() {
  std::ifstream schema(std::string(FATHOM_SOURCE_DIR) +
                       "/runtime/schema/manifest.fbs");
  std::vector<std::string> names;
  std::string line;
  std::smatch match;
  while (std::getline(schema, line)) {
    if (std::regex_search(line, match, std::regex("^  ([a-z0-9_]+):"))) {
      names.push_back(match[1]);
    }
  }
  return names;
}

TEST(InspectCommandTest, JsonHoldsEveryFieldOfTheSchema) {
  const std::string folder = Whole();
  const Ran ran = Inspect({folder.c_str(), "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  ASSERT_FALSE(parser.parse(ran.out).get(json)) << ran.out;
  const std::vector<std::string> names = FieldNames();
  EXPECT_GT(names.size(), 60u);
  for (const std::string& name : names) {
    EXPECT_TRUE(absl::StrContains(ran.out, absl::StrCat("\"", name, "\": ")))
        << name;
  }
  EXPECT_EQ(uint64_t(json.at_pointer("/weights/1/layer")), 1u);
  EXPECT_EQ(uint64_t(json.at_pointer("/weights/0/shape/0")), 16u);
  EXPECT_EQ(std::string_view(json.at_pointer("/levels/1/features/1")),
            "avx1024");
  EXPECT_EQ(double(json.at_pointer("/generation/temperature")), 1.0);
  EXPECT_EQ(uint64_t(json.at_pointer("/generation/max_new_tokens")), 77u);
  EXPECT_EQ(uint64_t(json.at_pointer("/generation/max_length")), 78u);
  EXPECT_EQ(uint64_t(json.at_pointer("/tokenizer/bytes")), 3u);
  EXPECT_EQ(std::string_view(json.at_pointer("/tokenizer/sha256")),
            "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
  EXPECT_EQ(std::string_view(json.at_pointer("/weights_blocks/0")).size(), 32u);
}

TEST(InspectCommandTest, AllHoldsEveryFieldAndSteersNoTerminal) {
  const std::string folder = Whole();
  const Ran ran = Inspect({folder.c_str(), "--all"});
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  for (const std::string& name : FieldNames()) {
    EXPECT_TRUE(absl::StrContains(ran.out, name)) << name;
  }
  EXPECT_TRUE(absl::StrContains(ran.out, R"(a \"name\"\n\xff)")) << ran.out;
  EXPECT_TRUE(absl::StrContains(ran.out, "fathom_step_plain"));
}

TEST(InspectCommandTest, TheSummaryIsAPage) {
  FakeArtifact fake;
  fake.manifest.model->name = "a \"name\"\n\xff";
  fake.manifest.model->parameter_count = 1'543'714'304;
  fake.manifest.generation->sample = true;
  fake.manifest.generation->temperature = 0.6f;
  fake.manifest.generation->top_p = 0.95f;
  fake.manifest.generation->max_new_tokens = 77;
  fake.manifest.reasoning->think_open_id = 3;
  fake.manifest.reasoning->think_close_id = 4;
  const std::string folder = fake.Write();
  const Ran ran = Inspect({folder.c_str()});
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_LT(std::count(ran.out.begin(), ran.out.end(), '\n'), 24) << ran.out;
  for (const char* line :
       {R"(name            a \"name\"\n\xff)", "parameters      1.54 billion",
        "context         400 tokens",
        "token 3 begins thinking, token 4 ends it",
        "temperature 0.6, top-p 0.95, at most 77 tokens",
        "does not run on this machine, which lacks avx1024",
        "runs on this machine\n", "for 1000 tokens", "tokenizer       none",
        "chat template   none", "compiled by     "}) {
    EXPECT_TRUE(absl::StrContains(ran.out, line)) << line << "\n" << ran.out;
  }
}

TEST(InspectCommandTest, TheSummaryFitsTheTerminal) {
  const FakeArtifact fake;
  const std::string bytes = fake.Manifest();
  const auto& manifest = *fathom::schema::GetManifest(bytes.data());
  const std::string page = SummaryPage(manifest, CpuFeatures::Detect(), 40);
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    // A word that is longer has a line of its own.
    EXPECT_TRUE(line.size() <= 40 || !absl::StrContains(line.substr(16), ' '))
        << line;
  }
}

TEST(InspectCommandTest, FaultsAreNamedInOneLine) {
  EXPECT_EQ(Inspect({"/none"}).exit_code, 1);
  EXPECT_EQ(Inspect({}).exit_code, 2);
  EXPECT_EQ(Inspect({"x", "--colour"}).exit_code, 2);
  EXPECT_EQ(Inspect({"x", "--all", "--json"}).exit_code, 2);
  const std::string folder = Whole();
  std::string bytes = ReadBytes(folder + "/manifest.bin");
  bytes[100] ^= 1;
  WriteBytes(folder + "/manifest.bin", bytes);
  const Ran ran = Inspect({folder.c_str()});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1);
  EXPECT_EQ(ran.out, "");
}

}  // namespace
}  // namespace fathom::rt
