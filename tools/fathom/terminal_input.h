// Entries that a person edits on a terminal.
#ifndef FATHOM_TOOLS_FATHOM_TERMINAL_INPUT_H_
#define FATHOM_TOOLS_FATHOM_TERMINAL_INPUT_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/fathom/chat_entry.h"
#include "tools/fathom/chat_printer.h"
#include "tools/fathom/output.h"
#include "tools/terminal/edit_view.h"
#include "tools/terminal/keys.h"
#include "tools/terminal/line_editor.h"
#include "tools/terminal/signal_inbox.h"
#include "tools/terminal/terminal.h"

namespace fathom::rt {

// More keys, or bytes of them, are not read before an answer is over; the
// terminal keeps them.
inline constexpr size_t kTypedAheadKeysMax = size_t{1} << 16;
inline constexpr size_t kTypedAheadBytesMax = size_t{64} << 20;

// Everything typed goes through one queue of keys, Ctrl-C among them, so that
// there is no moment in which one could be lost or overtake another:
//   - while a line is edited, Ctrl-C drops what was typed before it;
//   - while an answer runs, keys are kept for the next line. Ctrl-C stops the
//     answer and drops those that were typed before it, as shells do.
// A SIGINT that another process sends counts as typed before all keys that were
// not read yet; it drops no keys that were typed ahead.
class TerminalInput final : public ChatInput {
 public:
  // `complete` as LineEditor has it. All must outlive this; `signals` is to
  // catch SIGINT, SIGTSTP, SIGCONT and SIGWINCH.
  TerminalInput(int input, Terminal* terminal, SignalInbox* signals,
                Output* output, ChatPrinter* printer,
                LineEditor::Completer complete);

  absl::StatusOr<std::optional<ChatEntry>> Read() override;
  bool Interrupted() override;

 private:
  // Waits for keys or a signal, at most `timeout_ms` (-1: forever), and takes
  // the keys that there are. False when there was neither.
  bool Wait(int timeout_ms);
  void TakeKeys();

  // One key; an entry where it ended one.
  std::optional<ChatEntry> Apply(const Key& key);
  void TakeSignals();
  void Interrupt();
  void Suspend();
  void ShowLine();
  // The line stays on the screen, `mark` after it and `note` below.
  void LeaveLine(absl::string_view mark, absl::string_view note);
  void StopDuringAnswer();

  int input_;
  Terminal* terminal_;
  SignalInbox* signals_;
  Output* output_;
  ChatPrinter* printer_;
  LineEditor editor_;
  EditView view_;
  KeyDecoder decoder_;
  std::deque<Key> keys_;
  size_t ahead_bytes_ = 0;
  bool over_ = false;   // the input
  bool ended_ = false;  // by Ctrl-D
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_TERMINAL_INPUT_H_
