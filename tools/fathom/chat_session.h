// A conversation as the user of `fathom chat` has it: messages, `/` commands,
// answers. Knows no terminal; what it writes goes to a ChatPrinter.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_SESSION_H_
#define FATHOM_TOOLS_FATHOM_CHAT_SESSION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/conversation.h"
#include "runtime/serve/text_model.h"
#include "tools/fathom/chat_entry.h"
#include "tools/fathom/chat_file.h"
#include "tools/fathom/chat_printer.h"
#include "tools/fathom/chat_settings.h"

namespace fathom::rt {

// With Overflow::kDropOldest turns are left out until this share of the context
// is free for the answer, so that not every message computes all again.
inline constexpr int64_t kAnswerShare = 4;

// Not thread-safe.
class ChatSession {
 public:
  // What a session needs of the world around it.
  struct Hooks {
    Conversation::Clock clock;
    std::function<bool()> interrupted;
    // Whether a person types the entries: "exit" is hardly a message then.
    bool typed = false;
    // Opens a text in the user's editor; null where there is none to open.
    std::function<absl::StatusOr<std::string>(absl::string_view)> edit;
  };

  ChatSession(TextModel* model, ChatSettings settings, ChatPrinter* printer,
              Hooks hooks);

  void SetSystem(std::string text) { system_ = std::move(text); }

  // Answers a message or runs a command. What the user did wrong is told in one
  // line of output; an error is one of the model or of the machine, and ends
  // the session.
  absl::Status Take(const ChatEntry& entry);

  bool over() const { return over_; }

  // The commands that begin with `text`, for a completion by the Tab key.
  static std::vector<std::string> Complete(absl::string_view text);

 private:
  friend class ChatCommands;

  // Asks for the answer to `message`, which becomes a turn with it.
  absl::Status Ask(std::string message);
  // The ids of the conversation and `message`; nothing where they do not fit,
  // which is said.
  absl::StatusOr<std::optional<std::vector<int32_t>>> Prompt(
      absl::string_view message, const AskSettings& settings);
  // The ids of the messages from `first` on and of `message`.
  absl::StatusOr<std::vector<int32_t>> Encode(absl::string_view message,
                                              size_t first) const;
  // Sets first_sent_ so that no more of the oldest turns are left out than
  // needed for a prompt of at most `most` ids, and `ids` to that prompt, which
  // is longer where even `message` alone is.
  absl::Status LeaveOutOldest(absl::string_view message, int64_t most,
                              std::vector<int32_t>* ids);
  // Where a conversation can be cut, the end included; ascending.
  std::vector<size_t> TurnStarts() const;
  void SayWhatIsSent(size_t first_before);
  void SayHowItEnded(const Answer& answer);
  // Takes the last message of the user out of the conversation, with what
  // follows it; nothing where there is none.
  std::optional<std::string> TakeLastMessage();
  void Forget();
  void Note(absl::string_view note) { printer_->Note(note); }

  TextModel* model_;
  ChatSettings settings_;
  ChatPrinter* printer_;
  Hooks hooks_;
  Conversation conversation_;
  std::string system_;
  std::vector<ChatTurn> turns_;
  // Of the last prompt: those before it were not sent, as the context had no
  // room for them. Each prompt decides again.
  size_t first_sent_ = 0;
  // The last message, where it has no answer.
  std::optional<std::string> unanswered_;
  // How often the last message was answered again.
  uint64_t retries_ = 0;
  std::optional<Answer> last_answer_;
  bool shows_figures_ = true;
  bool over_ = false;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_SESSION_H_
