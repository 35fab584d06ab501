// The `/` commands of `fathom chat`.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_COMMANDS_H_
#define FATHOM_TOOLS_FATHOM_CHAT_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/fathom/chat_session.h"

namespace fathom::rt {

class ChatCommands {
 public:
  explicit ChatCommands(ChatSession* session) : session_(*session) {}

  // Runs a line that begins with '/'. An error ends the session.
  absl::Status Run(absl::string_view line);

  // The names that begin with `text`.
  static std::vector<std::string> Complete(absl::string_view text);

 private:
  struct Command {
    absl::string_view name;
    absl::string_view argument;  // as help calls it; empty: it takes none
    absl::string_view summary;
    absl::Status (ChatCommands::*run)(absl::string_view argument);
  };
  static absl::Span<const Command> Table();
  static const Command* Find(absl::string_view name);

  absl::Status Help(absl::string_view name);
  absl::Status Retry(absl::string_view);
  absl::Status Undo(absl::string_view);
  absl::Status Edit(absl::string_view text);
  absl::Status Reset(absl::string_view);
  absl::Status System(absl::string_view text);
  absl::Status Set(absl::string_view argument);
  absl::Status Think(absl::string_view tokens);
  absl::Status Temperature(absl::string_view value);
  absl::Status Save(absl::string_view path);
  absl::Status SaveOver(absl::string_view path);
  absl::Status Load(absl::string_view path);
  absl::Status Stats(absl::string_view);
  absl::Status Show(absl::string_view what);
  absl::Status Exit(absl::string_view);

  void ListSettings();
  // Sets it, or takes back what was set; says what holds now.
  void Change(absl::string_view name, absl::string_view value);
  void Write(absl::string_view path, bool replace);
  std::string SettingNow(const ChatSetting& setting) const;
  // Whether it is set for sampling, and nothing is sampled.
  bool HasNoEffect(const ChatSetting& setting) const;
  void Say(absl::string_view note) { session_.Note(note); }

  ChatSession& session_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_COMMANDS_H_
