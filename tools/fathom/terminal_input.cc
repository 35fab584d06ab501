// See terminal_input.h.
#include "tools/fathom/terminal_input.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kPrompt = "> ";

}  // namespace

TerminalInput::TerminalInput(int input, Terminal* terminal,
                             SignalInbox* signals, Output* output,
                             ChatPrinter* printer,
                             LineEditor::Completer complete)
    : input_(input),
      terminal_(terminal),
      signals_(signals),
      output_(output),
      printer_(printer),
      editor_(EnterChatEntry, std::move(complete)) {}

absl::StatusOr<std::optional<ChatEntry>> TerminalInput::Read() {
  terminal_->Enter(Terminal::Mode::kEditing);
  printer_->Resize(terminal_->size().columns);
  editor_.Reset(/*keep=*/false);
  view_.Forget();
  ahead_bytes_ = 0;
  while (!ended_ && output_->status().ok()) {
    while (!keys_.empty() && !ended_) {
      const Key key = std::move(keys_.front());
      keys_.pop_front();
      if (std::optional<ChatEntry> entry = Apply(key)) return entry;
    }
    if (ended_) break;
    // What is there already is shown at once, not key by key.
    if (!Wait(0)) {
      if (over_) break;
      ShowLine();
      Wait(-1);
    }
    // Before the keys of this wait: a signal that came while poll() or read()
    // was returning was sent before they were typed, by whoever waits for keys
    // to be shown.
    if (signals_->Pending()) TakeSignals();
  }
  output_->Write(view_.Finish());
  if (!output_->status().ok()) return output_->status();
  return std::optional<ChatEntry>();
}

bool TerminalInput::Wait(int timeout_ms) {
  pollfd waits[] = {{signals_->descriptor(), POLLIN, 0},
                    {over_ ? -1 : input_, POLLIN, 0}};
  const int count = poll(waits, 2, timeout_ms);
  if (count > 0 && waits[0].revents != 0) signals_->Drain();
  if (count > 0 && waits[1].revents != 0) TakeKeys();
  return count != 0;
}

void TerminalInput::TakeKeys() {
  char buffer[1 << 14];
  const ssize_t bytes = read(input_, buffer, sizeof(buffer));
  if (bytes > 0) {
    ahead_bytes_ += static_cast<size_t>(bytes);
    decoder_.Push({buffer, static_cast<size_t>(bytes)}, &keys_);
  } else if (bytes == 0 || (errno != EINTR && errno != EAGAIN)) {
    over_ = true;  // the terminal was hung up
  }
}

std::optional<ChatEntry> TerminalInput::Apply(const Key& key) {
  using Outcome = LineEditor::Outcome;
  switch (editor_.Apply(key)) {
    case Outcome::kEdited: break;
    case Outcome::kAccepted: {
      LeaveLine("", "");
      ChatEntry entry = ReadChatEntry(editor_.text());
      editor_.Reset(/*keep=*/true);
      if (entry.kind != ChatEntry::Kind::kNothing) return entry;
      break;
    }
    case Outcome::kInterrupted: Interrupt(); break;
    case Outcome::kEnded:
      ShowLine();
      ended_ = true;
      break;
    case Outcome::kSuspend: Suspend(); break;
    case Outcome::kClearScreen:
      output_->Write("\x1b[H\x1b[2J");
      view_.Forget();
      break;
    case Outcome::kNotUtf8:
      LeaveLine("",
                "that is not valid UTF-8 and was not sent; Ctrl-C drops it");
      break;
    case Outcome::kTooLong:
      LeaveLine("", absl::StrFormat("a message holds at most %d bytes: what "
                                    "was typed or pasted last is "
                                    "left out",
                                    kEntryBytesMax));
      break;
  }
  return std::nullopt;
}

void TerminalInput::Interrupt() {
  const bool empty = editor_.text().empty();
  LeaveLine("^C", empty ? "press Ctrl-D or type /exit to leave" : "");
  editor_.Reset(/*keep=*/false);
}

void TerminalInput::LeaveLine(absl::string_view mark, absl::string_view note) {
  ShowLine();
  output_->Write(view_.Finish(mark));
  if (!note.empty()) printer_->Note(note);
}

void TerminalInput::Suspend() {
  LeaveLine("", "");
  signals_->Without(SIGTSTP, [this] { terminal_->Stop(); });
  signals_->Take(SIGCONT);
  printer_->Resize(terminal_->size().columns);
}

void TerminalInput::TakeSignals() {
  if (signals_->Take(SIGINT)) Interrupt();
  if (signals_->Take(SIGTSTP)) Suspend();
  if (signals_->Take(SIGCONT)) {
    // After SIGSTOP: whoever ran meanwhile has left the cursor at the left.
    terminal_->Resume();
    output_->Write("\r\x1b[J");
    view_.Forget();
  }
  if (signals_->Take(SIGWINCH)) {
    const int columns = terminal_->size().columns;
    output_->Write(view_.Resized(columns, terminal_->rewraps()));
    printer_->Resize(columns);
  }
}

void TerminalInput::ShowLine() {
  const Terminal::Size size = terminal_->size();
  const std::string label = editor_.SearchLabel();
  output_->Write(
      view_.Show(LayOut(label.empty() ? kPrompt : label, editor_.text().text(),
                        editor_.cursor(), size.columns),
                 size.rows));
}

bool TerminalInput::Interrupted() {
  if (signals_->Take(SIGTSTP)) StopDuringAnswer();
  if (signals_->Take(SIGCONT)) {
    terminal_->Resume();
    printer_->ShowRowAgain();
  }
  if (signals_->Take(SIGWINCH)) printer_->Resize(terminal_->size().columns);
  const bool room =
      keys_.size() < kTypedAheadKeysMax && ahead_bytes_ < kTypedAheadBytesMax;
  pollfd wait = {input_, POLLIN, 0};
  // In the background the keys are another's.
  if (!over_ && room && poll(&wait, 1, 0) > 0 && terminal_->InForeground()) {
    TakeKeys();
  }
  bool interrupted = signals_->Take(SIGINT);
  auto last = std::find_if(keys_.rbegin(), keys_.rend(), [](const Key& key) {
    return key.kind == KeyKind::kInterrupt;
  });
  if (last != keys_.rend()) {
    keys_.erase(keys_.begin(), last.base());
    interrupted = true;
  }
  const auto stop = [](const Key& key) {
    return key.kind == KeyKind::kSuspend;
  };
  const auto first = std::remove_if(keys_.begin(), keys_.end(), stop);
  if (first != keys_.end()) {
    keys_.erase(first, keys_.end());
    StopDuringAnswer();
  }
  return interrupted;
}

void TerminalInput::StopDuringAnswer() {
  printer_->LeaveRow();
  signals_->Without(SIGTSTP, [this] { terminal_->Stop(); });
  signals_->Take(SIGCONT);
  printer_->Resize(terminal_->size().columns);
  printer_->ShowRowAgain();
}

}  // namespace fathom::rt
