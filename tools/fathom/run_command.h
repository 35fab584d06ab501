// `fathom run`: asks a model a question, answers a conversation, or answers
// many prompts.
#ifndef FATHOM_TOOLS_FATHOM_RUN_COMMAND_H_
#define FATHOM_TOOLS_FATHOM_RUN_COMMAND_H_

#include "runtime/serve/text_model.h"

namespace fathom::rt {

// The program but for how an artifact is loaded; returns its exit code. Catches
// SIGINT and SIGTERM while the model answers: the answer ends there, its
// figures are shown, and the exit code is 130 or 143.
int RunCommand(int argc, const char* const* argv,
               const TextModelLoader& loader);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_RUN_COMMAND_H_
