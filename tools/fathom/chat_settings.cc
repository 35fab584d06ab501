// See chat_settings.h.
#include "tools/fathom/chat_settings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

using Text = std::optional<std::string>;

std::string Number(double value) { return absl::StrFormat("%.6g", value); }

std::string Whole(int64_t value, int64_t off, absl::string_view when_off) {
  return value == off ? std::string(when_off) : absl::StrCat(value);
}

std::string ShowTemperature(const ChatSettings&, const AskSettings& now) {
  return now.sampling.sample ? Number(now.sampling.temperature) : "0 (greedy)";
}
std::string ShowTopK(const ChatSettings&, const AskSettings& now) {
  return Whole(now.sampling.top_k, 0, "0 (off)");
}
std::string ShowTopP(const ChatSettings&, const AskSettings& now) {
  return now.sampling.top_p == 1 ? "1 (off)" : Number(now.sampling.top_p);
}
std::string ShowMinP(const ChatSettings&, const AskSettings& now) {
  return now.sampling.min_p == 0 ? "0 (off)" : Number(now.sampling.min_p);
}
std::string ShowPenalty(const ChatSettings&, const AskSettings& now) {
  const float penalty = now.sampling.repetition_penalty;
  return penalty == 1 ? "1 (off)" : Number(penalty);
}
std::string ShowSeed(const ChatSettings&, const AskSettings& now) {
  return absl::StrCat(now.sampling.seed);
}
std::string ShowMaxTokens(const ChatSettings&, const AskSettings& now) {
  return Whole(now.max_tokens, -1, "what the context holds");
}
std::string ShowThinkTokens(const ChatSettings&, const AskSettings& now) {
  return Whole(now.think_tokens, -1, "no limit");
}

absl::Status SetStop(ChatSettings& settings, const Text& value) {
  settings.ask.stops.clear();
  if (value.has_value()) settings.ask.stops.push_back(*value);
  return absl::OkStatus();
}
std::string ShowStop(const ChatSettings& settings, const AskSettings&) {
  return settings.ask.stops.empty()
             ? "none"
             : absl::StrJoin(settings.ask.stops, ", ",
                             [](std::string* out, absl::string_view stop) {
                               absl::StrAppend(out, "'", Shown(stop), "'");
                             });
}

absl::Status SetOverflow(ChatSettings& settings, const Text& value) {
  FATHOM_ASSIGN_OR_RETURN(settings.overflow,
                          ParseOverflow("overflow", value.value_or("refuse")));
  return absl::OkStatus();
}
std::string ShowOverflow(const ChatSettings& settings, const AskSettings&) {
  return settings.overflow == Overflow::kRefuse ? "refuse" : "drop-oldest";
}

constexpr ChatSetting kSettings[] = {
    {"temperature", "T", "0 is greedy; any other value samples",
     &AskOptions::temperature, nullptr, ShowTemperature},
    {"top-k", "K", "sample from the K likeliest tokens", &AskOptions::top_k,
     nullptr, ShowTopK},
    {"top-p", "P", "sample from the likeliest that make up the share P",
     &AskOptions::top_p, nullptr, ShowTopP},
    {"min-p", "P", "sample from those at least P times as likely as the first",
     &AskOptions::min_p, nullptr, ShowMinP},
    {"repetition-penalty", "R", "divide the logits of tokens seen before",
     &AskOptions::repetition_penalty, nullptr, ShowPenalty},
    {"seed", "N", "where sampling starts from", &AskOptions::seed, nullptr,
     ShowSeed},
    {"max-tokens", "N", "the longest answer, thinking included",
     &AskOptions::max_tokens, nullptr, ShowMaxTokens},
    {"think-tokens", "N", "end the thinking at the next line break after N",
     &AskOptions::think_tokens, nullptr, ShowThinkTokens},
    {"stop", "TEXT", "end the answer before this text", nullptr, SetStop,
     ShowStop},
    {"overflow", "HOW", "a full context: refuse or drop-oldest", nullptr,
     SetOverflow, ShowOverflow},
};

struct Alias {
  absl::string_view theirs, ours;
};
constexpr Alias kAliases[] = {
    {"temp", "temperature"},
    {"repeat-penalty", "repetition-penalty"},
    {"rep-pen", "repetition-penalty"},
    {"num-predict", "max-tokens"},
    {"n-predict", "max-tokens"},
    {"predict", "max-tokens"},
    {"max-new-tokens", "max-tokens"},
    {"max-completion-tokens", "max-tokens"},
    {"think", "think-tokens"},
    {"thinking-budget", "think-tokens"},
    {"reasoning-budget", "think-tokens"},
    {"stop-sequence", "stop"},
};

}  // namespace

absl::StatusOr<Overflow> ParseOverflow(absl::string_view option,
                                       absl::string_view text) {
  if (text == "refuse") return Overflow::kRefuse;
  if (text == "drop-oldest") return Overflow::kDropOldest;
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s is '%s', expected 'refuse' or 'drop-oldest'", option, Shown(text)));
}

absl::Span<const ChatSetting> AllChatSettings() { return kSettings; }

const ChatSetting* FindChatSetting(absl::string_view name) {
  std::string ours = absl::StrReplaceAll(name, {{"_", "-"}});
  for (const Alias& alias : kAliases) {
    if (alias.theirs == ours) ours = std::string(alias.ours);
  }
  for (const ChatSetting& setting : kSettings) {
    if (setting.name == ours) return &setting;
  }
  return nullptr;
}

absl::Status SetChatSetting(const ChatSetting& setting, const Text& value,
                            const TextModelFacts& facts,
                            ChatSettings* settings) {
  ChatSettings changed = *settings;
  if (setting.field != nullptr) {
    changed.ask.*setting.field = value;
  } else {
    FATHOM_RETURN_IF_ERROR(setting.set(changed, value));
  }
  const absl::Status status = changed.ask.Ask(facts).status();
  if (!status.ok()) {
    // The message begins with the option's name; the setting was typed.
    const absl::string_view message = status.message();
    return absl::InvalidArgumentError(
        absl::StrCat(setting.name, message.substr(message.find(' '))));
  }
  *settings = std::move(changed);
  return absl::OkStatus();
}

}  // namespace fathom::rt
