// Encoding and decoding: against ids that the `tokenizers` library gave, and
// what it has no word for: foreign text, streams, ids without a token.
#include "runtime/text/tokenizer.h"

#include <time.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "runtime/base/json.h"
#include "runtime/schema/tokenizer_generated.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_parts.h"
#include "runtime/text/tokenizer_testing.h"

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

std::vector<int32_t> IdsAt(const JsonValue& object, const char* key) {
  std::vector<int32_t> ids;
  const auto values = object.Get(key)->AsArray();
  EXPECT_TRUE(values.ok()) << key;
  for (const JsonValue& id : *values) {
    ids.push_back(static_cast<int32_t>(*id.AsInteger(0, INT32_MAX)));
  }
  return ids;
}

// Calls `check` with each line of a file beside the tokenizers: its text, and
// what it holds.
template <typename Check>
void ForEachLine(const std::string& file, const Check& check) {
  std::ifstream lines(Folder(file));
  std::string line;
  while (std::getline(lines, line)) {
    auto document = JsonDocument::Parse(line, "line");
    ASSERT_TRUE(document.ok()) << document.status();
    check(line, document->root());
  }
}

class LibraryTest : public testing::TestWithParam<const char*> {};

// C10, C11: every line of KIND.jsonl, both ways and as a stream.
TEST_P(LibraryTest, C11_SameIdsAndTexts) {
  auto tokenizer = LoadKind(GetParam());
  ASSERT_NE(tokenizer, nullptr);
  int count = 0;
  ForEachLine(absl::StrCat(GetParam(), ".jsonl"), [&](const std::string& line,
                                                      JsonValue root) {
    const std::string text(*root.Get("text")->AsString());
    const std::vector<int32_t> wanted = IdsAt(root, "ids");
    EXPECT_EQ(Ids(*tokenizer, text), wanted) << line;
    const auto decoded = root.Find("decoded");
    const std::string back = decoded ? std::string(*decoded->AsString()) : text;
    EXPECT_EQ(tokenizer->Decode(wanted), back) << line;
    TokenStream stream(*tokenizer);
    std::string streamed;
    for (int32_t id : wanted) streamed += stream.Push(id);
    EXPECT_EQ(streamed + stream.Finish(), back) << line;
    ++count;
  });
  EXPECT_GT(count, 250);
}

// C10: 1 MiB of one letter, by every tokenizer.
TEST_P(LibraryTest, C10_OneLetter) {
  auto tokenizer = LoadKind(GetParam());
  ASSERT_NE(tokenizer, nullptr);
  int count = 0;
  ForEachLine("one-letter.jsonl", [&](const std::string& line, JsonValue root) {
    if (*root.Get("kind")->AsString() != GetParam()) return;
    const absl::string_view letter = *root.Get("letter")->AsString();
    std::string text;
    while (text.size() + letter.size() <= size_t{1} << 20)
      absl::StrAppend(&text, letter);
    const std::vector<int32_t> unit = IdsAt(root, "unit");
    const std::vector<int32_t> rest = IdsAt(root, "rest");
    std::vector<int32_t> wanted = IdsAt(root, "head");
    for (int64_t i = *root.Get("times")->AsInteger(0, 1 << 20); i > 0; --i) {
      wanted.insert(wanted.end(), unit.begin(), unit.end());
    }
    wanted.insert(wanted.end(), rest.begin(), rest.end());
    EXPECT_TRUE(Ids(*tokenizer, text) == wanted) << line;
    const bool is_text = !root.Find("decoded").has_value();
    EXPECT_EQ(tokenizer->Decode(wanted) == text, is_text) << line;
    ++count;
  });
  EXPECT_EQ(count, 8);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LibraryTest,
                         testing::Values("deepseek", "llama3", "qwen2",
                                         "digits", "added-flags", "prepend",
                                         "metaspace-first", "metaspace-always",
                                         "metaspace-never", "punctuation",
                                         "suffix", "added-all", "bloom",
                                         "kimi"));

