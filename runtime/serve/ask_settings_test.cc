#include "runtime/serve/ask_settings.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {
namespace {

TEST(AskSettingsTest, WhatIsNotGivenIsTheModels) {
  TextModelFacts facts;
  facts.sampling = {.sample = true, .temperature = 0.5f, .top_k = 7};
  facts.max_tokens = 9;
  AskSettings settings = DefaultSettings(facts);
  ASSERT_TRUE(ApplyOverrides({}, &settings).ok());
  EXPECT_TRUE(settings.sampling.sample);
  EXPECT_EQ(settings.sampling.temperature, 0.5f);
  EXPECT_EQ(settings.sampling.top_k, 7);
  EXPECT_EQ(settings.max_tokens, 9);
  EXPECT_EQ(settings.think_tokens, -1);
  AskOverrides overrides;
  overrides.top_k = 3;
  overrides.max_tokens = 2;
  overrides.stop_strings = {"a"};
  ASSERT_TRUE(ApplyOverrides(overrides, &settings).ok());
  EXPECT_EQ(settings.sampling.temperature, 0.5f);
  EXPECT_EQ(settings.sampling.top_k, 3);
  EXPECT_EQ(settings.max_tokens, 2);
  EXPECT_EQ(settings.stop_strings.size(), 1u);
}

TEST(AskSettingsTest, ATemperatureOfZeroIsGreedyAnyOtherSamples) {
  auto samples = [](const AskOverrides& overrides) {
    AskSettings settings;
    EXPECT_TRUE(ApplyOverrides(overrides, &settings).ok());
    EXPECT_GT(settings.sampling.temperature, 0);
    return settings.sampling.sample;
  };
  EXPECT_FALSE(samples({}));
  EXPECT_FALSE(samples({.temperature = 0.0f}));
  EXPECT_FALSE(samples({.temperature = 0.0f, .top_p = 0.5f, .top_k = 5}));
  EXPECT_FALSE(samples({.seed = 5}));
  EXPECT_FALSE(samples({.repetition_penalty = 1.5f}));
  EXPECT_TRUE(samples({.temperature = 0.1f}));
  EXPECT_FALSE(samples({.top_p = 0.5f}));
  EXPECT_FALSE(samples({.min_p = 0.5f}));
  EXPECT_FALSE(samples({.top_k = 5}));
  EXPECT_TRUE(samples({.temperature = 1.0f, .top_k = 5}));
}

// The kind of the model's own settings stays as it is.
TEST(AskSettingsTest, OnlyATemperatureChangesWhetherAModelSamples) {
  for (const bool does : {false, true}) {
    AskSettings settings;
    settings.sampling = {.sample = does, .temperature = 0.5f};
    ASSERT_TRUE(
        ApplyOverrides({.top_p = 0.5f, .min_p = 0.1f, .top_k = 5}, &settings)
            .ok());
    EXPECT_EQ(settings.sampling.sample, does);
    EXPECT_EQ(settings.sampling.temperature, 0.5f);
  }
}

TEST(AskSettingsTest, NamesWhatHasNoEffect) {
  const AskOverrides all = {.top_p = 0.5f,
                            .min_p = 0.1f,
                            .repetition_penalty = 1.5f,
                            .top_k = 5,
                            .seed = 3,
                            .max_tokens = 4,
                            .think_tokens = 6};
  using Names = std::vector<absl::string_view>;
  auto names = [](const AskOverrides& overrides, const AskSettings& settings,
                  const TextModelFacts& facts) {
    Names result;
    for (const IdleSetting& idle :
         SettingsWithoutEffect(overrides, settings, facts)) {
      result.push_back(idle.name);
    }
    return result;
  };
  TextModelFacts facts;
  AskSettings settings;
  EXPECT_EQ(names(all, settings, facts),
            Names({"top_k", "top_p", "min_p", "seed", "think_tokens"}));
  EXPECT_EQ(names({}, settings, facts), Names());
  settings.sampling.sample = true;
  facts.think_close_id = 5;
  EXPECT_EQ(names(all, settings, facts), Names());
}

TEST(AskSettingsTest, EachSettingHasItsRange) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::pair<AskOverrides, const char*> kBad[] = {
      {{.temperature = -0.1f}, "temperature is -0.1, expected"},
      {{.temperature = 100.5f}, "temperature is 100.5, expected"},
      {{.temperature = std::numeric_limits<float>::quiet_NaN()},
       "temperature is nan, expected"},
      {{.top_p = 0.0f}, "top_p is 0, expected"},
      {{.top_p = 1.5f}, "top_p is 1.5, expected"},
      {{.min_p = -1.0f}, "min_p is -1, expected"},
      {{.repetition_penalty = inf}, "repetition_penalty is inf, expected"},
      {{.top_k = -1}, "top_k is -1, expected"},
      {{.top_k = int64_t{1} << 31}, "top_k is 2147483648, expected"},
      {{.seed = -1}, "seed is -1, expected"},
      {{.max_tokens = 0}, "max_tokens is 0, expected"},
      {{.think_tokens = -1}, "think_tokens is -1, expected"},
      {{.stop_strings = std::vector<std::string>{""}}, "stop: "},
  };
  for (const auto& [overrides, message] : kBad) {
    AskSettings settings;
    const absl::Status status = ApplyOverrides(overrides, &settings);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << message;
    EXPECT_EQ(std::string(status.message()).find(message), 0u)
        << status.message();
  }
  AskSettings settings;
  EXPECT_TRUE(ApplyOverrides({.temperature = 100.0f,
                              .top_p = 1.0f,
                              .min_p = 1.0f,
                              .top_k = (int64_t{1} << 31) - 1,
                              .seed = std::numeric_limits<int64_t>::max(),
                              .max_tokens = 1,
                              .think_tokens = 0},
                             &settings)
                  .ok());
}

}  // namespace
}  // namespace fathom::rt
