// See plain_input.h.
#include "tools/fathom/plain_input.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

class PlainInput final : public ChatInput {
 public:
  PlainInput(int input, SignalInbox* signals, Output* prompts)
      : input_(input), signals_(signals), prompts_(prompts) {}

  absl::StatusOr<std::optional<ChatEntry>> Read() override {
    TypedText text;
    Ask("> ");
    for (;;) {
      FATHOM_ASSIGN_OR_RETURN(const Line line, ReadLine());
      if (line.interrupted) {
        text = TypedText();
        Ask("\n> ");
        continue;
      }
      text.Append(TypedText::Typed(line.text));
      const EnterAction action = EnterChatEntry(text);
      if (action != EnterAction::kAccept && !line.last) {
        if (action == EnterAction::kNewLineForLastByte) {
          text.Erase(text.size() - 1, 1);
        }
        text.Append(TypedText::Typed("\n"));
        FATHOM_RETURN_IF_ERROR(CheckSize(text.size()));
        Ask("  ");
        continue;
      }
      ChatEntry entry = ReadChatEntry(text);
      if (entry.kind != ChatEntry::Kind::kNothing) {
        return std::make_optional(std::move(entry));
      }
      if (line.last) {
        Ask("\n");
        return std::optional<ChatEntry>();
      }
      text = TypedText();
      Ask("> ");
    }
  }

  bool Interrupted() override { return signals_->Take(SIGINT); }

 private:
  struct Line {
    std::string text;
    bool last = false;  // the input is over
    bool interrupted = false;
  };

  void Ask(absl::string_view prompt) {
    if (prompts_ != nullptr) prompts_->Write(prompt);
  }

  static absl::Status CheckSize(size_t bytes) {
    if (bytes <= kEntryBytesMax) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrFormat(
        "a message has more than %d bytes, expected at most that many",
        kEntryBytesMax));
  }

  absl::StatusOr<Line> ReadLine() {
    for (;;) {
      // Only bytes that are new can end the line.
      const size_t end = held_.find('\n', searched_);
      if (end != std::string::npos) {
        Line line = {.text = held_.substr(0, end)};
        held_.erase(0, end + 1);
        searched_ = 0;
        if (absl::EndsWith(line.text, "\r")) line.text.pop_back();
        FATHOM_RETURN_IF_ERROR(CheckSize(line.text.size()));
        return line;
      }
      searched_ = held_.size();
      FATHOM_RETURN_IF_ERROR(CheckSize(held_.size()));
      pollfd waits[] = {{signals_->descriptor(), POLLIN, 0},
                        {input_, POLLIN, 0}};
      const bool ready = poll(waits, 2, -1) > 0;
      if (ready && waits[0].revents != 0) signals_->Drain();
      // Before what can be read: see SignalInbox::Pending().
      if (signals_->Take(SIGINT)) {
        held_.clear();
        searched_ = 0;
        return Line{.text = "", .interrupted = true};
      }
      if (!ready || waits[1].revents == 0) continue;
      char buffer[1 << 14];
      const ssize_t bytes = read(input_, buffer, sizeof(buffer));
      if (bytes < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      // A terminal that was hung up.
      if (bytes < 0 && errno != EIO) {
        return absl::ResourceExhaustedError(
            absl::StrCat("cannot read the input: ", strerror(errno)));
      }
      if (bytes <= 0) {
        searched_ = 0;
        return Line{.text = std::exchange(held_, ""), .last = true};
      }
      held_.append(buffer, static_cast<size_t>(bytes));
    }
  }

  int input_;
  SignalInbox* signals_;
  Output* prompts_;
  std::string held_;
  size_t searched_ = 0;
};

}  // namespace

std::unique_ptr<ChatInput> MakePlainInput(int input, SignalInbox* signals,
                                          Output* prompts) {
  return std::make_unique<PlainInput>(input, signals, prompts);
}

}  // namespace fathom::rt
