// See chat_session.h.
#include "tools/fathom/chat_session.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "simdjson.h"
#include "tools/fathom/chat_commands.h"

namespace fathom::rt {
namespace {

// What people type who want to leave.
constexpr absl::string_view kLeaving[] = {"exit", "quit", "bye", "exit()",
                                          "quit()"};

int64_t ContextUsed(const Answer& answer) {
  return static_cast<int64_t>(answer.prompt_ids.size() + answer.ids.size());
}

}  // namespace

ChatSession::ChatSession(TextModel* model, ChatSettings settings,
                         ChatPrinter* printer, Hooks hooks)
    : model_(model),
      settings_(std::move(settings)),
      printer_(printer),
      hooks_(std::move(hooks)),
      conversation_(model, hooks_.clock) {}

std::vector<std::string> ChatSession::Complete(absl::string_view text) {
  return ChatCommands::Complete(text);
}

absl::Status ChatSession::Take(const ChatEntry& entry) {
  const std::string& text = entry.text;
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    Note("that is not valid UTF-8");
  } else if (entry.kind == ChatEntry::Kind::kCommand) {
    FATHOM_RETURN_IF_ERROR(ChatCommands(this).Run(text));
  } else if (hooks_.typed &&
             std::find(std::begin(kLeaving), std::end(kLeaving),
                       absl::AsciiStrToLower(text)) != std::end(kLeaving)) {
    Note(absl::StrCat("type /exit to leave, or \"\"\"", text,
                      "\"\"\" to send the word"));
  } else if (entry.kind == ChatEntry::Kind::kMessage) {
    retries_ = 0;
    FATHOM_RETURN_IF_ERROR(Ask(text));
  }
  return printer_->status();
}

absl::StatusOr<std::vector<int32_t>> ChatSession::Encode(
    absl::string_view message, size_t first) const {
  std::vector<ChatMessage> messages;
  if (!system_.empty()) messages.push_back({"system", system_});
  for (size_t i = first; i < turns_.size(); ++i) {
    messages.push_back(turns_[i].message);
  }
  messages.push_back({"user", std::string(message)});
  return model_->EncodeChat(messages);
}

// A turn is a message of the user and what follows it.
std::vector<size_t> ChatSession::TurnStarts() const {
  std::vector<size_t> starts;
  for (size_t i = 0; i < turns_.size(); ++i) {
    if (i == 0 || turns_[i].message.role == "user") starts.push_back(i);
  }
  starts.push_back(turns_.size());
  return starts;
}

// Tries where the last prompt began and the start next to it first: mostly one
// of them is it. A conversation that was loaded can have a million turns.
absl::Status ChatSession::LeaveOutOldest(absl::string_view message,
                                         int64_t most,
                                         std::vector<int32_t>* ids) {
  const std::vector<size_t> starts = TurnStarts();
  size_t low = 0, high = starts.size() - 1;  // it is one of these
  bool has_high = false;                     // `ids` are those from there on
  size_t probe = static_cast<size_t>(
      std::lower_bound(starts.begin(), starts.end(), first_sent_) -
      starts.begin());
  for (int tries = 0; low < high; ++tries) {
    if (tries > 1) probe = low + (high - low) / 2;
    FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> tried,
                            Encode(message, starts[probe]));
    if (static_cast<int64_t>(tried.size()) <= most) {
      high = probe;
      *ids = std::move(tried);
      has_high = true;
      probe = std::max(low + 1, high) - 1;
    } else {
      low = std::min(probe + 1, high);
      probe = low;
    }
  }
  first_sent_ = starts[high];
  if (!has_high) {
    FATHOM_ASSIGN_OR_RETURN(*ids, Encode(message, first_sent_));
  }
  return absl::OkStatus();
}

void ChatSession::SayWhatIsSent(size_t first_before) {
  if (first_sent_ > first_before) {
    Note(absl::StrFormat(
        "the context is full: the oldest %d messages are no longer sent",
        first_sent_));
  } else if (first_sent_ < first_before && first_sent_ > 0) {
    Note(absl::StrFormat(
        "the context has room again: only the oldest %d messages are not sent",
        first_sent_));
  } else if (first_sent_ < first_before) {
    Note("all messages are sent again");
  }
}

