// Ten thousand requests with random settings against a fake model. Each is held
// against an oracle that generates the plain way, whole texts at once.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/abi/step.h"
#include "runtime/serve/fake_request.h"
#include "runtime/serve/generation.h"

namespace fathom::rt {
namespace {

constexpr int kSeeds = 10000;

struct Outcome {
  std::vector<int32_t> ids;
  std::string thinking, answer, reason;
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Outcome& o) {
  return os << o.reason << " " << testing::PrintToString(o.ids) << " '"
            << o.thinking << "' '" << o.answer << "'";
}

// Where the first stop string to be complete begins; npos without one.
size_t FindStop(const std::string& text,
                const std::vector<std::string>& stops) {
  for (size_t end = 1; end <= text.size(); ++end) {
    size_t longest = 0;
    for (const std::string& stop : stops) {
      if (stop.size() <= end && stop.size() > longest &&
          text.compare(end - stop.size(), stop.size(), stop) == 0) {
        longest = stop.size();
      }
    }
    if (longest > 0) return end - longest;
  }
  return std::string::npos;
}

// What `ids` make: the text of both parts, cut at a stop string in the answer.
Outcome Read(const GenerationOptions& options, const std::vector<int32_t>& ids,
             bool complete) {
  Outcome outcome;
  outcome.ids = ids;
  const ThinkingOptions& tags = options.thinking;
  bool thinking = tags.open_id >= 0 && options.prompt_ids.back() == kFakeOpen;
  std::string run, rest;
  // Reads the run of equal part that ends here; true when a stop lies in it.
  auto end_run = [&](bool whole) {
    const std::string text = FakeWhole(run, whole, &rest);
    run.clear();
    if (thinking) {
      outcome.thinking += text;
      return false;
    }
    const size_t stop = FindStop(text, options.stop_strings);
    outcome.answer += text.substr(0, stop);
    return stop != std::string::npos;
  };
  for (int32_t id : ids) {
    if (std::count(options.eos_ids.begin(), options.eos_ids.end(), id)) {
      outcome.reason = end_run(true) ? "stop" : "eos";
      return outcome;
    }
    const bool is_tag = id == tags.open_id || id == tags.close_id;
    const bool turns = id == (thinking ? tags.close_id : tags.open_id);
    if (is_tag && end_run(true)) {
      outcome.reason = "stop";
      return outcome;
    }
    if (turns) {
      thinking = !thinking;
    } else {
      run += FakeVocabulary()[id];
    }
  }
  if (end_run(complete)) outcome.reason = "stop";
  return outcome;
}

bool MustClose(const GenerationOptions& options,
               const std::vector<int32_t>& ids) {
  const ThinkingOptions& tags = options.thinking;
  bool thinking = tags.open_id >= 0 && options.prompt_ids.back() == kFakeOpen;
  int64_t count = 0;
  std::string line = "\n";
  for (int32_t id : ids) {
    if (id == (thinking ? tags.close_id : tags.open_id)) {
      thinking = !thinking;
      line = "\n";
    } else if (thinking) {
      ++count;
      line = FakeVocabulary()[id];
    }
  }
  if (!thinking || tags.budget_tokens < 0) return false;
  const bool at_line_start = line == "\n" || line == ".\n" || line == "\n ";
  return count >= tags.budget_tokens + 32 ||
         (count >= tags.budget_tokens && at_line_start);
}

Outcome Oracle(const GenerationOptions& options, uint64_t seed) {
  std::vector<int32_t> sequence = options.prompt_ids, ids;
  int64_t room = options.context_tokens - int64_t(sequence.size());
  int64_t asked = INT64_MAX;
  if (options.max_tokens > 0) asked = options.max_tokens;
  if (options.max_length > 0) {
    asked = std::min(asked, options.max_length - int64_t(sequence.size()));
  }
  room = std::min(room, asked);
  for (;;) {
    int32_t id = kFakeClose;
    if (!MustClose(options, ids)) {
      auto sampler = Sampler::Create(options.sampling, options.vocabulary_size,
                                     options.has_token);
      for (int32_t seen : sequence) sampler->Observe(seen);
      id = *sampler->Choose(FakeLogits(sequence, seed), sequence.size());
    }
    sequence.push_back(id);
    ids.push_back(id);
    Outcome outcome = Read(options, ids, false);
    if (!outcome.reason.empty()) return outcome;
    if (int64_t(ids.size()) == room) {
      outcome = Read(options, ids, true);
      if (outcome.reason.empty()) {
        outcome.reason = room == asked ? "length" : "context";
      }
      return outcome;
    }
  }
}

// Runs the state machine, and checks what it asks of the model on the way.
Outcome Simulate(const GenerationOptions& options, uint64_t seed,
                 std::mt19937_64& random, int64_t cancel_after) {
  auto created = Generation::Create(options, std::make_unique<FakeDecoder>());
  EXPECT_TRUE(created.ok()) << created.status();
  Generation& generation = **created;
  std::vector<int32_t> cache(
      options.prompt_ids.begin(),
      options.prompt_ids.begin() + options.cached_tokens);
  std::string parts[3];
  auto take = [&] {
    for (const Piece& piece : generation.TakePieces()) {
      parts[static_cast<int>(piece.part)] += piece.text;
    }
  };
  while (!generation.done()) {
    if (cancel_after-- == 0) {
      generation.Cancel();
      break;
    }
    const StepTokens step = generation.Next();
    EXPECT_EQ(step.first_position, int64_t(cache.size()));
    EXPECT_LE(int64_t(step.ids.size()), options.step_tokens_max);
    EXPECT_GE(step.ids.size(), 1u);
    const bool prompt = cache.size() < options.prompt_ids.size();
    EXPECT_EQ(step.role, prompt ? FATHOM_ROLE_PROMPT : FATHOM_ROLE_GENERATED);
    cache.insert(cache.end(), step.ids.begin(), step.ids.end());
    EXPECT_LE(int64_t(cache.size()), options.context_tokens);
    EXPECT_EQ(step.wants_logits, cache.size() >= options.prompt_ids.size());
    const std::vector<float> logits = FakeLogits(cache, seed);
    EXPECT_TRUE(generation
                    .Advance(step.wants_logits ? absl::MakeConstSpan(logits)
                                               : absl::Span<const float>())
                    .ok());
    if (random() % 3 == 0) take();
  }
  take();
  EXPECT_EQ(parts[0], generation.thinking_text());
  EXPECT_EQ(parts[2], generation.answer_text());
  EXPECT_EQ(generation.stepped_tokens(), int64_t(cache.size()));
  return {generation.ids(), parts[0], parts[2],
          StopReasonName(generation.stop_reason())};
}

TEST(GenerationSimulation, TenThousandRequestsAgreeWithTheOracle) {
  std::map<std::string, int> reasons;
  int forced = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    std::mt19937_64 random(seed);
    GenerationOptions options = RandomOptions(random);
    const Outcome expected = Oracle(options, seed);
    ASSERT_EQ(Simulate(options, seed, random, -1), expected) << "seed " << seed;
    ++reasons[expected.reason];
    forced += options.thinking.budget_tokens >= 0;
    // Cut otherwise, nothing cached: the same.
    options.step_tokens_max = 1 + random() % 64;
    options.cached_tokens = 0;
    ASSERT_EQ(Simulate(options, seed, random, -1), expected) << "seed " << seed;
    // Cancelled anywhere: a beginning of the same, and no more is said.
    const Outcome part = Simulate(options, seed, random, random() % 30);
    ASSERT_LE(part.ids.size(), expected.ids.size());
    ASSERT_TRUE(
        std::equal(part.ids.begin(), part.ids.end(), expected.ids.begin()));
    if (part.reason == "cancelled") {
      ASSERT_EQ(Read(options, part.ids, true).answer, part.answer)
          << "seed " << seed;
    }
  }
  // The settings must reach each ending often, or they test nothing.
  for (const char* reason : {"eos", "stop", "length", "context"}) {
    EXPECT_GT(reasons[reason], kSeeds / 20) << reason;
  }
  EXPECT_GT(forced, kSeeds / 10);
}

}  // namespace
}  // namespace fathom::rt
