// Steps, models and added tokens beyond the plain byte-level ones: what is
// computed, and what is refused by name.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "runtime/text/tokenizer.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_testing.h"

namespace fathom::rt {
namespace {

using Ids = std::vector<int32_t>;
using Changes = std::vector<std::pair<std::string, std::string>>;

// SmallTextTokenizerJson() with each `first` (which it holds) as `second`.
std::string Changed(const Changes& changes) {
  std::string json = SmallTextTokenizerJson();
  for (const auto& [from, to] : changes) {
    EXPECT_TRUE(absl::StrContains(json, from)) << from;
    json = absl::StrReplaceAll(json, {{from, to}});
  }
  return json;
}

std::unique_ptr<Tokenizer> Compiled(const std::string& json) {
  auto tables = CompileTokenizer(json, "");
  EXPECT_TRUE(tables.ok()) << tables.status().message();
  if (!tables.ok()) return nullptr;
  auto tokenizer = Tokenizer::Load(*tables);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  return tokenizer.ok() ? *std::move(tokenizer) : nullptr;
}

Ids Encoded(const Changes& changes, absl::string_view text) {
  auto tokenizer = Compiled(Changed(changes));
  if (tokenizer == nullptr) return {-1};
  auto ids = tokenizer->Encode(text);
  EXPECT_TRUE(ids.ok()) << ids.status().message();
  return ids.ok() ? *ids : Ids{-1};
}

std::string Decoded(const Changes& changes, const Ids& ids) {
  auto tokenizer = Compiled(Changed(changes));
  return tokenizer == nullptr ? "" : tokenizer->Decode(ids);
}

// What compiling with `from` as `to` says, all of it or a part.
void ExpectRefused(const std::string& from, const std::string& to,
                   const std::string& said) {
  auto tables = CompileTokenizer(Changed({{from, to}}), "");
  ASSERT_FALSE(tables.ok()) << to;
  EXPECT_EQ(tables.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(tables.status().message(), said))
      << "'" << to << "' said: " << tables.status().message();
}

const std::string kNoNormalizer = R"("normalizer": null)";
const std::string kNormalizer =
    R"("normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "\u2581"},
      {"type": "Replace", "pattern": {"String": " "},
       "content": "\u2581"}]})";
const std::string kDecoder =
    R"("decoder": {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})";
const std::string kPreTokenizer = R"("pre_tokenizer": null)";
const std::string kMetaspace =
    R"("pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581",
        "prepend_scheme": "first", "split": false})";

TEST(TokenizerStepsTest, Llama2InBothSpellings) {
  for (const Changes& changes :
       {Changes{},
        Changes{{kNormalizer, kNoNormalizer}, {kPreTokenizer, kMetaspace}}}) {
    EXPECT_EQ(Encoded(changes, "ab a"), (Ids{3, 6, 7}));
    EXPECT_EQ(Encoded(changes, "\u00e9zz\u00e9"), (Ids{3, 1, 2, 1, 2, 0}));
    EXPECT_EQ(Encoded(changes, " "), changes.empty() ? (Ids{3, 3}) : (Ids{3}));
    // Each run of text is normalized; Metaspace minds the first.
    EXPECT_EQ(Encoded(changes, "a<think>a"),
              changes.empty() ? (Ids{7, 8, 7}) : (Ids{7, 8, 4}));
    EXPECT_EQ(Encoded(changes, ""), Ids());
    EXPECT_EQ(Decoded(changes, {7, 5, 7, 1, 2, 1}), "ab a\ufffd\ufffd\ufffd");
    EXPECT_EQ(Decoded(changes, {3, 7, 1, 2, 8}), " a\u00e9<think>");
  }
}

