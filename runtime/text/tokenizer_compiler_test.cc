// What tokenizer.json may hold: each thing just right and just wrong.
#include "runtime/text/tokenizer_compiler.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "runtime/base/peak_memory_testing.h"
#include "runtime/text/tokenizer.h"
#include "runtime/text/tokenizer_testing.h"

namespace fathom::rt {
namespace {

// What compiling `json` says; empty when nothing is wrong with it.
std::string Refusal(const std::string& json, absl::string_view config = "") {
  auto tables = CompileTokenizer(json, config);
  if (tables.ok()) return "";
  EXPECT_EQ(tables.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(tables.status().message());
  EXPECT_FALSE(absl::StrContains(message, "\n")) << message;
  EXPECT_LT(message.size(), 400u) << message;
  return message;
}

std::unique_ptr<Tokenizer> Compiled(const std::string& json,
                                    absl::string_view config = "") {
  auto tables = CompileTokenizer(json, config);
  EXPECT_TRUE(tables.ok()) << tables.status().message();
  if (!tables.ok()) return nullptr;
  auto tokenizer = Tokenizer::Load(*tables);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  return tokenizer.ok() ? *std::move(tokenizer) : nullptr;
}

struct Change {
  const char* from;
  const char* to;
  const char* said;  // part of the message
};

void ExpectRefused(const std::vector<Change>& changes) {
  const std::string whole = SmallTokenizerJson();
  for (const Change& change : changes) {
    EXPECT_TRUE(absl::StrContains(whole, change.from)) << change.from;
    const std::string said =
        Refusal(ChangedTokenizerJson(change.from, change.to));
    EXPECT_TRUE(absl::StrContains(said, change.said))
        << "'" << change.to << "' said: " << said;
  }
}

TEST(TokenizerCompilerTest, TakesTheSmallOne) {
  EXPECT_EQ(Refusal(SmallTokenizerJson()), "");
}

TEST(TokenizerCompilerTest, C5_Ids) {
  ExpectRefused({
      {"\"aa\": 256", "\"aa\": 257", "expected an id that no other word has"},
      {"\"aa\": 256", "\"aa\": 2147483648", "a whole number from 0 to 1048575"},
      {"\"aa\": 256", "\"aa\": -1", "a whole number from 0"},
      {"\"aa\": 256", "\"aa\": 256.0", "a whole number from 0"},
      {"\"aa\": 256", "\"aa\": \"256\"", "a whole number from 0"},
      {"\"aa\": 256", "\"aa\": 1048576", "a whole number from 0 to 1048575"},
      {"\"ab\": 258", "\"aa\": 258", "appears twice"},
      {"\"id\": 260", "\"id\": 2147483648", "a whole number"},
  });
  EXPECT_EQ(Refusal(""),
            "tokenizer.json: not JSON: column 1: found the end, expected a "
            "value");
  EXPECT_EQ(Refusal("[]"),
            "tokenizer.json: the top level is an array, expected an object");
}

// A vocabulary may have gaps; the library counts its words for the next id.
TEST(TokenizerCompilerTest, C5_Gaps) {
  auto tokenizer =
      Compiled(ChangedTokenizerJson("\"abc\": 259", "\"abc\": 300"));
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_EQ(tokenizer->id_count(), 301);
  EXPECT_FALSE(tokenizer->HasToken(259));
  EXPECT_TRUE(tokenizer->HasToken(260));
  EXPECT_EQ(*tokenizer->Encode("abc<think>"), (std::vector<int32_t>{300, 260}));
  EXPECT_EQ(tokenizer->Decode({300, 259, 400, -1, 260}), "abc<think>");
  ExpectRefused({{"\"abc\": 259", "\"abc\": 260",
                  "expected an id that no word has: the next one, 260, is "
                  "taken"}});
}

TEST(TokenizerCompilerTest, C5_HasTokenBits) {
  auto tokenizer = Compiled(SmallTokenizerJson());
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_EQ(tokenizer->id_count(), 262);
  auto bits = tokenizer->HasTokenBits(270);
  ASSERT_TRUE(bits.ok());
  ASSERT_EQ(bits->size(), 34u);
  EXPECT_EQ((*bits)[32], 0x3f);
  EXPECT_EQ((*bits)[33], 0);
  EXPECT_TRUE(tokenizer->HasTokenBits(260).ok());
  EXPECT_EQ(tokenizer->HasTokenBits(259).status().message(),
            "found a tokenizer of 260 ids, expected at most the 259 rows of "
            "the model's vocabulary");
}

TEST(TokenizerCompilerTest, C6_Merges) {
  ExpectRefused({
      {"\"aa aa\"", "\"aa xyz\"", "where 'xyz' is none"},
      {"[\"ab\", \"c\"]", "[\"ab\", \"d\"]", "where 'abd' is none"},
      {"\"aa aa\"", "\"aaaa\"", "two words and one space"},
      {"\"aa aa\"", "\"aa  aa\"", "two words and one space"},
      {"\"aa aa\"", "[\"aa\"]", "an array of two words"},
      {"\"aa aa\"", "[\"aa\", 1]", "expected a string"},
      {"\"aa aa\"", "7", "expected an array"},
      {"\"aa\": 256", "\"\": 256", "expected no empty word"},
      // The merge of an empty word would be a cycle.
      {"\"aa aa\"", "[\"\", \"aa\"]", "where '' is none"},
      {"\"aa\": 256", "\"a\xff\": 256", "not JSON"},
      {"\"aa\": 256", "\"\\ud800\": 256", "not JSON"},
  });
}

// One more than there may be is refused by the number alone; as many as there
// may be are looked at, one by one.
TEST(TokenizerCompilerTest, C6_TooManyMerges) {
  const std::string whole = SmallTokenizerJson();
  const size_t begin = whole.find("[[\"a\", \"a\"], \"aa aa\"");
  ASSERT_NE(begin, std::string::npos);
  std::string json = whole.substr(0, begin) + "[0";
  for (size_t i = 1; i < kMergesMax; ++i) json += ",0";
  EXPECT_EQ(Refusal(json + "]}}"),
            "tokenizer.json: key 'model.merges[0]' is 0, expected an array");
  EXPECT_EQ(Refusal(json + ",0]}}"),
            "tokenizer.json: key 'model.merges' is an array, expected at most "
            "1048576 merges, but it has 1048577");
}

// The literal ten million, in both spellings: refused in flat memory.
TEST(TokenizerCompilerTest, C6_TenMillionMerges) {
  const std::string whole = SmallTokenizerJson();
  const size_t begin = whole.find("[[\"a\", \"a\"], \"aa aa\"");
  ASSERT_NE(begin, std::string::npos);
  for (const char* merge : {",\"a b\"", ",[\"a\",\"b\"]"}) {
    std::string json = whole.substr(0, begin) + "[\"a a\"";
    for (int i = 1; i < 10'000'000; ++i) json += merge;
    json += "]}}";
    const bool is_pair = merge[1] == '[';
    EXPECT_TRUE(absl::StrContains(
        Refusal(json), is_pair
                           ? "tokenizer.json: has 100003839 bytes"
                           : ": found value 4194305, expected at most 4194304"))
        << Refusal(json);
    const int64_t growth = PeakGrowthBytes([&] { Refusal(json); });
    EXPECT_GE(growth, 0);
    EXPECT_LT(growth, int64_t{4} << 20);
  }
}

// The last of equal merges counts, as in the library.
TEST(TokenizerCompilerTest, C6_DuplicateMerges) {
  auto tokenizer = Compiled(ChangedTokenizerJson(
      "[\"ab\", \"c\"]]", "[\"ab\", \"c\"], [\"a\", \"a\"]]"));
  ASSERT_NE(tokenizer, nullptr);
  // "ab" now goes before "aa".
  EXPECT_EQ(*tokenizer->Encode("aab"), (std::vector<int32_t>{97, 258}));
  tokenizer = Compiled(SmallTokenizerJson());
  EXPECT_EQ(*tokenizer->Encode("aab"), (std::vector<int32_t>{256, 98}));
}

TEST(TokenizerCompilerTest, C6_LongToken) {
  const std::string word(size_t{1} << 20, 'z');
  auto tokenizer = Compiled(absl::StrReplaceAll(
      SmallTokenizerJson(),
      {{"\"abc\": 259", absl::StrCat("\"", word, "\": 259")},
       {", [\"ab\", \"c\"]", ""}}));
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_EQ(tokenizer->TokenBytes(259), word);
  EXPECT_EQ(*tokenizer->Encode("zz"), (std::vector<int32_t>{122, 122}));
}

TEST(TokenizerCompilerTest, C7_ByteTokens) {
  for (const char* name : {"<0x-1>", "<0xZZ>", "<0x100>", "<0x>"}) {
    const std::string said = Refusal(ChangedTokenizerJson(
        "\"abc\": 259", absl::StrCat("\"", name, "\": 259")));
    EXPECT_TRUE(
        absl::StrContains(said, "expected a byte token from <0x00> to <0xFF>"))
        << said;
  }
}

TEST(TokenizerCompilerTest, C8_SpecialTokenOfOneByte) {
  ExpectRefused(
      {{"\"id\": 261, \"content\": \"<end>\"", "\"id\": 97, \"content\": \"a\"",
        "expected no special token of one character"}});
}

// A pad token is often a character that the vocabulary has.
TEST(TokenizerCompilerTest, C8_CharactersThatSideFilesNameStayText) {
  auto plain = Compiled(SmallTokenizerJson());
  auto padded =
      Compiled(SmallTokenizerJson(), R"({"pad_token": "a", "bos_token": "b"})");
  ASSERT_NE(padded, nullptr);
  EXPECT_EQ(padded->id_count(), plain->id_count());
  EXPECT_EQ(padded->bos_id(), 'b');
  EXPECT_EQ(*padded->Encode("abc a abc"), *plain->Encode("abc a abc"));
}

TEST(TokenizerCompilerTest, RefusesWhatIsNotComputed) {
  ExpectRefused({
      {"\"1.0\"", "\"2.0\"", "key 'version' is \"2.0\", expected \"1.0\""},
      {"\"version\"", "\"extra\": 1, \"version\"", "key 'extra' is 1"},
      {"\"truncation\": null", "\"truncation\": 1", "key 'truncation'"},
      {"\"padding\": null", "\"padding\": []", "key 'padding'"},
      {"\"dropout\": null", "\"dropout\": 0.1", "key 'model.dropout' is 0.1"},
      {"\"fuse_unk\": false", "\"fuse_unk\": 0", "expected true or false"},
      {"\"fuse_unk\"", "\"cache\": 1, \"fuse_unk\"", "key 'model.cache'"},
  });
}

TEST(TokenizerCompilerTest, RefusesPatterns) {
  for (const auto& [pattern, said] :
       std::vector<std::pair<std::string, std::string>>{
           {"\\\\w+", "found '\\w'"},
           {"(a", "expected a regular expression"},
           {"", "a pattern of 1 to"},
           {std::string(kPatternBytesMax + 1, 'a'), "a pattern of 1 to"}}) {
    std::string json = SmallTokenizerJson();
    const size_t begin = json.find("(?i:");
    json.replace(begin, json.find("\"}", begin) - begin, pattern);
    const std::string refusal = Refusal(json);
    EXPECT_TRUE(absl::StrContains(refusal, said)) << refusal;
  }
}

TEST(TokenizerCompilerTest, SpecialTokens) {
  auto tokenizer =
      Compiled(SmallTokenizerJson(),
               R"({"bos_token": {"content": "<think>"}, "eos_token": "<end>",
          "add_bos_token": true})");
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_EQ(tokenizer->bos_id(), 260);
  EXPECT_EQ(tokenizer->eos_id(), 261);
  EXPECT_EQ(tokenizer->before_ids(), (std::vector<int32_t>{260}));
  EXPECT_TRUE(tokenizer->after_ids().empty());
  EXPECT_EQ(tokenizer->FindAddedToken("<think>"), 260);
  EXPECT_EQ(tokenizer->FindAddedToken("aa"), -1);
  tokenizer = Compiled(SmallTokenizerJson());
  EXPECT_EQ(tokenizer->bos_id(), -1);
  EXPECT_TRUE(tokenizer->before_ids().empty());
  for (const auto& [config, said] :
       std::vector<std::pair<std::string, std::string>>{
           {R"({"bos_token": 1})", "expected a string"},
           {R"({"add_bos_token": true})", "where there is no 'bos_token'"},
           {R"({"add_eos_token": true})", "where there is no 'eos_token'"},
           {R"({"added_tokens_decoder": {"x": {"content": "<x>"}}})",
            "an id as the key"},
           {R"({"added_tokens_decoder": {"7": "<x>"}})", "an object"},
           {R"({"additional_special_tokens": [{"content": "<x>"}]})",
            "'__type' of"},
           {"[]", "expected an object"},
           {"{", "not JSON"}}) {
    const std::string refusal = Refusal(SmallTokenizerJson(), config);
    EXPECT_TRUE(absl::StrContains(refusal, said)) << refusal;
  }
}

// Left over from training; transformers resets both at each call.
TEST(TokenizerCompilerTest, TruncationAndPaddingHaveNoEffect) {
  const std::string saved = absl::StrReplaceAll(
      SmallTokenizerJson(),
      {{"\"truncation\": null",
        R"("truncation": {"direction": "Right", "max_length": 2,
                         "strategy": "LongestFirst", "stride": 0})"},
       {"\"padding\": null",
        R"("padding": {"strategy": {"Fixed": 16}, "direction": "Left",
                      "pad_to_multiple_of": 8, "pad_id": 0,
                      "pad_type_id": 0, "pad_token": "<end>"})"}});
  auto tokenizer = Compiled(saved), plain = Compiled(SmallTokenizerJson());
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_EQ(*tokenizer->Encode("abc abc abc"), *plain->Encode("abc abc abc"));
}

TEST(TokenizerCompilerTest, SpecialTokensOfTheirOwnFile) {
  TokenizerFiles files;
  const std::string json = SmallTokenizerJson();
  files.tokenizer = json;
  files.special_tokens_map =
      R"({"bos_token": "<think>", "eos_token": {"content": "<end>"}})";
  auto tables = CompileTokenizer(files, "some/where");
  ASSERT_TRUE(tables.ok()) << tables.status();
  auto tokenizer = *Tokenizer::Load(*tables);
  EXPECT_EQ(tokenizer->bos_id(), 260);
  EXPECT_EQ(tokenizer->eos_id(), 261);
  files.special_tokens_map = R"({"eos_token": "<new>"})";
  tables = CompileTokenizer(files, "some/where");
  ASSERT_TRUE(tables.ok()) << tables.status();
  EXPECT_EQ((*Tokenizer::Load(*tables))->eos_id(), 262);
}

std::vector<int32_t> EncodedWith(const TokenizerFiles& side,
                                 absl::string_view text) {
  const std::string json = SmallTokenizerJson();
  TokenizerFiles files = side;
  files.tokenizer = json;
  auto tables = CompileTokenizer(files, "some/where");
  EXPECT_TRUE(tables.ok()) << tables.status();
  if (!tables.ok()) return {};
  return *(*Tokenizer::Load(*tables))->Encode(text);
}

using Ids = std::vector<int32_t>;

// The ids of the file say the order only: 262 is the next.
TEST(TokenizerCompilerTest, AddedTokensJsonAddsTokens) {
  TokenizerFiles files;
  files.added_tokens = R"({"<b>": 400, "<a>": 336, "<think>": 7})";
  EXPECT_EQ(EncodedWith(files, "<a><b><think>"), (Ids{262, 263, 260}));
  files.config = R"({"added_tokens_decoder": {}})";  // then it is not read
  EXPECT_EQ(EncodedWith(files, "<a><b>").size(), 6u);
  const std::string json = SmallTokenizerJson();
  files = TokenizerFiles();
  files.tokenizer = json;
  files.added_tokens = R"({"<a>": "336"})";
  const auto refused = CompileTokenizer(files, "some/where");
  EXPECT_TRUE(absl::StartsWith(refused.status().message(),
                               "some/where/added_tokens.json"))
      << refused.status();
}

// As transformers: decoders' tokens by id, named ones, then lists.
TEST(TokenizerCompilerTest, SideFilesAddTokensInOrder) {
  TokenizerFiles files;
  files.config = R"({"additional_special_tokens": ["<extra_0>", "<x>"],
    "pad_token": "[PAD]", "bos_token": "<s>", "image_token": "<x>",
    "added_tokens_decoder": {"900": {"content": "<d>", "lstrip": true},
                             "80": {"content": "<c>", "special": true}}})";
  EXPECT_EQ(EncodedWith(files, "<c> <d><s>[PAD]<x><extra_0>"),
            (Ids{262, 263, 264, 265, 266, 267}));
}

// The flags of the file that is read last win.
TEST(TokenizerCompilerTest, AddedTokensDecoderReplacesFlags) {
  TokenizerFiles files;
  files.config = R"({"added_tokens_decoder": {
    "260": {"content": "<think>", "rstrip": true}}})";
  EXPECT_EQ(EncodedWith(files, "<think> \n<end>"), (Ids{260, 261}));
}

}  // namespace
}  // namespace fathom::rt
