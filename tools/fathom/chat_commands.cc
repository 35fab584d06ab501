// See chat_commands.h.
#include "tools/fathom/chat_commands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "simdjson.h"
#include "tools/cli/nearest.h"
#include "tools/fathom/chat_words.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kSpaces = " \t\n";

struct Split {
  absl::string_view word, rest;
};
Split SplitWord(absl::string_view text) {
  const size_t end = std::min(text.find_first_of(kSpaces), text.size());
  return {text.substr(0, end),
          absl::StripLeadingAsciiWhitespace(text.substr(end))};
}

}  // namespace

absl::Span<const ChatCommands::Command> ChatCommands::Table() {
  static constexpr Command kCommands[] = {
      {"/help", "[COMMAND]", "this list, or one line of it",
       &ChatCommands::Help},
      {"/retry", "",
       "answer the last message again, sampling from the next "
       "seed",
       &ChatCommands::Retry},
      {"/undo", "", "remove the last message and its answer",
       &ChatCommands::Undo},
      {"/edit", "[TEXT]",
       "open an editor on the last message, or on TEXT, and "
       "send that",
       &ChatCommands::Edit},
      {"/reset", "", "start over; the system message stays",
       &ChatCommands::Reset},
      {"/system", "[TEXT]", "show or set the system message; \"\" is none",
       &ChatCommands::System},
      {"/set", "[NAME [VALUE]]",
       "list or change the settings; the value "
       "'default' is the model's",
       &ChatCommands::Set},
      {"/think", "[N]", "end thinking after N tokens; without N: no limit",
       &ChatCommands::Think},
      {"/temperature", "[T]", "0 is greedy; without T: the model's",
       &ChatCommands::Temperature},
      {"/save", "FILE", "write the conversation to a new file, as JSON",
       &ChatCommands::Save},
      {"/save!", "FILE", "the same, also over an older file",
       &ChatCommands::SaveOver},
      {"/load", "FILE",
       "continue a saved conversation, or messages in "
       "OpenAI's format",
       &ChatCommands::Load},
      {"/stats", "", "figures of the last answer", &ChatCommands::Stats},
      {"/show", "[WHAT]", "the model, the system message, the settings",
       &ChatCommands::Show},
      {"/exit", "", "leave, as Ctrl-D does", &ChatCommands::Exit},
  };
  return kCommands;
}