TEST(TokenizerStepsTest, UnknownCharacters) {
  const std::pair<std::string, std::string> no_fallback = {
      R"("byte_fallback": true)", R"("byte_fallback": false)"};
  const std::pair<std::string, std::string> no_fuse = {R"("fuse_unk": true)",
                                                       R"("fuse_unk": false)"};
  EXPECT_EQ(Encoded({no_fallback}, "xya"), (Ids{3, 0, 4}));
  EXPECT_EQ(Encoded({no_fallback, no_fuse}, "xya"), (Ids{3, 0, 0, 4}));
  EXPECT_EQ(Encoded({no_fallback,
                     {R"("unk_token": "<unk>")", R"("unk_token": null)"}},
                    "xya"),
            (Ids{7}));
  // One that is no word is an error where it is needed, and only there.
  auto tokenizer = Compiled(Changed(
      {no_fallback, {R"("unk_token": "<unk>")", R"("unk_token": "<none>")"}}));
  ASSERT_NE(tokenizer, nullptr);
  EXPECT_EQ(*tokenizer->Encode("ab"), (Ids{3, 6}));
  EXPECT_TRUE(absl::StrContains(tokenizer->Encode("ax").status().message(),
                                "found 'x' in the text"));
}

TEST(TokenizerStepsTest, Affixes) {
  const std::string model = R"("vocab": {"<unk>": 0, "<0xC3>": 1, "<0xA9>": 2,
      "a": 3, "##b": 4, "ab": 5, "b</w>": 6, "##b</w>": 7, "ab</w>": 8},
      "merges": [["a", "##b"], ["a", "##b</w>"]])";
  const std::string json = SmallTextTokenizerJson();
  const Changes changes = {
      {json.substr(json.find("\"vocab\""),
                   json.rfind("}}") - json.find("\"vocab\"")),
       model},
      {kNormalizer, kNoNormalizer},
      {R"("continuing_subword_prefix": null)",
       R"("continuing_subword_prefix": "##")"},
      {R"("end_of_word_suffix": null)", R"("end_of_word_suffix": "</w>")"},
      {R"("id": 8)", R"("id": 9)"}};
  EXPECT_EQ(Encoded(changes, "ab"), (Ids{8}));
  EXPECT_EQ(Encoded(changes, "b"), (Ids{6}));
  EXPECT_EQ(Encoded(changes, "abb"), (Ids{5, 7}));
}

TEST(TokenizerStepsTest, DropoutOfNone) {
  for (const char* dropout : {"0", "0.0"}) {
    EXPECT_EQ(Encoded({{R"("dropout": null)",
                        absl::StrCat("\"dropout\": ", dropout)}},
                      "ab"),
              (Ids{3, 6}));
  }
  ExpectRefused(R"("dropout": null)", R"("dropout": 0.1)",
                "key 'model.dropout' is 0.1, expected null or 0");
}

// null and nothing, as older files have them.
TEST(TokenizerStepsTest, WhatMayBeLeftOut) {
  for (const Changes& changes : std::vector<Changes>{
           {{R"("type": "BPE", )", ""}},
           {{R"("version": "1.0", )", ""}},
           {{R"("ignore_merges": false)", R"("ignore_merges": null)"}},
           {{R"("post_processor": null,)", ""}},
           {{kPreTokenizer,
             R"("pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Sequence", "pretokenizers": []}]})"}}}) {
    EXPECT_EQ(Encoded(changes, "ab"), (Ids{3, 6})) << changes[0].first;
  }
  EXPECT_EQ(Encoded({{kNormalizer,
                      R"("normalizer": {"type": "Sequence",
                          "normalizers": []})"}},
                    "ab"),
            (Ids{6}));
  EXPECT_EQ(Decoded({{kDecoder, R"("decoder": null)"}}, {7, 5}), "\u2581a b");
  EXPECT_EQ(Decoded({{kDecoder,
                      R"("decoder": {"type": "Sequence", "decoders": []})"}},
                    {7, 5}),
            "\u2581ab");
}

