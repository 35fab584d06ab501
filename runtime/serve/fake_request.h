// A fake model for tests: logits are a hash of the sequence, and a few tokens
// hold half characters, line breaks and tags. Random requests to it.
#ifndef FATHOM_RUNTIME_SERVE_FAKE_REQUEST_H_
#define FATHOM_RUNTIME_SERVE_FAKE_REQUEST_H_

#include <cstdint>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/generation.h"

namespace fathom::rt {

inline constexpr int32_t kFakeEos = 0, kFakeOpen = 1, kFakeClose = 2;
inline constexpr int32_t kFakeNoToken = 3;  // never to be sampled

// The bytes of each id. "\xc3" + "\xa9" is one character in two tokens.
inline const std::vector<std::string>& FakeVocabulary() {
  static const auto* vocabulary = new std::vector<std::string>{
      "<eos>", "<think>",  "</think>", "?",   "a",   "b",
      "ab",    "ba",       "\n",       ".\n", "\n ", "\xc3",
      "\xa9",  "\xc3\xa9", "c",        "abc", " a"};
  return *vocabulary;
}

// Replaces what is no UTF-8 of at most two bytes by U+FFFD; with `finish` also
// a first byte at the end, which is else left in `rest`.
inline std::string FakeWhole(absl::string_view bytes, bool finish,
                             std::string* rest) {
  std::string whole;
  rest->clear();
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool first = bytes[i] == '\xc3';
    if (first && i + 1 == bytes.size() && !finish) {
      *rest = std::string(bytes.substr(i));
    } else if (first && i + 1 < bytes.size() && bytes[i + 1] == '\xa9') {
      whole += "\xc3\xa9";
      ++i;
    } else if (first || bytes[i] == '\xa9') {
      whole += "\xef\xbf\xbd";
    } else {
      whole += bytes[i];
    }
  }
  return whole;
}

class FakeDecoder final : public TextDecoder {
 public:
  std::string Push(int32_t id) override {
    const std::string bytes = held_ + FakeVocabulary()[id];
    return FakeWhole(bytes, false, &held_);
  }
  std::string Finish() override {
    const std::string bytes = std::exchange(held_, "");
    return FakeWhole(bytes, true, &held_);
  }

 private:
  std::string held_;
};

// The logits after `ids`.
inline std::vector<float> FakeLogits(absl::Span<const int32_t> ids,
                                     uint64_t seed) {
  uint64_t hash = seed * 0x9E3779B97F4A7C15 + 1;
  for (int32_t id : ids) hash = (hash ^ id) * 0x100000001B3 + 0x9E37;
  std::vector<float> logits;
  for (size_t id = 0; id < FakeVocabulary().size(); ++id) {
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9;
    logits.push_back(static_cast<float>(hash >> 40) * 0x1p-22f);
  }
  logits[kFakeNoToken] = 100;  // the likeliest, were it allowed
  // Every third model writes long lines and hardly ever ends a part, every
  // fourth writes little but "a" and "b".
  if (seed % 3 == 0) {
    for (int32_t id : {kFakeEos, kFakeOpen, kFakeClose, 8, 9, 10}) {
      logits[id] = -9;
    }
  }
  if (seed % 4 == 0) {
    for (int32_t id = 4; id < 8; ++id) logits[id] += 9;
  }
  return logits;
}

// Settings of all kinds, in all combinations.
inline GenerationOptions RandomOptions(std::mt19937_64& random) {
  auto below = [&random](int64_t n) { return int64_t(random() % n); };
  const int32_t vocabulary = FakeVocabulary().size();
  GenerationOptions options;
  options.vocabulary_size = vocabulary;
  options.has_token.assign((vocabulary + 7) / 8, 0xff);
  options.has_token[kFakeNoToken / 8] &= ~(1 << kFakeNoToken % 8);
  for (int64_t i = 1 + below(40); i > 0; --i) {
    options.prompt_ids.push_back(4 + below(vocabulary - 4));
  }
  if (below(2)) options.prompt_ids.push_back(kFakeOpen);
  const int64_t prompt_tokens = options.prompt_ids.size();
  options.cached_tokens = below(3) ? 0 : below(prompt_tokens);
  options.sampling.sample = below(3) != 0;
  options.sampling.temperature = 0.2f + 0.1f * below(30);
  options.sampling.top_k = below(2) ? 0 : 1 + below(20);
  options.sampling.top_p = below(2) ? 1.0f : 0.05f * (1 + below(19));
  options.sampling.repetition_penalty = below(2) ? 1.0f : 1.2f;
  options.sampling.seed = below(5);
  if (below(4)) {
    options.thinking = {.open_id = kFakeOpen, .close_id = kFakeClose};
    if (below(2)) options.thinking.budget_tokens = below(60);
  }
  const char* kStops[] = {"ab",       "abc",   "bab",          "\n",
                          "\xc3\xa9", "a\n",   "\xef\xbf\xbd", "cab a",
                          "</think>", "abbab", "baabab"};
  for (int64_t i = below(3); i > 0; --i) {
    options.stop_strings.push_back(kStops[below(std::size(kStops))]);
  }
  options.max_tokens = below(2) ? -1 : 1 + below(80);
  if (below(8) == 0) options.max_length = prompt_tokens + 1 + below(80);
  if (below(5)) options.eos_ids = {kFakeEos};
  options.context_tokens = prompt_tokens + 1 + below(150);
  options.step_tokens_max = 1 + below(16);
  return options;
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_FAKE_REQUEST_H_
