// Encoding and decoding: against ids that the `tokenizers` library gave, and
// what it has no word for: foreign text, streams, ids without a token.
#include "runtime/text/tokenizer.h"

#include <chrono>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/json.h"
#include "runtime/text/tokenizer_compiler.h"

namespace fathom::rt {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

std::string Folder(const std::string& kind) {
  return absl::StrCat(FATHOM_SOURCE_DIR, "/test/models/tokenizers/", kind);
}

std::unique_ptr<Tokenizer> LoadKind(const std::string& kind) {
  auto tables =
      CompileTokenizer(ReadFile(Folder(kind) + "/tokenizer.json"),
                       ReadFile(Folder(kind) + "/tokenizer_config.json"));
  EXPECT_TRUE(tables.ok()) << tables.status().message();
  if (!tables.ok()) return nullptr;
  auto tokenizer = Tokenizer::Load(*tables);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  return tokenizer.ok() ? *std::move(tokenizer) : nullptr;
}

std::vector<int32_t> Ids(const Tokenizer& tokenizer, absl::string_view text,
                         const std::vector<ByteSpan>& foreign = {}) {
  auto ids = tokenizer.Encode(text, foreign);
  EXPECT_TRUE(ids.ok()) << ids.status().message();
  return ids.ok() ? *ids : std::vector<int32_t>();
}

class LibraryTest : public testing::TestWithParam<const char*> {};

// C10, C11: every line of KIND.jsonl, both ways and as a stream.
TEST_P(LibraryTest, C11_SameIdsAndTexts) {
  auto tokenizer = LoadKind(GetParam());
  ASSERT_NE(tokenizer, nullptr);
  std::ifstream lines(Folder(GetParam()) + ".jsonl");
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    auto document = JsonDocument::Parse(line, "line");
    ASSERT_TRUE(document.ok());
    const JsonValue root = document->root();
    const std::string text(*root.Get("text")->AsString());
    std::vector<int32_t> wanted;
    const auto ids = root.Get("ids")->AsArray();
    ASSERT_TRUE(ids.ok());
    for (const JsonValue& id : *ids) {
      wanted.push_back(static_cast<int32_t>(*id.AsInteger(0, INT32_MAX)));
    }
    EXPECT_EQ(Ids(*tokenizer, text), wanted) << line;
    const auto decoded = root.Find("decoded");
    const std::string back = decoded ? std::string(*decoded->AsString()) : text;
    EXPECT_EQ(tokenizer->Decode(wanted), back) << line;
    TokenStream stream(*tokenizer);
    std::string streamed;
    for (int32_t id : wanted) streamed += stream.Push(id);
    EXPECT_EQ(streamed + stream.Finish(), back) << line;
    ++count;
  }
  EXPECT_GT(count, 250);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LibraryTest,
                         testing::Values("deepseek", "llama3", "qwen2",
                                         "digits", "added-flags"));

}  // namespace
}  // namespace fathom::rt
