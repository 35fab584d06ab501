// See answer_json.h.
#include "tools/fathom/answer_json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json_string.h"

namespace fathom::rt {

std::string StopMessage(const Answer& answer, int64_t context_tokens) {
  switch (answer.stop_reason) {
    case StopReason::kNone: return "not ended";
    case StopReason::kEos: return "the model ended it";
    case StopReason::kStop: return "a stop string was found";
    case StopReason::kLength:
      return absl::StrFormat("the limit of %d tokens is reached",
                             answer.ids.size());
    case StopReason::kContext:
      return absl::StrFormat("the context of %d tokens is full",
                             context_tokens);
    case StopReason::kCancelled: return "interrupted";
  }
  return "not ended";
}

std::string AnswerMembers(const Answer& answer) {
  return absl::StrCat("\"thinking\": ", JsonString(answer.thinking),
                      ", \"answer\": ", JsonString(answer.answer),
                      ", \"prompt_ids\": [",
                      absl::StrJoin(answer.prompt_ids, ", "), "], \"ids\": [",
                      absl::StrJoin(answer.ids, ", "), "], \"stop_reason\": \"",
                      StopReasonName(answer.stop_reason), "\"");
}

}  // namespace fathom::rt
