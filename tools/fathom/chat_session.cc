// See chat_session.h.
#include "tools/fathom/chat_session.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/json_string.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "simdjson.h"

namespace fathom::rt {

ChatSession::ChatSession(TextModel* model, AskOptions options, Output* output,
                         bool dim, Conversation::Clock clock,
                         std::function<bool()> interrupted)
    : model_(model),
      options_(std::move(options)),
      output_(output),
      dim_(dim),
      conversation_(model, std::move(clock)),
      interrupted_(std::move(interrupted)) {}

absl::Span<const ChatSession::Command> ChatSession::Commands() {
  static constexpr Command kCommands[] = {
      {"/help", "", "this list", &ChatSession::Help},
      {"/reset", "", "begin anew; the system message stays",
       &ChatSession::Reset},
      {"/system", "TEXT", "set the system message and begin anew",
       &ChatSession::System},
      {"/think", "N", "end thinking after N tokens; without N: no limit",
       &ChatSession::Think},
      {"/temperature", "T", "0 is greedy; without T: the model's",
       &ChatSession::Temperature},
      {"/save", "FILE", "write the conversation to a new file, as JSON",
       &ChatSession::Save},
      {"/exit", "", "leave, as Ctrl-D does", &ChatSession::Exit},
  };
  return kCommands;
}

absl::Status ChatSession::Take(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (!simdjson::validate_utf8(line.data(), line.size())) {
    Note("that is not valid UTF-8");
  } else if (!line.empty() && line[0] == '/') {
    RunCommandLine(line);
  } else if (!line.empty()) {
    FATHOM_RETURN_IF_ERROR(AnswerMessage(line));
  }
  return output_->status();
}

void ChatSession::RunCommandLine(absl::string_view line) {
  const size_t name_bytes = std::min(line.find_first_of(" \t"), line.size());
  const absl::string_view name = line.substr(0, name_bytes);
  for (const Command& command : Commands()) {
    if (command.name == name) {
      (this->*command.run)(
          absl::StripLeadingAsciiWhitespace(line.substr(name_bytes)));
      return;
    }
  }
  Note(absl::StrCat("'", Shown(name), "' is not a command; /help lists them"));
}

void ChatSession::Help(absl::string_view) {
  for (const Command& command : Commands()) {
    output_->Write(absl::StrFormat(
        "%-15s %s\n", absl::StrCat(command.name, " ", command.argument),
        command.summary));
  }
  output_->Write("Ctrl-C ends an answer, Ctrl-D the program.\n");
}

void ChatSession::Reset(absl::string_view) {
  turns_.clear();
  Note("begun anew");
}

void ChatSession::System(absl::string_view text) {
  system_ = std::string(text);
  turns_.clear();
  Note(text.empty() ? "no system message; begun anew"
                    : "system message set; begun anew");
}

bool ChatSession::Change(absl::string_view command,
                         std::optional<std::string> AskOptions::* field,
                         absl::string_view value) {
  AskOptions changed = options_;
  changed.*field =
      value.empty() ? std::optional<std::string>() : std::string(value);
  const absl::Status status = changed.Ask(model_->facts()).status();
  if (!status.ok()) {
    // The message begins with the option's name; the command was typed.
    const absl::string_view message = status.message();
    Note(absl::StrCat(command, message.substr(message.find(' '))));
    return false;
  }
  options_ = std::move(changed);
  return true;
}

void ChatSession::Think(absl::string_view tokens) {
  if (model_->facts().think_close_id < 0) {
    return Note("the model has no token that ends thinking");
  }
  if (Change("/think", &AskOptions::think_tokens, tokens)) {
    Note(tokens.empty() ? std::string("thinks without limit")
                        : absl::StrCat("thinks for ", tokens, " tokens"));
  }
}

void ChatSession::Temperature(absl::string_view value) {
  if (Change("/temperature", &AskOptions::temperature, value)) {
    Note(value.empty() ? std::string("temperature as the model's")
                       : absl::StrCat("temperature ", value));
  }
}

void ChatSession::Exit(absl::string_view) { over_ = true; }

// A file that is there already is kept: it may be anything.
void ChatSession::Save(absl::string_view path) {
  if (path.empty()) return Note("/save needs a file's name");
  const std::string name(path);
  const int file =
      open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    return Note(
        absl::StrCat("cannot write '", Shown(path), "': ", strerror(errno)));
  }
  std::string json = "{\"messages\": [";
  absl::string_view separator = "\n";
  auto add = [&](const ChatMessage& message, absl::string_view thinking) {
    absl::StrAppend(&json, separator, "{\"role\": ", JsonString(message.role));
    if (!thinking.empty()) {
      absl::StrAppend(&json, ", \"thinking\": ", JsonString(thinking));
    }
    absl::StrAppend(&json, ", \"content\": ", JsonString(message.content), "}");
    separator = ",\n";
  };
  if (!system_.empty()) add({"system", system_}, "");
  for (const Turn& turn : turns_) add(turn.message, turn.thinking);
  json += "\n]}\n";
  Output output(file);
  output.Write(json);
  if (close(file) != 0 || !output.status().ok()) {
    return Note(absl::StrCat("cannot write '", Shown(path), "'"));
  }
  Note(absl::StrCat("saved to '", Shown(path), "'"));
}