// The ids are those of the vocabulary and of the order, whatever the file says.
TEST(TokenizerStepsTest, AddedTokensAgainstTheVocabulary) {
  const std::string token =
      R"("single_word": false, "lstrip": false, "rstrip": false,
       "normalized": false, "special": false})";
  for (const char* id : {"4", "8", "77", "1000000"}) {
    EXPECT_EQ(
        Encoded({{R"("id": 8)", absl::StrCat("\"id\": ", id)}}, "<think>"),
        (Ids{8}));
  }
  const std::string think =
      absl::StrCat(R"({"id": 8, "content": "<think>", "single_word": false, )",
                   R"("lstrip": false,)");
  // Empty ones are left out; the last of equals counts.
  EXPECT_EQ(Encoded({{think, absl::StrCat(R"({"id": 3, "content": "", )", token,
                                          ",", think)}},
                    "<think>"),
            (Ids{8}));
  EXPECT_EQ(
      Encoded(
          {{think, absl::StrCat(think, R"("rstrip": true, "normalized": false,
                             "special": false},)",
                                think)}},
          "<think> a"),
      (Ids{8, 3, 7}));
  ExpectRefused(R"("b": 5, "ab": 6, "\u2581a": 7)", R"("b": 5, "ab": 6,
                "\u2581a": 8)",
                "expected an id that no word has");
}

// What normalization makes of it is looked for, and shown.
TEST(TokenizerStepsTest, NormalizedAddedTokens) {
  const Changes changes = {
      {R"("content": "<think>")", R"("content": "<Think> ")"},
      {R"("rstrip": false, "normalized": false, "special": false)",
       R"("rstrip": false, "normalized": true, "special": false)"},
      {R"({"type": "Prepend", "prepend": "\u2581"})",
       R"({"type": "Lowercase"})"}};
  EXPECT_EQ(Encoded(changes, "a<THINK> a"), (Ids{4, 8, 4}));
  EXPECT_EQ(Decoded(changes, {4, 8, 4}), "a<think> a");
  Changes twice = changes;
  twice.push_back({R"("content": "<unk>")", R"("content": "<THINK> ")"});
  twice.push_back({R"("rstrip": false, "normalized": false, "special": true)",
                   R"("rstrip": false, "normalized": true, "special": true)"});
  auto tables = CompileTokenizer(Changed(twice), "");
  EXPECT_TRUE(absl::StrContains(tables.status().message(),
                                "two that are equal once normalized"))
      << tables.status();
}

TEST(TokenizerStepsTest, NormalizedToNothingIsRefused) {
  auto tables = CompileTokenizer(
      Changed({{kNormalizer, R"("normalizer": {"type": "StripAccents"})"},
               {R"("content": "<think>")", R"("content": "\u0301")"},
               {R"("rstrip": false, "normalized": false, "special": false)",
                R"("rstrip": false, "normalized": true, "special": false)"}}),
      "");
  EXPECT_TRUE(absl::StrContains(tables.status().message(),
                                "found nothing that normalization leaves"))
      << tables.status();
}