absl::StatusOr<std::optional<std::vector<int32_t>>> ChatSession::Prompt(
    absl::string_view message, const AskSettings& settings) {
  const int64_t context = model_->facts().context_tokens;
  int64_t room = 1;
  if (settings_.overflow == Overflow::kDropOldest) {
    room = std::max<int64_t>(context / kAnswerShare, 1);
    if (settings.max_tokens > 0) room = std::min(room, settings.max_tokens);
  }
  const size_t first_before = first_sent_;
  std::vector<int32_t> ids;
  absl::Status status;
  if (settings_.overflow == Overflow::kDropOldest) {
    status = LeaveOutOldest(message, context - room, &ids);
  } else {
    first_sent_ = 0;
    auto all = Encode(message, first_sent_);
    status = all.status();
    if (all.ok()) ids = *std::move(all);
  }
  std::string refused;
  if (absl::IsInvalidArgument(status)) {
    // A template can refuse a conversation, as one that was loaded.
    refused = std::string(status.message());
  } else if (!status.ok()) {
    return status;
  } else if (const auto count = static_cast<int64_t>(ids.size());
             count >= context) {
    refused = absl::StrFormat(
        "the context is full: %d tokens with this message, %d fit%s", count,
        context - 1,
        settings_.overflow == Overflow::kDropOldest || turns_.empty()
            ? "; send a shorter one"
            : "; /reset starts over, or '/set overflow drop-oldest' drops "
              "the oldest messages and /retry sends this one again");
  }
  if (!refused.empty()) {
    first_sent_ = first_before;
    Note(refused);
    return std::nullopt;
  }
  SayWhatIsSent(first_before);
  return ids;
}

absl::Status ChatSession::Ask(std::string message) {
  const TextModelFacts& facts = model_->facts();
  FATHOM_ASSIGN_OR_RETURN(AskSettings settings, settings_.ask.Ask(facts));
  settings.sampling.seed += retries_;
  unanswered_ = message;
  FATHOM_ASSIGN_OR_RETURN(std::optional<std::vector<int32_t>> prompt_ids,
                          Prompt(message, settings));
  if (!prompt_ids.has_value()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(Answer answer, conversation_.Ask(
                                             *std::move(prompt_ids), settings,
                                             [this](const Piece& piece) {
                                               printer_->Show(piece);
                                               return printer_->status().ok();
                                             },
                                             hooks_.interrupted));
  printer_->EndAnswer();
  const bool cut = answer.stop_reason == StopReason::kCancelled;
  // A message without an answer would leave two of the user's in a row.
  if (!cut || !answer.answer.empty()) {
    unanswered_.reset();
    turns_.push_back({{"user", std::move(message)}, ""});
    turns_.push_back({{"assistant", answer.answer}, answer.thinking});
  }
  SayHowItEnded(answer);
  last_answer_ = std::move(answer);
  return absl::OkStatus();
}

void ChatSession::SayHowItEnded(const Answer& answer) {
  const int64_t context = model_->facts().context_tokens;
  switch (answer.stop_reason) {
    case StopReason::kCancelled:
      Note(unanswered_ ? "stopped; /retry asks again" : "stopped");
      break;
    case StopReason::kContext:
      Note(settings_.overflow == Overflow::kDropOldest
               ? "cut: the context is full; the next message drops the oldest"
               : "cut: the context is full; /reset starts over, '/set overflow "
                 "drop-oldest' drops the oldest messages");
      break;
    case StopReason::kLength:
      Note(settings_.ask.max_tokens
               ? std::string(
                     "cut at --max-tokens; '/set max-tokens N' can allow more")
               : absl::StrCat("cut at the model's ",
                              model_->facts().max_tokens >= 0 ? "max_new_tokens"
                                                              : "max_length",
                              "; '/set max-tokens N' can allow more"));
      break;
    default: break;
  }
  if (!shows_figures_) return;
  const double rate = answer.TokensPerSecond();
  printer_->Figures(
      absl::StrCat(rate > 0 ? absl::StrFormat("%.1f tokens/s, ", rate) : "",
                   absl::StrFormat("%d of %d tokens of context",
                                   ContextUsed(answer), context)));
}

std::optional<std::string> ChatSession::TakeLastMessage() {
  if (unanswered_) return std::exchange(unanswered_, std::nullopt);
  while (!turns_.empty()) {
    const ChatMessage last = std::move(turns_.back().message);
    turns_.pop_back();
    if (last.role != "user") continue;
    first_sent_ = std::min(first_sent_, turns_.size());
    return last.content;
  }
  return std::nullopt;
}

void ChatSession::Forget() {
  turns_.clear();
  unanswered_.reset();
  first_sent_ = 0;
  retries_ = 0;
}

}  // namespace fathom::rt