absl::Status ChatSession::AnswerMessage(absl::string_view text) {
  const TextModelFacts& facts = model_->facts();
  FATHOM_ASSIGN_OR_RETURN(const AskSettings settings, options_.Ask(facts));
  std::vector<ChatMessage> messages;
  if (!system_.empty()) messages.push_back({"system", system_});
  for (const Turn& turn : turns_) messages.push_back(turn.message);
  messages.push_back({"user", std::string(text)});
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> prompt_ids,
                          model_->EncodeChat(messages));
  if (static_cast<int64_t>(prompt_ids.size()) >= facts.context_tokens) {
    Note(
        absl::StrFormat("the context is full: %d tokens with this message, "
                        "%d fit; /reset begins anew",
                        prompt_ids.size(), facts.context_tokens));
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(Answer answer, conversation_.Ask(
                                             std::move(prompt_ids), settings,
                                             [this](const Piece& piece) {
                                               Show(piece);
                                               return output_->status().ok();
                                             },
                                             interrupted_));
  EndDim();
  output_->Write("\n");
  if (answer.stop_reason == StopReason::kCancelled) {
    // A message without an answer would leave two of the user's in a row.
    if (answer.answer.empty()) {
      Note("stopped; the message is forgotten");
      return absl::OkStatus();
    }
    Note("stopped");
  }
  if (answer.stop_reason == StopReason::kContext) {
    Note("the context is full; /reset begins anew");
  }
  if (answer.stop_reason == StopReason::kLength) {
    Note(options_.max_tokens ? "cut at --max-tokens"
                             : "cut at the model's max_new_tokens; "
                               "--max-tokens can allow more");
  }
  turns_.push_back({{"user", std::string(text)}, ""});
  turns_.push_back(
      {{"assistant", std::move(answer.answer)}, std::move(answer.thinking)});
  return absl::OkStatus();
}

void ChatSession::Show(const Piece& piece) {
  const bool dim = dim_ && piece.part != Thinking::Part::kAnswer;
  if (!dim) EndDim();
  if (dim && !dimmed_) {
    output_->Write("\x1b[2m");
    dimmed_ = true;
  }
  // A model must not steer the terminal.
  output_->Write(dim_ ? ForTerminal(piece.text) : piece.text);
}

void ChatSession::EndDim() {
  if (std::exchange(dimmed_, false)) output_->Write("\x1b[22m");
}

void ChatSession::Note(absl::string_view note) {
  output_->Write(absl::StrCat("(", note, ")\n"));
}

}  // namespace fathom::rt
