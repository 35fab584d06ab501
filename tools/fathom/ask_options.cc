// See ask_options.h.
#include "tools/fathom/ask_options.h"

#include <cmath>
#include <limits>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();

// CheckSamplingParams() speaks of `top_p`, the user wrote `--top-p`.
absl::Status NamedAsOption(const absl::Status& status) {
  std::string message(status.message());
  const size_t name_bytes = message.find(' ');
  for (size_t i = 0; i < name_bytes && i < message.size(); ++i) {
    if (message[i] == '_') message[i] = '-';
  }
  return absl::InvalidArgumentError(absl::StrCat("--", message));
}

absl::Status Override(absl::string_view option,
                      const std::optional<std::string>& text, float* value) {
  if (!text.has_value()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(*value, ParseNumber(option, *text));
  return absl::OkStatus();
}

absl::Status Override(absl::string_view option,
                      const std::optional<std::string>& text, int64_t min,
                      int64_t max, int64_t* value) {
  if (!text.has_value()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(*value, ParseWhole(option, *text, min, max));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> ParseWhole(absl::string_view option,
                                   absl::string_view text, int64_t min,
                                   int64_t max) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < min || value > max) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is '%s', expected a whole number from %d to %d",
                        option, Shown(text), min, max));
  }
  return value;
}

absl::StatusOr<float> ParseNumber(absl::string_view option,
                                  absl::string_view text) {
  float value = 0;
  if (!absl::SimpleAtof(text, &value) || std::isnan(value)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is '%s', expected a number", option, Shown(text)));
  }
  return value;
}

void AddArtifact(CLI::App& app, std::string& path) {
  app.add_option("NAME.fathom", path, "the artifact's folder")
      ->type_name("")
      ->required();
}

void AddMachineOptions(CLI::App& app, std::optional<std::string>& threads,
                       std::optional<std::string>& placement,
                       std::optional<std::string>& level) {
  constexpr char kGroup[] = "Machine";
  app.add_option("-t,--threads", threads, "compute with N threads")
      ->type_name("N")
      ->default_str("one a core")
      ->group(kGroup);
  app.add_option("--placement", placement,
                 "where the weights lie: mapped from the file, copied to huge "
                 "pages, or what suits their size (auto, mapped or huge)")
      ->type_name("WHERE")
      ->default_str("auto")
      ->group(kGroup);
  app.add_option("--level", level,
                 "the CPU level to use: avx2, avx512 or avx512-bf16")
      ->type_name("LEVEL")
      ->default_str("the best that the artifact has and this machine runs")
      ->group(kGroup);
}

void AskOptions::AddTo(CLI::App& app) {
  constexpr char kOutput[] = "Output", kSampling[] = "Sampling";
  AddArtifact(app, path);
  app.add_option("-n,--max-tokens", max_tokens, "end the output after N tokens")
      ->type_name("N")
      ->default_str("the model's max_new_tokens, else what the context holds")
      ->group(kOutput);
  app.add_option("--think-tokens", think_tokens,
                 "end the thinking at the first line break after N tokens")
      ->type_name("N")
      ->group(kOutput);
  app.add_option("--stop", stops,
                 "end the answer before this text; may be repeated")
      ->allow_extra_args(false)
      ->option_text("TEXT")
      ->group(kOutput);
  app.add_option("--temperature", temperature,
                 "0 is greedy, any other value samples")
      ->type_name("T")
      ->group(kSampling);
  app.add_option("--top-k", top_k,
                 "sample from the K most likely tokens; 0 is off")
      ->type_name("K")
      ->group(kSampling);
  app.add_option("--top-p", top_p,
                 "sample from the most likely tokens that together have "
                 "probability P")
      ->type_name("P")
      ->group(kSampling);
  app.add_option("--min-p", min_p,
                 "sample from the tokens at least P times as likely as the "
                 "most likely one")
      ->type_name("P")
      ->group(kSampling);
  app.add_option("--repetition-penalty", repetition_penalty,
                 "divide the logits of tokens seen before by R; 1 is off")
      ->type_name("R")
      ->group(kSampling);
  app.add_option("--seed", seed,
                 "the seed of the random numbers; the same seed draws the same "
                 "tokens")
      ->type_name("N")
      ->default_str("0")
      ->group(kSampling);
  AddMachineOptions(app, threads, placement, level);
}

absl::StatusOr<LoadOptions> AskOptions::Load() const {
  LoadOptions load;
  load.path = path;
  int64_t thread_count = 0;
  FATHOM_RETURN_IF_ERROR(
      Override("--threads", threads, 1, kThreadsMax, &thread_count));
  load.thread_count = static_cast<int32_t>(thread_count);
  load.placement = placement.value_or("auto");
  if (load.placement != "auto" && load.placement != "mapped" &&
      load.placement != "huge") {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--placement is '%s', expected 'auto', 'mapped' or 'huge'",
        Shown(load.placement)));
  }
  load.level = level.value_or("");
  return load;
}

absl::StatusOr<AskSettings> AskOptions::Ask(const TextModelFacts& facts) const {
  AskSettings settings;
  settings.stop_strings = stops;
  SamplingParams& sampling = settings.sampling;
  sampling = facts.sampling;
  settings.max_tokens = facts.max_tokens;
  FATHOM_RETURN_IF_ERROR(
      Override("--temperature", temperature, &sampling.temperature));
  FATHOM_RETURN_IF_ERROR(
      Override("--top-k", top_k, 0, kInt32Max, &sampling.top_k));
  FATHOM_RETURN_IF_ERROR(Override("--top-p", top_p, &sampling.top_p));
  FATHOM_RETURN_IF_ERROR(Override("--min-p", min_p, &sampling.min_p));
  FATHOM_RETURN_IF_ERROR(Override("--repetition-penalty", repetition_penalty,
                                  &sampling.repetition_penalty));
  int64_t seed_value = 0;
  FATHOM_RETURN_IF_ERROR(Override(
      "--seed", seed, 0, std::numeric_limits<int64_t>::max(), &seed_value));
  sampling.seed = static_cast<uint64_t>(seed_value);
  FATHOM_RETURN_IF_ERROR(
      Override("--max-tokens", max_tokens, 1, kInt32Max, &settings.max_tokens));
  FATHOM_RETURN_IF_ERROR(Override("--think-tokens", think_tokens, 0, kInt32Max,
                                  &settings.think_tokens));
  if (temperature || top_k || top_p || min_p) sampling.sample = true;
  if (temperature &&
      !(sampling.temperature >= 0 && sampling.temperature <= kTemperatureMax)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--temperature is %g, expected a number from 0 to %g",
                        sampling.temperature, kTemperatureMax));
  }
  if (temperature && sampling.temperature == 0) {
    sampling.sample = false;
    sampling.temperature = 1;
  }
  const absl::Status in_range = CheckSamplingParams(sampling);
  if (!in_range.ok()) return NamedAsOption(in_range);
  const absl::Status stops_fit = CheckStopStrings(stops);
  if (!stops_fit.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--stop: ", stops_fit.message()));
  }
  return settings;
}

}  // namespace fathom::rt