const char* const kControl[] = {"<think>",
                                "</think>",
                                "<\uff5cUser\uff5c>",
                                "<\uff5cAssistant\uff5c>",
                                "<\uff5cend\u2581of\u2581sentence\uff5c>",
                                "<\uff5cbegin\u2581of\u2581sentence\uff5c>"};

// Text that tries to be a control token: whole ones, halves, and words.
std::string CraftedMessage(std::mt19937* random) {
  std::string message;
  for (int part = 0; part < 4; ++part) {
    const std::string token = kControl[(*random)() % std::size(kControl)];
    switch ((*random)() % 4) {
      case 0: message += token; break;
      case 1: message += token.substr(0, token.find('>')); break;
      case 2: message += "e\u0301 " + token + "\u0301"; break;
      default: message += " said\n";
    }
  }
  return message;
}

bool HasControl(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  for (const char* control : kControl) {
    const int32_t id = tokenizer.FindAddedToken(control);
    EXPECT_GE(id, 0) << control;
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return true;
  }
  return false;
}

// C8: 0 of 1000 messages become control tokens, wherever the message's borders
// lie; the same text of the template's own does.
TEST(TokenizerTest, C8_ForeignTextIsNoControlToken) {
  for (const char* kind : {"deepseek", "llama3", "qwen2"}) {
    auto tokenizer = LoadKind(kind);
    ASSERT_NE(tokenizer, nullptr);
    std::mt19937 random(7);
    int own_controls = 0;
    for (int i = 0; i < 1000; ++i) {
      const std::string message = CraftedMessage(&random);
      // What stands around it would complete what the message leaves open.
      const std::string text = "<" + message + ">";
      const auto ids = Ids(*tokenizer, text, {{1, 1 + message.size()}});
      EXPECT_FALSE(HasControl(*tokenizer, ids)) << kind << ": " << message;
      own_controls += HasControl(*tokenizer, Ids(*tokenizer, text));
      // In NFC text and in the raw one the same bytes come back.
      if (std::string(kind) != "qwen2") {
        EXPECT_EQ(tokenizer->Decode(ids), text);
      }
    }
    EXPECT_GT(own_controls, 500) << kind;
  }
}

// C8: one foreign byte is enough, and the template's tokens stay tokens.
TEST(TokenizerTest, C8_BordersOfForeignText) {
  auto tokenizer = LoadKind("qwen2");
  ASSERT_NE(tokenizer, nullptr);
  const std::string text = "<think>a</think>";
  const int32_t open = tokenizer->FindAddedToken("<think>");
  const int32_t close = tokenizer->FindAddedToken("</think>");
  EXPECT_EQ(Ids(*tokenizer, text, {{7, 8}}),
            (std::vector<int32_t>{open, Ids(*tokenizer, "a")[0], close}));
  for (size_t begin = 0; begin < 7; ++begin) {
    const auto ids = Ids(*tokenizer, text, {{begin, begin + 1}});
    EXPECT_NE(ids[0], open) << begin;
    EXPECT_EQ(ids.back(), close) << begin;
    EXPECT_EQ(tokenizer->Decode(ids), text);
  }
  // Pieces go across the border as ever.
  EXPECT_EQ(Ids(*tokenizer, " thoughtful", {{3, 5}}),
            Ids(*tokenizer, " thoughtful"));
  EXPECT_FALSE(tokenizer->Encode(text, {{{3, 2}}}).ok());
  EXPECT_FALSE(tokenizer->Encode(text, {{{0, 17}}}).ok());
  EXPECT_FALSE(tokenizer->Encode(text, {{{4, 6}, {5, 7}}}).ok());
}

// C8: a token that merges reach, and that is a word, is text in a message.
TEST(TokenizerTest, C8_AddedTokenThatIsAWord) {
  for (const char* ignores : {"false", "true"}) {
    auto tables = CompileTokenizer(
        absl::StrReplaceAll(SmallTokenizerJson(),
                            {{"\"id\": 261, \"content\": \"<end>\"",
                              "\"id\": 259, \"content\": \"abc\""},
                             {"\"ignore_merges\": false",
                              absl::StrCat("\"ignore_merges\": ", ignores)}}),
        "");
    ASSERT_TRUE(tables.ok()) << tables.status().message();
    auto tokenizer = *Tokenizer::Load(*tables);
    EXPECT_EQ(Ids(*tokenizer, "abc"), (std::vector<int32_t>{259}));
    EXPECT_EQ(Ids(*tokenizer, "abc", {{0, 3}}),
              (std::vector<int32_t>{258, 99}));
  }
}

