// Special tokens by name, as transformers 5 has them after loading a folder.
#include "runtime/text/special_tokens.h"

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using Named = std::map<std::string, std::string>;

Named NamesOf(const TokenizerFiles& files) {
  auto tokens = ReadSpecialTokens(files);
  EXPECT_TRUE(tokens.ok()) << tokens.status();
  Named named;
  if (!tokens.ok()) return named;
  for (const SpecialToken& token : *tokens) {
    EXPECT_TRUE(named.emplace(token.name, token.text).second) << token.name;
  }
  return named;
}

TEST(SpecialTokensTest, NoFilesNameNone) { EXPECT_EQ(NamesOf({}), Named()); }

TEST(SpecialTokensTest, TheConfigNamesThem) {
  TokenizerFiles files;
  files.config = R"({"bos_token": "<s>", "pad_token": null,
    "eos_token": {"__type": "AddedToken", "content": "</s>", "lstrip": false},
    "add_bos_token": true, "image_token": "<img>", "odd_token": {"a": 1},
    "audio_token": {"__type": "AddedToken", "content": "<audio>"},
    "extra_special_tokens": {"video_token": "<vid>", "boi": "<boi>"}})";
  EXPECT_EQ(NamesOf(files), (Named{{"bos_token", "<s>"},
                                   {"eos_token", "</s>"},
                                   {"image_token", "<img>"},
                                   {"audio_token", "<audio>"},
                                   {"video_token", "<vid>"},
                                   {"boi", "<boi>"}}));
  files.config = R"({"additional_special_tokens": ["<a>"],
                     "extra_special_tokens": ["<b>"], "bos_token": ""})";
  EXPECT_EQ(NamesOf(files), (Named{{"bos_token", ""}}));
}

TEST(SpecialTokensTest, ModelSpecificSpecialTokensAreNamed) {
  TokenizerFiles files;
  files.config = R"({"model_specific_special_tokens": {"t": "<t>"}})";
  EXPECT_EQ(NamesOf(files), (Named{{"t", "<t>"}}));
  // Texts of the file itself replace it, as in transformers.
  files.config = R"({"model_specific_special_tokens": {"t": "<t>"},
                     "u_token": "<u>"})";
  EXPECT_EQ(NamesOf(files), (Named{{"u_token", "<u>"}}));
}

// Case special-tokens-map-file.
TEST(SpecialTokensTest, TheMapWinsOverTheConfig) {
  TokenizerFiles files;
  files.config = R"({"bos_token": "<c>", "eos_token": "<ce>", "x_token": "<cx>",
    "extra_special_tokens": {"y_token": "<cy>"}})";
  files.special_tokens_map = R"({"bos_token": "<m>", "eos_token": null,
    "unk_token": {"content": "<u>", "lstrip": false}, "x_token": "<mx>",
    "y_token": "<my>", "z_token": {"content": "<mz>"},
    "extra_special_tokens": {"w_token": "<mw>"},
    "additional_special_tokens": ["<a>"]})";
  EXPECT_EQ(NamesOf(files), (Named{{"bos_token", "<m>"},
                                   {"unk_token", "<u>"},
                                   {"x_token", "<cx>"},
                                   {"y_token", "<cy>"},
                                   {"z_token", "<mz>"},
                                   {"w_token", "<mw>"}}));
  // A null takes a token away, but for a text of the config by its own name.
  files.config = R"({"x_token": "<x>",
    "y_token": {"__type": "AddedToken", "content": "<y>"}})";
  files.special_tokens_map = R"({"x_token": null, "y_token": null})";
  EXPECT_EQ(NamesOf(files), (Named{{"x_token", "<x>"}}));
  files.config = R"({"bos_token": "<c>", "added_tokens_decoder": {}})";
  EXPECT_EQ(NamesOf(files), (Named{{"bos_token", "<c>"}}));
}

TEST(SpecialTokensTest, ClassesHaveDefaults) {
  TokenizerFiles files;
  files.config = R"({"tokenizer_class": "LlamaTokenizerFast", "eos_token": null,
                     "bos_token": "<b>"})";
  EXPECT_EQ(NamesOf(files),
            (Named{{"bos_token", "<b>"}, {"unk_token", "<unk>"}}));
  // Llama 3's folders name the class, but are loaded as none in particular.
  files.tokenizer = R"({"decoder": {"type": "ByteLevel"}})";
  EXPECT_EQ(NamesOf(files), (Named{{"bos_token", "<b>"}}));
  // Qwen 2's are loaded as their own, whatever they say.
  files.model_config = R"({"model_type": "qwen2"})";
  EXPECT_EQ(NamesOf(files), (Named{{"bos_token", "<b>"},
                                   {"unk_token", "<|endoftext|>"},
                                   {"pad_token", "<|endoftext|>"}}));
  files.config = "{}";
  EXPECT_EQ(NamesOf(files)["eos_token"], "<|endoftext|>");
  files.model_config = R"({"model_type": "llama",
                           "tokenizer_class": "GPT2Tokenizer"})";
  EXPECT_EQ(NamesOf(files)["bos_token"], "<|endoftext|>");
}

TEST(SpecialTokensTest, PaddingLeftInTheTokenizerNamesAToken) {
  TokenizerFiles files;
  files.tokenizer = R"({"padding": {"pad_token": "!", "pad_id": 0}})";
  EXPECT_EQ(NamesOf(files), (Named{{"pad_token", "!"}}));
  files.config = R"({"pad_token": "<p>"})";
  EXPECT_EQ(NamesOf(files), (Named{{"pad_token", "<p>"}}));
  files.config = R"({"pad_token": null})";
  EXPECT_EQ(NamesOf(files), Named());
  files.config.reset();
  files.tokenizer = R"({"padding": null, "x": {"pad_token": 1}})";
  EXPECT_EQ(NamesOf(files), Named());
}

TEST(SpecialTokensTest, SaysWhatIsWrongAndWhere) {
  const auto refusal = [](const TokenizerFiles& files) {
    auto tokens = ReadSpecialTokens(files);
    EXPECT_TRUE(absl::IsInvalidArgument(tokens.status())) << tokens.status();
    return std::string(tokens.status().message());
  };
  TokenizerFiles files;
  files.config = R"({"bos_token": 1})";
  EXPECT_EQ(refusal(files),
            "tokenizer_config.json: key 'bos_token' is 1, expected a string or "
            "an object with 'content'");
  files.config = "{}";
  files.special_tokens_map = R"({"eos_token": {"text": "x"}})";
  EXPECT_TRUE(absl::StartsWith(refusal(files), "special_tokens_map.json: key"));
  files.special_tokens_map = "[]";
  EXPECT_TRUE(absl::StartsWith(refusal(files), "special_tokens_map.json: "));
  files.special_tokens_map = R"({"extra_special_tokens": {"tools": "<t>"}})";
  EXPECT_TRUE(absl::StrContains(refusal(files), "'extra_special_tokens.tools'"))
      << refusal(files);
  files.special_tokens_map = R"({"extra_special_tokens": "<t>"})";
  EXPECT_TRUE(absl::StrContains(refusal(files), "a list of tokens"));
}

}  // namespace
}  // namespace fathom::rt