// No token is found in foreign text, whatever normalization makes of it.
TEST(TokenizerStepsTest, C8_ForeignTextThroughNormalizers) {
  auto tokenizer = Compiled(Changed(
      {{R"("rstrip": false, "normalized": false, "special": false)",
        R"("rstrip": false, "normalized": true, "special": false)"},
       {kNormalizer, R"("normalizer": {"type": "Sequence", "normalizers": [
          {"type": "StripAccents"}, {"type": "Lowercase"}]})"}}));
  ASSERT_NE(tokenizer, nullptr);
  auto has_think = [&](absl::string_view text, ByteSpan foreign) {
    const auto ids = tokenizer->Encode(text, {&foreign, 1});
    EXPECT_TRUE(ids.ok());
    return std::find(ids->begin(), ids->end(), 8) != ids->end();
  };
  const std::string text = "<Thi\u0301nk>";
  EXPECT_TRUE(has_think(text, {0, 0}));
  for (size_t begin = 0; begin < text.size(); ++begin) {
    EXPECT_FALSE(has_think(text, {begin, begin + 1})) << begin;
  }
  EXPECT_FALSE(has_think(text, {4, 6}));  // what is removed
}

TEST(TokenizerStepsTest, AroundATextWithSpecialTokens) {
  auto around = [](const std::string& processor) {
    auto tokenizer = Compiled(Changed(
        {{R"("post_processor": null)", "\"post_processor\": " + processor}}));
    if (tokenizer == nullptr) return std::vector<Ids>();
    return std::vector<Ids>{
        Ids(tokenizer->before_ids().begin(), tokenizer->before_ids().end()),
        Ids(tokenizer->after_ids().begin(), tokenizer->after_ids().end())};
  };
  const std::string text = R"({"Sequence": {"id": "A", "type_id": 0}})";
  const std::string unk = R"({"SpecialToken": {"id": "u", "type_id": 0}})";
  auto processing = [&](const std::string& single) {
    return absl::StrCat(R"({"type": "TemplateProcessing", "pair": [],
        "single": [)",
                        single, R"(], "special_tokens": {"u": {"id": "u",
        "ids": [0, 8], "tokens": ["<unk>", "<think>"]}}})");
  };
  EXPECT_EQ(around(processing(text)), (std::vector<Ids>{{}, {}}));
  EXPECT_EQ(around(processing(unk + "," + text)),
            (std::vector<Ids>{{0, 8}, {}}));
  EXPECT_EQ(around(processing(text + "," + unk)),
            (std::vector<Ids>{{}, {0, 8}}));
  const std::string bert =
      R"({"type": "BertProcessing", "sep": ["b", 5], "cls": ["a", 4]})";
  EXPECT_EQ(around(bert), (std::vector<Ids>{{4}, {5}}));
  EXPECT_EQ(around(R"({"type": "RobertaProcessing", "sep": ["b", 5],
      "cls": ["a", 4], "trim_offsets": true, "add_prefix_space": true})"),
            (std::vector<Ids>{{4}, {5}}));
  EXPECT_EQ(around(absl::StrCat(R"({"type": "Sequence", "processors": [)", bert,
                                ",", processing(unk + "," + text), "]}")),
            (std::vector<Ids>{{0, 8, 4}, {5}}));
  const std::string none = R"("post_processor": null)";
  ExpectRefused(none, "\"post_processor\": " + processing(unk),
                "expected a 'Sequence', the text, in it");
  ExpectRefused(none, "\"post_processor\": " + processing(text + "," + text),
                "expected a 'SpecialToken' or, once, a 'Sequence'");
  ExpectRefused(none,
                R"("post_processor": {"type": "BertProcessing",
                    "sep": ["b", 9], "cls": ["a", 4]})",
                "expected the id of a token");
  // As many as there may be, and one more.
  auto many = [&](size_t count) {
    std::string single = text;
    for (size_t i = 0; i < count; i += 2) single += "," + unk;
    return processing(single);
  };
  EXPECT_EQ(around(many(kAroundIdsMax))[1].size(), kAroundIdsMax);
  ExpectRefused(none, "\"post_processor\": " + many(kAroundIdsMax + 1),
                "expected at most 64 special tokens");
}

TEST(TokenizerStepsTest, ModelsThatAreNotComputed) {
  for (const char* type : {"Unigram", "WordPiece", "WordLevel"}) {
    ExpectRefused(R"("type": "BPE", "dropout": null,)",
                  absl::StrCat(R"("type": ")", type, R"(", "unk_id": 0,)"),
                  absl::StrCat("key 'model.type' is \"", type,
                               "\", expected \"BPE\", the one model of "
                               "tokenizers that Fathom computes"));
  }
  auto tables = CompileTokenizer(
      R"({"model": {"vocab": [["a", -1.5]], "unk_id": 0}})", "");
  EXPECT_EQ(tables.status().message(),
            "tokenizer.json: key 'model' is an object, expected 'type' or "
            "'merges' in it: a BPE model, the one that Fathom computes");
}

