// A conversation as the user of `fathom chat` has it: messages, `/` commands,
// answers. Knows no terminal; what it writes goes to an Output.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_SESSION_H_
#define FATHOM_TOOLS_FATHOM_CHAT_SESSION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/conversation.h"
#include "runtime/serve/text_model.h"
#include "tools/fathom/ask_options.h"
#include "tools/fathom/output.h"

namespace fathom::rt {

// Not thread-safe.
class ChatSession {
 public:
  // `dim`: thinking is shown dimmed, by the terminal's control sequences.
  ChatSession(TextModel* model, AskOptions options, Output* output, bool dim,
              Conversation::Clock clock, std::function<bool()> interrupted);

  void SetSystem(std::string text) { system_ = std::move(text); }

  // Takes a line: a command, or a message that is answered. What the user did
  // wrong is told in one line of output; an error is one of the model or of
  // the machine, and ends the session.
  absl::Status Take(absl::string_view line);

  bool over() const { return over_; }

 private:
  struct Command {
    absl::string_view name;
    absl::string_view argument;
    absl::string_view summary;
    void (ChatSession::*run)(absl::string_view argument);
  };
  static absl::Span<const Command> Commands();

  void RunCommandLine(absl::string_view line);
  void Help(absl::string_view);
  void Reset(absl::string_view);
  void System(absl::string_view text);
  void Think(absl::string_view tokens);
  void Temperature(absl::string_view value);
  void Save(absl::string_view path);
  void Exit(absl::string_view);

  absl::Status AnswerMessage(absl::string_view text);
  void Show(const Piece& piece);
  void EndDim();
  void Note(absl::string_view note);
  // Keeps the new value if the settings are still in range.
  bool Change(absl::string_view command,
              std::optional<std::string> AskOptions::* field,
              absl::string_view value);

  struct Turn {
    ChatMessage message;
    std::string thinking;
  };

  TextModel* model_;
  AskOptions options_;
  Output* output_;
  bool dim_;
  bool dimmed_ = false;
  Conversation conversation_;
  std::function<bool()> interrupted_;
  std::string system_;
  std::vector<Turn> turns_;
  bool over_ = false;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_SESSION_H_