// C9, C10: one letter, one space, one digit, marks in the worst order.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

// The time of this thread on the processor: others take none of it.
double ProcessorMs() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

TEST(TokenizerTest, C9_LinearTime) {
  std::string marks;
  while (marks.size() < size_t{1} << 20) marks += "\u0301\u0323";
  const std::string texts[] = {std::string(size_t{1} << 20, 'a'),
                               std::string(size_t{1} << 20, ' '),
                               std::string(size_t{1} << 20, '7'),
                               std::string(size_t{1} << 20, '\n'), marks};
  auto check = [&](const Tokenizer& tokenizer, const std::string& name) {
    for (const std::string& text : texts) {
      // The row's limit is for the letter; digits are many more pieces.
      const double most_ms = kIsSanitized ? 8000 : text[0] == 'a' ? 100 : 400;
      // Once more where the caches were others': up to five times.
      double least_ms = most_ms;
      for (int run = 0; run < 5 && least_ms >= most_ms; ++run) {
        const double begin_ms = ProcessorMs();
        EXPECT_TRUE(tokenizer.Encode(text).ok());
        const double took_ms = ProcessorMs() - begin_ms;
        least_ms = run == 0 ? took_ms : std::min(least_ms, took_ms);
      }
      RecordProperty(absl::StrCat(name, "_", int{text[0]}),
                     absl::StrCat(least_ms));
      EXPECT_LT(least_ms, most_ms)
          << name << " on '" << text.substr(0, 2) << "'";
    }
  };
  auto small = *Tokenizer::Load(*CompileTokenizer(SmallTokenizerJson(), ""));
  for (const char* kind :
       {"deepseek", "llama3", "qwen2", "digits", "prepend", "metaspace-first",
        "metaspace-always", "metaspace-never", "punctuation", "suffix"}) {
    check(*LoadKind(kind), kind);
  }
  check(*small, "small");
  EXPECT_EQ(Ids(*small, texts[0]),
            std::vector<int32_t>(texts[0].size() / 4, 257));
}

// Spaces that added tokens strip are looked at once, however many tokens do.
TEST(TokenizerTest, C9_StrippingIsLinear) {
  for (bool left : {false, true}) {
    auto tables = CompileTokenizer(
        absl::StrReplaceAll(
            SmallTextTokenizerJson(),
            {{"\"content\": \"<think>\", \"single_word\": false, "
              "\"lstrip\": false,\n       \"rstrip\": false",
              absl::StrCat(
                  "\"content\": \" \", \"single_word\": false, \"lstrip\": ",
                  left ? "true" : "false",
                  ", \"rstrip\": ", left ? "false" : "true")}}),
        "");
    ASSERT_TRUE(tables.ok()) << tables.status();
    auto tokenizer = *Tokenizer::Load(*tables);
    const std::string spaces(size_t{1} << 18, ' ');
    const double begin_ms = ProcessorMs();
    EXPECT_TRUE(Ids(*tokenizer, spaces) ==
                std::vector<int32_t>(spaces.size(), 8));
    // Quadratic, it takes a minute.
    EXPECT_LT(ProcessorMs() - begin_ms, kIsSanitized ? 8000 : 1000);
  }
}

TEST(TokenizerTest, C10_OddTexts) {
  auto tokenizer = LoadKind("deepseek");
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_TRUE(Ids(*tokenizer, "").empty());
  for (const std::string& text :
       {std::string("\0a\0", 3), std::string("\u200fa\u202e"),
        std::string("\U0010ffff\ufffe"), std::string("\U0001f44d")}) {
    EXPECT_EQ(tokenizer->Decode(Ids(*tokenizer, text)), text);
  }
  for (const char* text :
       {"\x80", "a\xc3", "\xed\xa0\x80", "\xf5", "\xc0\x80"}) {
    EXPECT_EQ(tokenizer->Encode(text).status().message(),
              "found bytes that are not valid UTF-8, expected text");
  }
  EXPECT_FALSE(tokenizer->Encode(std::string(kEncodeBytesMax + 1, 'a')).ok());
}

