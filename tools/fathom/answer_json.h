// Answers as `fathom run` shows them: as JSON, and in words.
#ifndef FATHOM_TOOLS_FATHOM_ANSWER_JSON_H_
#define FATHOM_TOOLS_FATHOM_ANSWER_JSON_H_

#include <cstdint>
#include <string>

#include "runtime/serve/conversation.h"

namespace fathom::rt {

// Why an answer ended, in words: "the context of 4096 tokens is full".
std::string StopMessage(const Answer& answer, int64_t context_tokens);

// The members of a JSON object that tell an answer: its texts, its ids and the
// name of why it ended. With commas between them, without the braces.
std::string AnswerMembers(const Answer& answer);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_ANSWER_JSON_H_
