// See ask_options.h.
#include "tools/fathom/ask_options.h"

#include <cmath>
#include <limits>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();

// ApplyOverrides() speaks of `top_p`, the user wrote `--top-p`.
absl::Status NamedAsOption(const absl::Status& status) {
  std::string message(status.message());
  const size_t name_bytes = message.find(' ');
  for (size_t i = 0; i < name_bytes && i < message.size(); ++i) {
    if (message[i] == '_') message[i] = '-';
  }
  return absl::InvalidArgumentError(absl::StrCat("--", message));
}

absl::Status Parse(absl::string_view option,
                   const std::optional<std::string>& text,
                   std::optional<float>* value) {
  if (!text.has_value()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(*value, ParseNumber(option, *text));
  return absl::OkStatus();
}

absl::Status Parse(absl::string_view option,
                   const std::optional<std::string>& text, int64_t min,
                   int64_t max, std::optional<int64_t>* value) {
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

void AskOptions::AddSettingsTo(CLI::App& app) {
  constexpr char kOutput[] = "Output", kSampling[] = "Sampling";
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
  std::optional<int64_t> thread_count;
  FATHOM_RETURN_IF_ERROR(
      Parse("--threads", threads, 1, kThreadsMax, &thread_count));
  load.thread_count = static_cast<int32_t>(thread_count.value_or(0));
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

absl::StatusOr<AskOverrides> AskOptions::Overrides() const {
  AskOverrides overrides;
  FATHOM_RETURN_IF_ERROR(
      Parse("--temperature", temperature, &overrides.temperature));
  FATHOM_RETURN_IF_ERROR(
      Parse("--top-k", top_k, 0, kInt32Max, &overrides.top_k));
  FATHOM_RETURN_IF_ERROR(Parse("--top-p", top_p, &overrides.top_p));
  FATHOM_RETURN_IF_ERROR(Parse("--min-p", min_p, &overrides.min_p));
  FATHOM_RETURN_IF_ERROR(Parse("--repetition-penalty", repetition_penalty,
                               &overrides.repetition_penalty));
  FATHOM_RETURN_IF_ERROR(Parse(
      "--seed", seed, 0, std::numeric_limits<int64_t>::max(), &overrides.seed));
  FATHOM_RETURN_IF_ERROR(
      Parse("--max-tokens", max_tokens, 1, kInt32Max, &overrides.max_tokens));
  FATHOM_RETURN_IF_ERROR(Parse("--think-tokens", think_tokens, 0, kInt32Max,
                               &overrides.think_tokens));
  overrides.stop_strings = stops;
  return overrides;
}

absl::StatusOr<AskSettings> AskOptions::Ask(const TextModelFacts& facts) const {
  FATHOM_ASSIGN_OR_RETURN(const AskOverrides overrides, Overrides());
  AskSettings settings = DefaultSettings(facts);
  const absl::Status applied = ApplyOverrides(overrides, &settings);
  if (!applied.ok()) return NamedAsOption(applied);
  return settings;
}

std::string AskOptions::TooManyThreads(const TextModelFacts& facts) const {
  int64_t asked = 0;
  if (!threads.has_value() || !absl::SimpleAtoi(*threads, &asked) ||
      asked <= facts.thread_count || facts.thread_count == 0) {
    return "";
  }
  return absl::StrFormat(
      "--threads is %d, but only %d can run at the same time here: using %d",
      asked, facts.thread_count, facts.thread_count);
}

std::vector<std::string> AskOptions::WithoutEffect(
    const AskSettings& settings, const TextModelFacts& facts) const {
  const absl::StatusOr<AskOverrides> overrides = Overrides();
  std::vector<std::string> warnings;
  if (!overrides.ok()) return warnings;
  for (const IdleSetting& idle :
       SettingsWithoutEffect(*overrides, settings, facts)) {
    warnings.push_back(
        absl::StrCat("--", absl::StrReplaceAll(idle.name, {{"_", "-"}}),
                     " has no effect: ", idle.why));
    if (!idle.for_want_of_sampling) continue;
    absl::StrAppend(&warnings.back(),
                    temperature.has_value()
                        ? ", as --temperature is 0"
                        : ", as the model says; --temperature T samples");
  }
  return warnings;
}

}  // namespace fathom::rt