// C10: a stream never shows a part of a character, nor takes anything back.
TEST(TokenizerTest, C10_StreamsWholeCharacters) {
  auto small = *Tokenizer::Load(*CompileTokenizer(SmallTokenizerJson(), ""));
  const std::string text = "a\U0001f44db";
  TokenStream stream(*small);
  std::vector<std::string> pieces;
  for (char c : text) pieces.push_back(stream.Push(static_cast<uint8_t>(c)));
  EXPECT_EQ(pieces,
            (std::vector<std::string>{"a", "", "", "", "\U0001f44d", "b"}));
  EXPECT_EQ(stream.Finish(), "");
  // Broken: as Rust's from_utf8_lossy, a U+FFFD for each longest begin.
  for (const auto& [bytes, shown] :
       std::vector<std::pair<std::string, std::string>>{
           {"\xf0\x9f\x91", "\ufffd"},
           {"\xf0\x9f"
            "a",
            "\ufffd"
            "a"},
           {"\xe0\x80\x80", "\ufffd\ufffd\ufffd"},
           {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
           {"\xf4\x90\x80", "\ufffd\ufffd\ufffd"},
           {"\xff\xc3\xa9", "\ufffd\u00e9"},
           {"\xc3\xc3\xa9", "\ufffd\u00e9"}}) {
    std::vector<int32_t> ids;
    for (char c : bytes) ids.push_back(static_cast<uint8_t>(c));
    EXPECT_EQ(small->Decode(ids), shown);
  }
}

std::string Packed(const fathom::schema::TokenizerTablesT& tables) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fathom::schema::TokenizerTables::Pack(builder, &tables),
                 fathom::schema::TokenizerTablesIdentifier());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()),
          builder.GetSize()};
}

