// Thousands of batches by seeds: random requests that come, are cancelled and
// fail at random, against a fake model. What a step may hold is checked at each
// of them, and each request against the same one alone.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/abi/step.h"
#include "runtime/serve/batch.h"
#include "runtime/serve/fake_request.h"

namespace fathom::rt {
namespace {

constexpr int kSeeds = 1500;

struct Outcome {
  std::vector<int32_t> ids;
  std::string thinking, answer, reason;
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Outcome& o) {
  return os << o.reason << " " << testing::PrintToString(o.ids) << " '"
            << o.thinking << "' '" << o.answer << "'";
}

Outcome OutcomeOf(const Generation& generation) {
  return {generation.ids(), generation.thinking_text(),
          generation.answer_text(), StopReasonName(generation.stop_reason())};
}

// Holds each step to what batch.h promises, and fails where it is told to.
class CheckedModel final : public StepModel {
 public:
  CheckedModel(uint64_t seed, int32_t slot_count, int64_t step_tokens_max)
      : seed_(seed), tokens_max_(step_tokens_max), slots_(slot_count) {}

  absl::StatusOr<std::vector<SlotLogits>> StepSlots(
      absl::Span<const SlotTokens> runs) override {
    if (fail_step) return absl::ResourceExhaustedError("no memory");
    std::vector<SlotLogits> result;
    std::set<int32_t> seen;
    int64_t tokens = 0;
    logits_.clear();
    logits_.reserve(runs.size());
    for (const SlotTokens& run : runs) {
      EXPECT_TRUE(run.slot >= 0 && run.slot < int32_t(slots_.size()));
      EXPECT_TRUE(seen.insert(run.slot).second) << "a slot twice";
      EXPECT_GE(run.tokens.ids.size(), 1u);
      tokens += int64_t(run.tokens.ids.size());
      std::vector<int32_t>& cache = slots_[run.slot];
      EXPECT_EQ(run.tokens.first_position, int64_t(cache.size()));
      cache.insert(cache.end(), run.tokens.ids.begin(), run.tokens.ids.end());
      if (run.tokens.role == FATHOM_ROLE_GENERATED) {
        EXPECT_EQ(run.tokens.ids.size(), 1u);
        ++generated_in_step;
      }
      logits_.push_back(FakeLogits(cache, seed_));
      if (run.slot == fail_slot) {
        result.emplace_back(absl::DataLossError("NaN"));
      } else if (run.tokens.wants_logits) {
        result.emplace_back(absl::MakeConstSpan(logits_.back()));
      } else {
        result.emplace_back(absl::Span<const float>());
      }
    }
    EXPECT_GE(tokens, 1);
    EXPECT_LE(tokens, tokens_max_);
    return result;
  }

  void Release(int32_t slot) override {
    EXPECT_FALSE(slots_[slot].empty() && !never_stepped_ok)
        << "a slot without a sequence";
    slots_[slot].clear();
    ++releases;
  }

  bool fail_step = false;
  int32_t fail_slot = -1;
  bool never_stepped_ok = false;  // a request may end before its first step
  int64_t generated_in_step = 0;
  int64_t releases = 0;

 private:
  uint64_t seed_;
  int64_t tokens_max_;
  std::vector<std::vector<int32_t>> slots_;
  std::vector<std::vector<float>> logits_;
};

GenerationOptions RequestOf(std::mt19937_64& random) {
  GenerationOptions options = RandomOptions(random);
  options.cached_tokens = 0;
  options.step_tokens_max = 1000;
  return options;
}

std::unique_ptr<Generation> Begin(const GenerationOptions& options) {
  auto generation =
      Generation::Create(options, std::make_unique<FakeDecoder>());
  EXPECT_TRUE(generation.ok()) << generation.status();
  return *std::move(generation);
}

Outcome Alone(const GenerationOptions& options, uint64_t seed) {
  CheckedModel model(seed, 1, 7);
  auto batch = Batch::Create(&model, 1, 7);
  batch->Add(0, Begin(options));
  while (!batch->idle()) EXPECT_TRUE(batch->Step().ok());
  return OutcomeOf(*batch->TakeDone()[0].generation);
}

// One batch from its first request to its last.
class Simulation {
 public:
  explicit Simulation(int seed)
      : seed_(seed),
        random_(seed),
        slots_(1 + Below(9)),
        tokens_max_(slots_ + Below(20)),
        model_(seed, slots_, tokens_max_),
        batch_(*Batch::Create(&model_, slots_, tokens_max_)) {
    model_.never_stepped_ok = true;
  }

