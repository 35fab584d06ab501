// A conversation as a file: what `/save` writes and `/load` reads, and the
// `messages` of OpenAI's chat completions.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_FILE_H_
#define FATHOM_TOOLS_FATHOM_CHAT_FILE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

// Both ends of what a conversation's file may have.
inline constexpr size_t kChatFileBytesMax = size_t{64} << 20;
inline constexpr size_t kChatMessagesMax = size_t{1} << 16;

struct ChatTurn {
  ChatMessage message;
  std::string thinking;  // of the assistant, before the message
};

struct ChatFile {
  std::string system;           // empty: none
  std::vector<ChatTurn> turns;  // of the user and the assistant
  // Names and values, both as a user of /set writes them.
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> stops;
  // Keys beside the messages that mean nothing to a conversation, as "model".
  std::vector<std::string> unused;
};

std::string WriteChatFile(const ChatFile& file);

// Reads the text of a file that messages call `what`: an object that has
// "messages", or their list. A message has a role ("developer" is "system"),
// content (a text, or a list of parts of type "text") and perhaps thinking, by
// any of its usual names. InvalidArgument for everything that would change the
// conversation and cannot be kept, as tool calls and images.
absl::StatusOr<ChatFile> ReadChatFile(absl::string_view json,
                                      absl::string_view what);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_FILE_H_