// What loading the small tokenizer's tables says, with one thing changed.
template <typename Change>
std::string LoadError(const Change& change,
                      const std::string& json = SmallTokenizerJson()) {
  const std::string good = *CompileTokenizer(json, "");
  fathom::schema::TokenizerTablesT tables;
  fathom::schema::GetTokenizerTables(good.data())->UnPackTo(&tables);
  change(tables);
  const absl::Status status = Tokenizer::Load(Packed(tables)).status();
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

TEST(TokenizerTest, A2_UnknownEnumValues) {
  using fathom::schema::SplitKind;
  EXPECT_EQ(LoadError([](auto&) {}), "");
  for (int kind : {11, 127, 255}) {
    EXPECT_EQ(LoadError([&](auto& tables) {
                tables.splits[0]->kind = static_cast<SplitKind>(kind);
                tables.splits[0]->pattern.clear();
              }),
              absl::StrCat("tokenizer tables: found a split of kind ", kind,
                           ", expected one that is known"));
  }
  for (uint8_t kind : {4, 255}) {
    EXPECT_TRUE(absl::StartsWith(
        LoadError([&](auto& tables) { tables.token_kinds[9] = kind; }),
        absl::StrCat("tokenizer tables: token 9: found kind ", int{kind},
                     ", ")));
  }
  EXPECT_EQ(LoadError([](auto& tables) { tables.version = 3; }),
            "tokenizer tables: found version 3, expected 1 to 2: it takes a "
            "newer Fathom");
  EXPECT_EQ(LoadError([](auto& tables) { tables.version = 0; }),
            "tokenizer tables: found version 0, expected 1 to 2: compile the "
            "model again");
}

// Tables of a tokenizer that has steps of all kinds.
TEST(TokenizerTest, A2_StepsThatCannotBe) {
  namespace schema = fathom::schema;
  auto error = [](auto change) {
    return LoadError(change, SmallTextTokenizerJson());
  };
  EXPECT_EQ(error([](auto&) {}), "");
  auto add_split = [](schema::TokenizerTablesT& tables,
                      schema::SplitKind kind) -> schema::SplitT& {
    tables.splits.push_back(std::make_unique<schema::SplitT>());
    tables.splits.back()->kind = kind;
    return *tables.splits.back();
  };
  for (const auto& [said, found] :
       std::vector<std::pair<std::string, std::string>>{
           {"found a normalizer of kind 12, expected one that is known",
            error([](auto& t) {
              t.normalizer[0]->kind = static_cast<schema::NormalizerKind>(12);
            })},
           {"found a decoder of kind 9, expected one that is known",
            error([](auto& t) {
              t.decoder[0]->kind = static_cast<schema::DecoderKind>(9);
            })},
           {"found a behavior of kind 5", error([&](auto& t) {
              add_split(t, schema::SplitKind::Punctuation).behavior =
                  static_cast<schema::CutBehavior>(5);
            })},
           {"found prepending of kind 3", error([&](auto& t) {
              auto& split = add_split(t, schema::SplitKind::Metaspace);
              split.content = "_";
              split.prepend = static_cast<schema::PrependScheme>(3);
            })},
           {"found '', expected one character", error([&](auto& t) {
              add_split(t, schema::SplitKind::Metaspace);
            })},
           {"found '__', expected one character", error([&](auto& t) {
              add_split(t, schema::SplitKind::Delimiter).content = "__";
            })},
           {"found '\\xff', expected one character",
            error([](auto& t) { t.decoder[3]->content = "\xff"; })},
           {"found pieces of 0 characters", error([&](auto& t) {
              add_split(t, schema::SplitKind::FixedLength);
            })},
           {"found a pattern of 0 bytes, expected 1 to 16384",
            error([&](auto& t) { add_split(t, schema::SplitKind::Pattern); })},
           {"found a pattern of 0 bytes",
            error([](auto& t) { t.normalizer[1]->pattern.clear(); })},
           {"found a text to prepend of 0 bytes, expected 1 to 1024",
            error([](auto& t) { t.normalizer[0]->content.clear(); })},
           {"found a replacement of 1025 bytes, expected 0 to 1024",
            error([](auto& t) { t.decoder[0]->content.resize(1025, 'a'); })},
           {"found 17 normalizers, expected at most 16", error([](auto& t) {
              while (t.normalizer.size() < 17) {
                t.normalizer.push_back(
                    std::make_unique<schema::NormalizerStepT>());
              }
            })},
           {"found 17 splits, expected at most 16", error([&](auto& t) {
              while (t.splits.size() < 17) {
                add_split(t, schema::SplitKind::Digits);
              }
            })},
           {"found 17 decoders, expected at most 16", error([](auto& t) {
              while (t.decoder.size() < 17) {
                t.decoder.push_back(std::make_unique<schema::DecoderStepT>());
                t.decoder.back()->kind = schema::DecoderKind::Fuse;
              }
            })},
           {"found 9 for the unknown token, expected a word or -1",
            error([](auto& t) { t.unknown_id = 9; })},
           {"found -2 for the unknown token",
            error([](auto& t) { t.unknown_id = -2; })},
           {"found 9 around a text, expected a token",
            error([](auto& t) { t.before_ids = {9}; })},
           {"found 65 ids around a text, expected at most 64",
            error([](auto& t) { t.after_ids.assign(65, 0); })},
           {"token 3: found bytes that are not valid UTF-8, expected text",
            error([](auto& t) { t.token_bytes[t.token_ends[2]] = 0xff; })},
           {"found the affix '\\xff', expected at most 1024 bytes of UTF-8",
            error([](auto& t) { t.end_suffix = "\xff"; })},
           {"of the alphabet at byte level",
            LoadError([](auto& t) { t.continuing_prefix = "\u2581"; })}}) {
    EXPECT_TRUE(absl::StrContains(found, said)) << said << ": " << found;
  }
}

// Version 1 had no decoder, and one normalizer.
TEST(TokenizerTest, ReadsTablesOfVersion1) {
  const std::string good = *CompileTokenizer(SmallTokenizerJson(), "");
  fathom::schema::TokenizerTablesT tables;
  fathom::schema::GetTokenizerTables(good.data())->UnPackTo(&tables);
  tables.version = 1;
  tables.decoder.clear();
  tables.nfc = true;
  tables.add_bos = true;
  tables.bos_id = 260;
  auto tokenizer = Tokenizer::Load(Packed(tables));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  const auto ids = (*tokenizer)->Encode("e\u0301<think>abc");
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(*ids, (std::vector<int32_t>{0xc3, 0xa9, 260, 259}));
  EXPECT_EQ((*tokenizer)->Decode(*ids), "\u00e9<think>abc");
  EXPECT_EQ((*tokenizer)->before_ids(), (std::vector<int32_t>{260}));
}

TEST(TokenizerTest, A2_MissingRequiredFields) {
  using fathom::schema::TokenizerTables;
  const std::string good = *CompileTokenizer(SmallTokenizerJson(), "");
  const auto* root = flatbuffers::GetRoot<flatbuffers::Table>(good.data());
  const auto vtable = static_cast<size_t>(
      root->GetVTable() - reinterpret_cast<const uint8_t*>(good.data()));
  for (flatbuffers::voffset_t field :
       {TokenizerTables::VT_TOKEN_BYTES, TokenizerTables::VT_TOKEN_ENDS,
        TokenizerTables::VT_TOKEN_KINDS, TokenizerTables::VT_MERGE_LEFTS,
        TokenizerTables::VT_ADDED, TokenizerTables::VT_SPLITS}) {
    std::string bad = good;
    bad[vtable + field] = bad[vtable + field + 1] = 0;
    EXPECT_TRUE(absl::StrContains(
        Tokenizer::Load(bad).status().message(),
        " bytes that are no tokenizer, expected a FlatBuffer with the "
        "identifier FTOK"))
        << field;
  }
}

// One more than there may be is refused before it is looked at.
TEST(TokenizerTest, C6_MergesOfTablesAreCounted) {
  EXPECT_EQ(LoadError([](auto& tables) {
              for (auto* part : {&tables.merge_lefts, &tables.merge_rights,
                                 &tables.merge_results}) {
                part->resize(kMergesMax + 1);
              }
            }),
            "tokenizer tables: found 1048577, 1048577 and 1048577 parts of "
            "merges, expected at most 1048576 each");
}

// Tables with any one byte changed are refused or work; cut ones are refused.
void ChangeEveryByte(const std::string& json) {
  const std::string good = *CompileTokenizer(json, "");
  // The last few may be padding.
  for (size_t bytes = 0; bytes + 8 < good.size(); bytes += 7) {
    const auto loaded = Tokenizer::Load(good.substr(0, bytes));
    ASSERT_FALSE(loaded.ok()) << bytes;
    EXPECT_TRUE(
        absl::StartsWith(loaded.status().message(), "tokenizer tables: "));
  }
  int refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    auto loaded = Tokenizer::Load(bad);
    refused += !loaded.ok();
    if (!loaded.ok()) continue;
    const auto ids = (*loaded)->Encode("abc aaaaa<think>1\u00e9");
    if (ids.ok()) (*loaded)->Decode(*ids);
  }
  EXPECT_GT(refused, static_cast<int>(good.size()) / 4);
}

TEST(TokenizerTest, TablesAreNotTrusted) {
  ChangeEveryByte(SmallTokenizerJson());
  ChangeEveryByte(SmallTextTokenizerJson());
  const std::string good = *CompileTokenizer(SmallTokenizerJson(), "");
  // At any place in another buffer.
  for (size_t shift = 0; shift < 8; ++shift) {
    const std::string shifted = std::string(shift, 'x') + good;
    EXPECT_TRUE(Tokenizer::Load(shifted.substr(shift)).ok());
    EXPECT_TRUE(Tokenizer::Load(absl::string_view(shifted).substr(shift)).ok());
  }
}

}  // namespace
}  // namespace fathom::rt
