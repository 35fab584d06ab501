// What a user hands to `fathom chat`: how lines become messages and commands.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_ENTRY_H_
#define FATHOM_TOOLS_FATHOM_CHAT_ENTRY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tools/terminal/line_editor.h"

namespace fathom::rt {

// The most bytes that an entry may have; a longer one could not be saved and
// loaded again.
inline constexpr size_t kEntryBytesMax = kEditedBytesMax;

struct ChatEntry {
  enum class Kind { kNothing, kMessage, kCommand };
  Kind kind = Kind::kNothing;
  std::string text;  // of a command, from its '/' on
};

// Whether Enter at the end of `text` ends the entry. It does not after a line
// that ends in an odd number of typed '\', the last of which is dropped, nor in
// a block that a typed """ has opened, at the beginning of a message or of a
// command's argument, until a line ends in """.
EnterAction EnterChatEntry(const TypedText& text);

// What a finished text is:
//   - a typed '/' begins a command, "//" a message that begins with '/';
//   - a pasted one begins a command only in a text of one line;
//   - """ around a message or an argument are dropped, with the line breaks
//     next to them; what they hold is kept as it is, as is all that was pasted;
//   - of a message typed in one line, spaces at its ends are dropped.
ChatEntry ReadChatEntry(const TypedText& text);

// Where entries come from. Not thread-safe.
class ChatInput {
 public:
  virtual ~ChatInput() = default;

  // Waits for the next entry, which is not empty; nothing when the input is
  // over. Ctrl-C drops what was typed so far, and the wait goes on.
  virtual absl::StatusOr<std::optional<ChatEntry>> Read() = 0;

  // Whether Ctrl-C came since the last entry. Asked between two steps of an
  // answer; does not wait.
  virtual bool Interrupted() = 0;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_ENTRY_H_
