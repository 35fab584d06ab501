// The sampler against what transformers keeps, and its own promises: the same
// draw for the same position, no id without a token, no NaN passed over.
#include "runtime/serve/sampler.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/philox.h"

namespace fathom::rt {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct ReferenceCase {
  float temperature;
  int64_t top_k;
  float top_p;
  float min_p;
  float repetition_penalty;
  std::vector<int32_t> seen;
  std::vector<float> logits;
  std::vector<int32_t> kept;
  std::vector<float> probabilities;
};

const ReferenceCase kReferenceCases[] = {
#include "runtime/serve/sampler_reference.inc"
};

Sampler MakeSampler(const SamplingParams& params, int32_t vocabulary_size,
                    std::vector<uint8_t> has_token = {}) {
  auto sampler = Sampler::Create(params, vocabulary_size, has_token);
  EXPECT_TRUE(sampler.ok()) << sampler.status();
  return *std::move(sampler);
}

SamplingParams Sampling(const ReferenceCase& c) {
  return {.sample = true,
          .temperature = c.temperature,
          .top_k = c.top_k,
          .top_p = c.top_p,
          .min_p = c.min_p,
          .repetition_penalty = c.repetition_penalty};
}

TEST(SamplerTest, KeepsWhatTransformersKeeps) {
  for (const ReferenceCase& c : kReferenceCases) {
    Sampler sampler = MakeSampler(Sampling(c), c.logits.size());
    for (int32_t id : c.seen) sampler.Observe(id);
    auto kept = sampler.Candidates(c.logits);
    ASSERT_TRUE(kept.ok()) << kept.status();
    std::vector<int32_t> ids;
    double total = 0;
    for (const Candidate& k : *kept) {
      ids.push_back(k.id);
      total += std::exp(k.logit);
    }
    ASSERT_EQ(ids, c.kept) << "case " << &c - kReferenceCases;
    for (size_t i = 0; i < ids.size(); ++i) {
      EXPECT_NEAR(std::exp((*kept)[i].logit) / total, c.probabilities[i], 1e-6);
    }
  }
}

// The draws have the frequencies that transformers' probabilities promise.
TEST(SamplerTest, DrawsByProbability) {
  constexpr int kDraws = 20000;
  const ReferenceCase& c = kReferenceCases[1];
  Sampler sampler = MakeSampler(Sampling(c), c.logits.size());
  std::vector<int> counts(c.logits.size());
  for (int i = 0; i < kDraws; ++i) ++counts[*sampler.Choose(c.logits, i)];
  int drawn = 0;
  for (size_t i = 0; i < c.kept.size(); ++i) {
    EXPECT_NEAR(counts[c.kept[i]] / double{kDraws}, c.probabilities[i], 0.012);
    drawn += counts[c.kept[i]];
  }
  EXPECT_EQ(drawn, kDraws);
}

// A draw depends on seed and position, not on the draws before it.
TEST(SamplerTest, DrawsTheSameAfterARestart) {
  const ReferenceCase& c = kReferenceCases[0];
  SamplingParams params = Sampling(c);
  params.temperature = 5;
  Sampler sampler = MakeSampler(params, c.logits.size());
  std::vector<int32_t> first;
  for (int i = 0; i < 200; ++i) first.push_back(*sampler.Choose(c.logits, i));
  Sampler again = MakeSampler(params, c.logits.size());
  for (int i = 199; i >= 100; --i) {
    EXPECT_EQ(*again.Choose(c.logits, i), first[i]);
  }
  params.seed = 1;
  Sampler other = MakeSampler(params, c.logits.size());
  int equal = 0;
  for (int i = 0; i < 200; ++i) {
    equal += *other.Choose(c.logits, i) == first[i];
  }
  EXPECT_LT(equal, 100);
}

TEST(SamplerTest, GreedyTakesTheFirstOfTheLargest) {
  Sampler sampler = MakeSampler({}, 4);
  EXPECT_EQ(*sampler.Choose({-1.0f, 2.0f, 2.0f, -kInf}, 0), 1);
}

TEST(SamplerTest, GreedyAppliesTheRepetitionPenalty) {
  Sampler sampler = MakeSampler({.repetition_penalty = 2}, 3);
  sampler.Observe(0);
  sampler.Observe(0);
  sampler.Observe(77);  // outside of the vocabulary: no effect
  EXPECT_EQ(*sampler.Choose({3.0f, 2.0f, 1.0f}, 0), 1);
  EXPECT_EQ(*sampler.Choose({3.0f, 1.4f, 1.0f}, 0), 0);
  EXPECT_EQ(*sampler.Choose({-1.0f, -1.5f, -9.0f}, 0), 1);
}

// C5: a vocabulary smaller than the embedding, with gaps.
TEST(SamplerTest, C5NeverChoosesAnIdWithoutAToken) {
  const std::vector<float> logits = {9, 1, 9, 9, 1, 9, 9, 9, 9, 1};
  const std::vector<uint8_t> has_token = {0b00010010, 0b10};
  EXPECT_EQ(*MakeSampler({}, 10, has_token).Choose(logits, 0), 1);
  SamplingParams params = {.sample = true, .temperature = 50};
  Sampler sampler = MakeSampler(params, 10, has_token);
  for (int i = 0; i < 500; ++i) {
    const int32_t id = *sampler.Choose(logits, i);
    EXPECT_TRUE(id == 1 || id == 4 || id == 9) << id;
  }
}

TEST(SamplerTest, RefusesLogitsThatAreNotNumbers) {
  for (bool sample : {false, true}) {
    Sampler sampler = MakeSampler({.sample = sample}, 3);
    for (float bad : {kNan, kInf}) {
      auto id = sampler.Choose({1.0f, bad, 2.0f}, 0);
      EXPECT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_NE(id.status().message().find("token 1"), std::string::npos);
    }
    EXPECT_FALSE(sampler.Choose({-kInf, -kInf, -kInf}, 0).ok());
    EXPECT_EQ(sampler.Choose({1.0f}, 0).status().code(),
              absl::StatusCode::kInternal);
  }
}

// As the temperature goes to 0, sampling becomes greedy choice: no quotient
// overflows, or is rounded, to another's, wherever the logits lie.
TEST(SamplerTest, TheLowestTemperaturesAreGreedy) {
  const std::vector<std::vector<float>> kLogits = {
      {17.0f, 18.5f, -3.0f, 18.25f},
      {-17.0f, -9.0f, -9.5f, -1e30f},
      {1e30f, 3e38f, -3e38f, 2e38f},
      {0.0f, 1e-3f, -1e-3f, 5e-4f},
      // Neighbours, whose quotients round to the same float.
      {20.0f, std::nextafter(20.0f, 21.0f), 20.0f, 20.0f},
      {-1.5f, std::nextafter(-1.5f, 0.0f), -1.5f, -1.5f},
  };
  for (float temperature : {1e-8f, 3e-11f, 1e-20f, 7e-30f, 1e-37f, 1e-38f,
                            1e-39f, 1e-40f, 1e-45f}) {
    for (const SamplingParams& params :
         {SamplingParams{.sample = true, .temperature = temperature},
          SamplingParams{.sample = true,
                         .temperature = temperature,
                         .top_k = 3,
                         .top_p = 0.9f,
                         .min_p = 0.01f}}) {
      Sampler sampler = MakeSampler(params, 4);
      for (const std::vector<float>& logits : kLogits) {
        for (int position = 0; position < 20; ++position) {
          ASSERT_EQ(*sampler.Choose(logits, position), 1)
              << temperature << " " << logits[1];
        }
      }
    }
  }
}

// The largest logits alone are equal: each is drawn.
TEST(SamplerTest, TheLowestTemperatureDrawsAmongTheLargest) {
  Sampler sampler = MakeSampler({.sample = true, .temperature = 1e-40f}, 4);
  int counts[4] = {};
  for (int i = 0; i < 400; ++i) {
    ++counts[*sampler.Choose({19.0f, 20.0f, 20.0f, -kInf}, i)];
  }
  EXPECT_EQ(counts[0] + counts[3], 0);
  EXPECT_GT(counts[1], 150);
  EXPECT_GT(counts[2], 150);
}

// At temperatures that are used, logits are divided as transformers does it.
TEST(SamplerTest, OrdinaryTemperaturesDivideTheLogits) {
  for (float temperature : {0.01f, 0.3f, 0.6f, 1.0f, 1.3f, 100.0f}) {
    Sampler sampler =
        MakeSampler({.sample = true, .temperature = temperature}, 3);
    const std::vector<float> logits = {31.7f, -2.3f, 0.1f};
    auto kept = sampler.Candidates(logits);
    ASSERT_TRUE(kept.ok()) << kept.status();
    for (const Candidate& c : *kept) {
      EXPECT_EQ(c.logit, logits[c.id] / temperature);
    }
  }
}

// The least penalty still tells logits apart, as large as they get.
TEST(SamplerTest, TheLeastPenaltyKeepsTheOrder) {
  for (bool sample : {false, true}) {
    Sampler sampler = MakeSampler(
        {.sample = sample, .repetition_penalty = kRepetitionPenaltyMin}, 3);
    for (int id : {0, 1, 2}) sampler.Observe(id);
    for (int position = 0; position < 20; ++position) {
      EXPECT_EQ(*sampler.Choose({1e5f, 1.0001e5f, 9e4f}, position), 1);
    }
  }
}

// C14: each setting at the ends of its range and beyond.
TEST(SamplingParamsTest, C14ChecksRanges) {
  const SamplingParams kGood[] = {
      {},
      {.temperature = kTemperatureMax},
      {.top_k = 2147483647},
      {.top_p = 1e-30f},
      {.min_p = 1},
      {.repetition_penalty = kRepetitionPenaltyMin},
      {.repetition_penalty = kRepetitionPenaltyMax},
  };
  for (const SamplingParams& params : kGood) {
    EXPECT_TRUE(CheckSamplingParams(params).ok());
  }
  const std::pair<const char*, SamplingParams> kBad[] = {
      {"temperature", {.temperature = 0}},
      {"temperature", {.temperature = -1}},
      {"temperature", {.temperature = kNan}},
      {"temperature", {.temperature = std::nextafter(kTemperatureMax, kInf)}},
      {"top_k", {.top_k = -1}},
      {"top_k", {.top_k = 2147483648}},
      {"top_p", {.top_p = 0}},
      {"top_p", {.top_p = 2}},
      {"top_p", {.top_p = kNan}},
      {"min_p", {.min_p = -0.1f}},
      {"min_p", {.min_p = 1.1f}},
      {"repetition_penalty", {.repetition_penalty = 0}},
      {"repetition_penalty",
       {.repetition_penalty = std::nextafter(kRepetitionPenaltyMin, 0.0f)}},
      {"repetition_penalty", {.repetition_penalty = 1e-38f}},
      {"repetition_penalty", {.repetition_penalty = kInf}},
  };
  for (const auto& [name, params] : kBad) {
    const absl::Status status = CheckSamplingParams(params);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(status.message().find(name), 0u) << status;
  }
}

// The published known answers of Philox4x32-10.
TEST(PhiloxTest, KnownAnswers) {
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c,
                                     0x9b00dbd8}));
  EXPECT_EQ(Philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6,
                                     0x6d5451fd}));
}

}  // namespace
}  // namespace fathom::rt
