// A small tokenizer for tests, whole or with one thing wrong.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_TESTING_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_TESTING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// A character as its two or three bytes of UTF-8.
inline std::string AlphabetCharacter(int byte) {
  const bool is_own = (byte >= 0x21 && byte <= 0x7e) ||
                      (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  int point = byte;
  if (!is_own) {
    point = 0x100;
    for (int other = 0; other < byte; ++other) {
      const bool other_own = (other >= 0x21 && other <= 0x7e) ||
                             (other >= 0xa1 && other <= 0xac) || other >= 0xae;
      point += !other_own;
    }
  }
  if (point < 0x80) return std::string(1, static_cast<char>(point));
  return {static_cast<char>(0xc0 | point >> 6),
          static_cast<char>(0x80 | (point & 0x3f))};
}

// tokenizer.json with all bytes as ids 0 to 255, then "aa" 256, "aaaa" 257,
// "ab" 258, "abc" 259 and the added tokens <think> 260 and <end> 261. It is cut
// by the words of Llama 3.
inline std::string SmallTokenizerJson() {
  std::string vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string character = AlphabetCharacter(byte);
    const bool is_escaped = character == "\"" || character == "\\";
    absl::StrAppend(&vocabulary, "\"", is_escaped ? "\\" : "", character,
                    "\": ", byte, ", ");
  }
  std::string json = R"({
    "version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [
      {"id": 260, "content": "<think>", "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false, "special": false},
      {"id": 261, "content": "<end>", "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false, "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": "PATTERN"},
       "behavior": "Isolated", "invert": false},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
       "use_regex": false}]},
    "post_processor": null,
    "decoder": {"type": "ByteLevel", "add_prefix_space": true,
                "trim_offsets": true, "use_regex": true},
    "model": {"type": "BPE", "dropout": null, "unk_token": null,
      "continuing_subword_prefix": null, "end_of_word_suffix": null,
      "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
      "vocab": {BYTES"aa": 256, "aaaa": 257, "ab": 258, "abc": 259},
      "merges": [["a", "a"], "aa aa", ["a", "b"], ["ab", "c"]]}})";
  return absl::StrReplaceAll(
      json, {{"BYTES", vocabulary},
             {"PATTERN",
              R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+)"
              R"(|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+)"
              R"(|\\s+(?!\\S)|\\s+)"}});
}

// SmallTokenizerJson() with `from` (which it holds) as `to`.
inline std::string ChangedTokenizerJson(absl::string_view from,
                                        absl::string_view to) {
  return absl::StrReplaceAll(SmallTokenizerJson(), {{from, to}});
}

// tokenizer.json without a byte-level step: as Llama 2's, spaces become U+2581
// and one stands before the text. <unk> 0, <0xC3> 1, <0xA9> 2, U+2581 3, "a" 4,
// "b" 5, "ab" 6, U+2581 and "a" 7; the added token <think> 8.
inline std::string SmallTextTokenizerJson() {
  return R"({
    "version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [
      {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false, "special": true},
      {"id": 8, "content": "<think>", "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false, "special": false}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "\u2581"},
      {"type": "Replace", "pattern": {"String": " "},
       "content": "\u2581"}]},
    "pre_tokenizer": null,
    "post_processor": null,
    "decoder": {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>",
      "continuing_subword_prefix": null, "end_of_word_suffix": null,
      "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
      "vocab": {"<unk>": 0, "<0xC3>": 1, "<0xA9>": 2, "\u2581": 3, "a": 4,
                "b": 5, "ab": 6, "\u2581a": 7},
      "merges": ["a b", "\u2581 a"]}})";
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_TESTING_H_