const ChatCommands::Command* ChatCommands::Find(absl::string_view name) {
  name = OurCommand(name);
  for (const Command& command : Table()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<std::string> ChatCommands::Complete(absl::string_view text) {
  std::vector<std::string> found;
  if (!absl::StartsWith(text, "/")) return found;
  constexpr absl::string_view kSet = "/set ";
  for (const Command& command : Table()) {
    if (absl::StartsWith(command.name, text)) found.emplace_back(command.name);
  }
  for (const ChatSetting& setting : AllChatSettings()) {
    const std::string line = absl::StrCat(kSet, setting.name);
    if (absl::StartsWith(text, kSet) && absl::StartsWith(line, text)) {
      found.push_back(line);
    }
  }
  return found;
}

absl::Status ChatCommands::Run(absl::string_view line) {
  const auto [typed, argument] = SplitWord(line);
  const std::string name = absl::AsciiStrToLower(typed);
  if (const Command* command = Find(name)) {
    if (command->argument.empty() && !argument.empty()) {
      Say(absl::StrFormat("%s takes no argument, found '%s'", command->name,
                          Shown(argument)));
      return absl::OkStatus();
    }
    return (this->*command->run)(argument);
  }
  const absl::string_view instead = InsteadOfCommand(name);
  if (!instead.empty()) {
    Say(absl::StrCat(name, " is not a command here: ", instead));
    return absl::OkStatus();
  }
  std::vector<std::string> names = TheirCommands();
  for (const Command& command : Table()) names.emplace_back(command.name);
  const std::string nearest = Nearest(name, names);
  // A path or a comment is more likely a message.
  const bool message = typed.find('/', 1) != typed.npos;
  Say(absl::StrCat(
      "'", Shown(typed), "' is not a command; ",
      nearest.empty() || message
          ? "/help lists them, and '//' sends a message that begins "
            "with '/'"
          : absl::StrCat("did you mean ", nearest, "?")));
  return absl::OkStatus();
}

absl::Status ChatCommands::Help(absl::string_view name) {
  const std::string wanted = name.empty() || absl::StartsWith(name, "/")
                                 ? std::string(name)
                                 : absl::StrCat("/", name);
  const Command* one = wanted.empty() ? nullptr : Find(wanted);
  if (one == nullptr && !wanted.empty()) return Run(wanted);
  std::string lines;
  for (const Command& command : Table()) {
    if (one != nullptr && &command != one) continue;
    absl::StrAppendFormat(&lines, "%-20s %s\n",
                          absl::StrCat(command.name, " ", command.argument),
                          command.summary);
  }
  if (one == nullptr) {
    lines +=
        "\nA line that ends in '\\' continues, \"\"\" opens and closes a "
        "block, "
        "Alt-Enter starts a\nnew line, and '//' sends a message that begins "
        "with "
        "'/'. Ctrl-C stops an answer,\nCtrl-D ends the program.\n";
  }
  session_.printer_->Lines(lines);
  return absl::OkStatus();
}

absl::Status ChatCommands::Retry(absl::string_view) {
  const bool answered = !session_.unanswered_.has_value();
  std::optional<std::string> message = session_.TakeLastMessage();
  if (!message.has_value()) {
    Say("there is no message to answer again");
    return absl::OkStatus();
  }
  if (answered) {
    ++session_.retries_;
    const auto settings = session_.settings_.ask.Ask(session_.model_->facts());
    if (settings.ok() && !settings->sampling.sample) {
      Say("greedy: the answer changes only with the settings; '/set "
          "temperature 0.7' samples");
    }
  }
  return session_.Ask(*std::move(message));
}

absl::Status ChatCommands::Undo(absl::string_view) {
  const std::optional<std::string> message = session_.TakeLastMessage();
  session_.retries_ = 0;
  Say(message.has_value() ? absl::StrCat("removed '", Shown(*message), "'")
                          : std::string("there is no message to remove"));
  return absl::OkStatus();
}

absl::Status ChatCommands::Edit(absl::string_view text) {
  if (session_.hooks_.edit == nullptr) {
    Say("/edit needs a terminal");
    return absl::OkStatus();
  }
  std::string before(text);
  const bool last = text.empty();
  if (last && session_.unanswered_.has_value()) {
    before = *session_.unanswered_;
  } else if (last) {
    const auto& turns = session_.turns_;
    const auto found = std::find_if(
        turns.rbegin(), turns.rend(),
        [](const ChatTurn& turn) { return turn.message.role == "user"; });
    if (found != turns.rend()) before = found->message.content;
  }
  const absl::StatusOr<std::string> edited = session_.hooks_.edit(before);
  if (!edited.ok()) {
    Say(edited.status().message());
  } else if (absl::StripAsciiWhitespace(*edited).empty()) {
    Say("the text is empty; nothing was sent");
  } else if (last && *edited == before) {
    Say("the text is unchanged; /retry sends it again");
  } else if (!simdjson::validate_utf8(edited->data(), edited->size())) {
    Say("the text is not valid UTF-8; nothing was sent");
  } else {
    if (last) session_.TakeLastMessage();
    session_.retries_ = 0;
    session_.printer_->Lines(absl::StrCat("> ", *edited, "\n"));
    return session_.Ask(*edited);
  }
  return absl::OkStatus();
}

absl::Status ChatCommands::Reset(absl::string_view) {
  session_.Forget();
  Say("started over");
  return absl::OkStatus();
}

absl::Status ChatCommands::System(absl::string_view text) {
  if (text.empty()) {
    if (session_.system_.empty()) {
      Say("there is no system message");
    } else {
      session_.printer_->Lines(absl::StrCat(session_.system_, "\n"));
    }
    return absl::OkStatus();
  }
  // Quotes around the whole are not part of it, as in ollama.
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  session_.system_ = std::string(text);
  Say(text.empty() ? "no system message" : "system message set");
  return absl::OkStatus();
}

std::string ChatCommands::SettingNow(const ChatSetting& setting) const {
  const auto now = session_.settings_.ask.Ask(session_.model_->facts());
  return now.ok() ? setting.show(session_.settings_, *now)
                  : std::string(now.status().message());
}

void ChatCommands::ListSettings() {
  std::string lines;
  for (const ChatSetting& setting : AllChatSettings()) {
    absl::StrAppendFormat(&lines, "%-19s %-12s %s\n", setting.name,
                          SettingNow(setting), setting.summary);
  }
  session_.printer_->Lines(lines);
}

absl::Status ChatCommands::Set(absl::string_view argument) {
  auto [word, rest] = SplitWord(argument);
  if (word == "parameter" || word == "param") {
    std::tie(word, rest) =
        std::pair(SplitWord(rest).word, SplitWord(rest).rest);
  }
  if (word.empty()) {
    ListSettings();
    return absl::OkStatus();
  }
  // "name=value" and "name = value" say the same.
  const size_t equals = word.find('=');
  if (equals != word.npos) {
    rest = rest.empty() ? word.substr(equals + 1) : rest;
    word = word.substr(0, equals);
  }
  if (absl::ConsumePrefix(&rest, "=")) {
    rest = absl::StripLeadingAsciiWhitespace(rest);
  }
  // What is a switch in ollama.
  struct Switch {
    absl::string_view name;
    void (*run)(ChatCommands& commands);
  };
  static constexpr Switch kSwitches[] = {
      {"verbose", [](ChatCommands& c) { c.session_.shows_figures_ = true; }},
      {"quiet", [](ChatCommands& c) { c.session_.shows_figures_ = false; }},
      {"wordwrap", [](ChatCommands& c) { c.session_.printer_->SetWrap(true); }},
      {"nowordwrap",
       [](ChatCommands& c) { c.session_.printer_->SetWrap(false); }},
      {"think", [](ChatCommands& c) { c.Change("think-tokens", "default"); }},
      {"nothink", [](ChatCommands& c) { c.Change("think-tokens", "0"); }},
  };
  if (word == "system") return System(rest);
  for (const Switch& entry : kSwitches) {
    if (entry.name != word || !rest.empty()) continue;
    entry.run(*this);
    if (word != "think" && word != "nothink") Say(word);
    return absl::OkStatus();
  }
  Change(word, rest);
  return absl::OkStatus();
}

void ChatCommands::Change(absl::string_view name, absl::string_view value) {
  const ChatSetting* setting = FindChatSetting(name);
  if (setting == nullptr) {
    const absl::string_view instead = InsteadOfSetting(name);
    if (!instead.empty()) {
      return Say(absl::StrCat(name, " is not a setting here: ", instead));
    }
    std::vector<std::string> names;
    for (const ChatSetting& known : AllChatSettings()) {
      names.emplace_back(known.name);
    }
    const std::string nearest = Nearest(name, names);
    return Say(absl::StrCat("'", Shown(name), "' is not a setting; ",
                            nearest.empty()
                                ? "/set lists them"
                                : absl::StrCat("did you mean ", nearest, "?")));
  }
  if (!value.empty()) {
    if (setting->name == "think-tokens" &&
        session_.model_->facts().think_close_id < 0) {
      return Say("the model has no token that ends thinking");
    }
    std::optional<std::string> text;
    if (value != "default") text = std::string(value);
    const absl::Status status = SetChatSetting(
        *setting, text, session_.model_->facts(), &session_.settings_);
    if (!status.ok()) return Say(status.message());
  }
  Say(absl::StrCat(
      setting->name, " ", SettingNow(*setting),
      !value.empty() && HasNoEffect(*setting)
          ? "; without effect while greedy: '/set temperature 0.7' samples"
          : ""));
}

bool ChatCommands::HasNoEffect(const ChatSetting& setting) const {
  const TextModelFacts& facts = session_.model_->facts();
  const AskOptions& ask = session_.settings_.ask;
  const auto overrides = ask.Overrides();
  const auto now = ask.Ask(facts);
  if (!overrides.ok() || !now.ok()) return false;
  for (const IdleSetting& idle :
       SettingsWithoutEffect(*overrides, *now, facts)) {
    if (FindChatSetting(idle.name) == &setting) {
      return idle.for_want_of_sampling;
    }
  }
  return false;
}

absl::Status ChatCommands::Think(absl::string_view tokens) {
  Change("think-tokens", tokens.empty() ? "default" : tokens);
  return absl::OkStatus();
}

absl::Status ChatCommands::Temperature(absl::string_view value) {
  Change("temperature", value.empty() ? "default" : value);
  return absl::OkStatus();
}

absl::Status ChatCommands::Stats(absl::string_view) {
  if (!session_.last_answer_.has_value()) {
    Say("there is no answer yet");
    return absl::OkStatus();
  }
  const Answer& answer = *session_.last_answer_;
  session_.printer_->Lines(absl::StrFormat(
      "prompt    %d tokens, %d of them in the cache; %.2f s, %.1f tokens/s\n"
      "answer    %d tokens; %.2f s, %.1f tokens/s\n"
      "ended by  %s\n"
      "context   %d of %d tokens\n",
      answer.prompt_ids.size(), answer.reused_tokens, answer.prompt_s,
      answer.PromptTokensPerSecond(), answer.ids.size(), answer.decode_s,
      answer.TokensPerSecond(), StopReasonName(answer.stop_reason),
      answer.prompt_ids.size() + answer.ids.size(),
      session_.model_->facts().context_tokens));
  return absl::OkStatus();
}

absl::Status ChatCommands::Show(absl::string_view what) {
  const bool all = what.empty();
  const bool model = all || what == "info" || what == "model";
  const bool system = all || what == "system";
  const bool settings = all || what == "parameters" || what == "settings";
  if (!model && !system && !settings) {
    Say(absl::StrCat("'", Shown(what),
                     "' is not shown here, expected 'model', 'system' or "
                     "'settings'; 'fathom inspect' shows more"));
    return absl::OkStatus();
  }
  if (model) {
    const TextModelFacts& facts = session_.model_->facts();
    session_.printer_->Lines(absl::StrFormat(
        "model               %s\ncontext             %d tokens\n"
        "threads             %d\nlevel               %s\n"
        "weights             %s\nmessages            %d\n",
        Shown(facts.name), facts.context_tokens, facts.thread_count,
        Shown(facts.level), facts.placement, session_.turns_.size()));
  }
  if (system) {
    FATHOM_RETURN_IF_ERROR(System(""));
  }
  if (settings) ListSettings();
  return absl::OkStatus();
}

absl::Status ChatCommands::Exit(absl::string_view) {
  session_.over_ = true;
  return absl::OkStatus();
}

}  // namespace fathom::rt
