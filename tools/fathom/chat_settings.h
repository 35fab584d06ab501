// What `/set` changes, by the names that users know.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_SETTINGS_H_
#define FATHOM_TOOLS_FATHOM_CHAT_SETTINGS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/serve/text_model.h"
#include "tools/fathom/ask_options.h"

namespace fathom::rt {

// What happens to a message that the context has no room for.
enum class Overflow {
  kRefuse,
  kDropOldest,  // the oldest turns are no longer sent
};

// "refuse" or "drop-oldest"; InvalidArgument that begins with `option`.
absl::StatusOr<Overflow> ParseOverflow(absl::string_view option,
                                       absl::string_view text);

struct ChatSettings {
  AskOptions ask;
  Overflow overflow = Overflow::kRefuse;
};

struct ChatSetting {
  absl::string_view name;
  absl::string_view value;  // as help calls it
  absl::string_view summary;
  // The field that holds it as text; null where the two functions below do.
  std::optional<std::string> AskOptions::* field;
  // Takes a value, or takes back what was set.
  absl::Status (*set)(ChatSettings& settings,
                      const std::optional<std::string>& value);
  // What holds now, in words.
  std::string (*show)(const ChatSettings& settings, const AskSettings& now);
};

absl::Span<const ChatSetting> AllChatSettings();

// The setting of that name; '_' is as good as '-', and the names that ollama,
// llama.cpp and transformers use are known. Null where there is none.
const ChatSetting* FindChatSetting(absl::string_view name);

// Sets it, or takes back what was set. InvalidArgument that begins with the
// setting's name when the value is out of range; nothing is changed then.
absl::Status SetChatSetting(const ChatSetting& setting,
                            const std::optional<std::string>& value,
                            const TextModelFacts& facts,
                            ChatSettings* settings);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_SETTINGS_H_