TEST(TokenizerStepsTest, StepsThatAreNotComputed) {
  auto normalizer = [](const std::string& step, const std::string& said) {
    ExpectRefused(kNormalizer, "\"normalizer\": " + step, said);
  };
  normalizer(R"({"type": "Precompiled", "precompiled_charsmap": ""})",
             "key 'normalizer.type' is \"Precompiled\", expected \"NFC\", ");
  normalizer(R"({"type": "BertNormalizer"})", "\"BertNormalizer\", expected");
  normalizer(R"({"type": "NFC", "x": 1})", "key 'normalizer.x' is 1");
  normalizer(R"({"type": "Prepend", "prepend": ""})", "a text of 1 to 1024");
  normalizer(R"({"type": "Strip", "strip_left": 1, "strip_right": true})",
             "expected true or false");
  normalizer(
      R"({"type": "Replace", "content": "", "pattern": {"Regex": "a*"}})",
      "which may match nothing");
  normalizer(R"({"type": "Replace", "content": "", "pattern": {"String": ""}})",
             "a pattern of 1 to");
  normalizer(R"({"type": "Replace", "content": "", "pattern": "a"})",
             "expected an object");

  auto split = [](const std::string& step, const std::string& said) {
    ExpectRefused(kPreTokenizer, "\"pre_tokenizer\": " + step, said);
  };
  split(R"({"type": "UnicodeScripts"})", "\"UnicodeScripts\", expected");
  split(R"({"type": "Whitespace", "x": 1})", "key 'pre_tokenizer.x' is 1");
  split(R"({"type": "Metaspace", "replacement": "__"})", "one character");
  split(R"({"type": "Metaspace", "replacement": ""})", "one character");
  split(R"({"type": "Metaspace", "replacement": "_",
            "prepend_scheme": "last"})",
        R"("last", expected "always", "never" or "first")");
  split(R"({"type": "Metaspace", "replacement": "_",
            "add_prefix_space": false})",
        "expected true where 'prepend_scheme' is not \"never\"");
  split(R"({"type": "Split", "pattern": {"String": "a"}, "behavior": "Gone",
            "invert": false})",
        "\"Gone\", expected \"Removed\"");
  split(R"({"type": "Split", "pattern": {"Regex": "(?<=a)b"},
            "behavior": "Removed", "invert": false})",
        "found '(?<='");
  split(R"({"type": "FixedLength", "length": 0})", "from 1");
  split(R"({"type": "CharDelimiterSplit"})", "'pre_tokenizer.delimiter'");
  split("{}", "'pre_tokenizer.type'");

  auto decoder = [](const std::string& step, const std::string& said) {
    ExpectRefused(kDecoder, "\"decoder\": " + step, said);
  };
  decoder(R"({"type": "CTC"})", "key 'decoder.type' is \"CTC\", expected");
  decoder(R"({"type": "Fuse", "x": 1})", "key 'decoder.x' is 1");
  decoder(R"({"type": "Replace", "content": "", "pattern": {"Regex": "a"}})",
          "decodes without regular expressions");
  decoder(R"({"type": "BPEDecoder", "suffix": ""})", "a text of 1 to 1024");
  decoder(R"({"type": "Strip", "content": " ", "start": -1, "stop": 0})",
          "a whole number from 0");
}

// As many steps, and bytes of a replacement, as there may be, and one more.
TEST(TokenizerStepsTest, LimitsOfSteps) {
  auto steps = [](absl::string_view key, absl::string_view list,
                  absl::string_view step, size_t count) {
    std::string json =
        absl::StrCat("\"", key, R"(": {"type": "Sequence", ")", list, "\": [");
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&json, i == 0 ? "" : ",", step);
    }
    return json + "]}";
  };
  for (const auto& [from, key, list, step] : std::vector<
           std::tuple<std::string, std::string, std::string, std::string>>{
           {kNormalizer, "normalizer", "normalizers", R"({"type": "NFC"})"},
           {kPreTokenizer, "pre_tokenizer", "pretokenizers",
            R"({"type": "Punctuation"})"},
           {kDecoder, "decoder", "decoders", R"({"type": "Fuse"})"}}) {
    EXPECT_NE(Compiled(Changed({{from, steps(key, list, step, kSplitsMax)}})),
              nullptr);
    ExpectRefused(from, steps(key, list, step, kSplitsMax + 1),
                  "expected at most 16 steps");
  }
  for (size_t bytes : {kReplacementBytesMax, kReplacementBytesMax + 1}) {
    const auto tables = CompileTokenizer(
        Changed(
            {{R"("prepend": "\u2581")",
              absl::StrCat("\"prepend\": \"", std::string(bytes, 'a'), "\"")}}),
        "");
    EXPECT_EQ(tables.ok(), bytes == kReplacementBytesMax);
  }
}

}  // namespace
}  // namespace fathom::rt