  void Run() {
    const int64_t count = 1 + Below(20);
    while (int64_t(requests_.size()) < count || !batch_.idle()) {
      while (batch_.free_slots() > 0 && int64_t(requests_.size()) < count &&
             Below(4) != 0) {
        requests_.push_back(RequestOf(random_));
        batch_.Add(int64_t(requests_.size()) - 1, Begin(requests_.back()));
      }
      if (batch_.idle()) continue;
      if (Below(40) == 0) Cancel(Below(int64_t(requests_.size())));
      if (batch_.idle()) continue;
      StepOnce();
      Take();
    }
    Take();
    EXPECT_EQ(done_.size(), requests_.size());
    EXPECT_EQ(model_.releases, int64_t(requests_.size()));
    EXPECT_EQ(batch_.free_slots(), slots_);
  }

  int together = 0;  // steps that more than one request generated in
  int failed = 0, cancelled = 0;

 private:
  int64_t Below(int64_t n) { return int64_t(random_() % uint64_t(n)); }

  void StepOnce() {
    int64_t generating = 0, left_before = 0, left_after = 0;
    batch_.Visit([&](int64_t, Generation& generation) {
      if (!generation.in_prompt()) ++generating;
      if (generation.in_prompt())
        left_before += generation.prompt_tokens_left();
    });
    model_.generated_in_step = 0;
    model_.fail_slot = Below(60) == 0 ? int32_t(Below(slots_)) : -1;
    model_.fail_step = Below(300) == 0;
    const bool ok = batch_.Step().ok();
    EXPECT_EQ(ok, !model_.fail_step);
    if (!ok) {
      EXPECT_TRUE(batch_.idle());
      return;
    }
    EXPECT_EQ(model_.generated_in_step, generating);
    if (generating > 1) ++together;
    if (left_before == 0 || model_.fail_slot >= 0) return;
    // Prompts go on beside what generates.
    batch_.Visit([&](int64_t, Generation& generation) {
      if (generation.in_prompt()) left_after += generation.prompt_tokens_left();
    });
    EXPECT_EQ(left_before - left_after,
              std::min(left_before, tokens_max_ - generating));
  }

  void Cancel(int64_t key) {
    if (done_.count(key) == 0) cut_.insert(key);
    batch_.Cancel(key);
  }

  void Take() {
    batch_.Visit([&](int64_t key, Generation& generation) {
      if (Below(3) == 0) Collect(key, generation);
    });
    for (Batch::Request& request : batch_.TakeDone()) {
      Collect(request.key, *request.generation);
      EXPECT_TRUE(done_.insert(request.key).second) << "done twice";
      Check(request);
    }
  }

  void Collect(int64_t key, Generation& generation) {
    for (const Piece& piece : generation.TakePieces()) {
      parts_[key][static_cast<int>(piece.part)] += piece.text;
    }
  }

  void Check(const Batch::Request& request) {
    const Outcome outcome = OutcomeOf(*request.generation);
    EXPECT_EQ(parts_[request.key][0], outcome.thinking);
    EXPECT_EQ(parts_[request.key][2], outcome.answer);
    const Outcome alone = Alone(requests_[request.key], seed_);
    if (request.status.ok() && cut_.count(request.key) == 0) {
      EXPECT_EQ(outcome, alone);
      return;
    }
    request.status.ok() ? ++cancelled : ++failed;
    EXPECT_LE(outcome.ids.size(), alone.ids.size());
    EXPECT_TRUE(
        std::equal(outcome.ids.begin(), outcome.ids.end(), alone.ids.begin()));
  }

  int seed_;
  std::mt19937_64 random_;
  int32_t slots_;
  int64_t tokens_max_;
  CheckedModel model_;
  Batch batch_;
  std::vector<GenerationOptions> requests_;
  std::map<int64_t, std::string[3]> parts_;
  std::set<int64_t> done_, cut_;
};

TEST(BatchSimulation, EachRequestGetsWhatItGetsAlone) {
  int together = 0, failed = 0, cancelled = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Simulation simulation(seed);
    simulation.Run();
    together += simulation.together;
    failed += simulation.failed;
    cancelled += simulation.cancelled;
  }
  // Each kind of event must be frequent, or it is not tested.
  EXPECT_GT(together, kSeeds);
  EXPECT_GT(failed, kSeeds / 10);
  EXPECT_GT(cancelled, kSeeds / 10);
}

}  // namespace
}  // namespace fathom::rt
