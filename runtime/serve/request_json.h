// A request as JSON: a prompt or a conversation in OpenAI's format, and the
// settings of its answer.
#ifndef FATHOM_RUNTIME_SERVE_REQUEST_JSON_H_
#define FATHOM_RUNTIME_SERVE_REQUEST_JSON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/ask_settings.h"

namespace fathom::rt {

struct AskRequest {
  std::string where;  // what messages about it begin with; or empty
  // A question in a string, or a conversation: exactly one of them. The
  // conversation is the argument of TextModel::EncodeRequest().
  std::optional<std::string> prompt;
  std::optional<std::string> conversation_json;
  AskOverrides overrides;
  std::string id_json;  // the caller's name of it, as it is written; or empty
  // Keys that are known and change nothing here, as "model" (IsUnusedKey()).
  std::vector<std::string> unused_keys;
};

enum class RequestForm { kAny, kConversation };  // any: a question, too

// Reads one of
//
//   "a question"
//   [{"role": "user", "content": "..."}, ...]
//   {"prompt": "a question", ...}
//   {"messages": [...], "tools": [...], ...}
//
// An object may hold the settings `max_tokens` (or `max_completion_tokens`),
// `temperature`, `top_k`, `top_p`, `min_p`, `repetition_penalty`, `seed`,
// `think_tokens` and `stop` (a string or an array), and an `id` (a string or a
// whole number). A conversation may also hold the arguments of transformers'
// apply_chat_template: `tools`, `documents`, `add_generation_prompt`,
// `continue_final_message`, and `chat_template_kwargs`, an object of variables
// for the template. A null is as if its key were not there. Further keys that
// OpenAI's clients send may be there with the value that asks for what is done
// anyway (IsNeutralKey()), or whatever their value where it changes nothing.
//
// InvalidArgument, which begins with `where`, names what is at fault; any other
// key is. The ranges of real settings are ApplyOverrides()'s to check, what
// messages hold is the template's.
absl::StatusOr<AskRequest> ParseRequest(absl::string_view json,
                                        absl::string_view where,
                                        RequestForm form = RequestForm::kAny);

// For callers who take the settings elsewhere, at `place`: InvalidArgument
// where the request, an object, holds one, or asks for what is not computed.
// Faults of the conversation are left to who renders it.
absl::Status CheckHoldsNoSettings(absl::string_view json,
                                  absl::string_view where,
                                  absl::string_view place);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_REQUEST_JSON_H_
