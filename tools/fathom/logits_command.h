// fathom logits: the logits after each of given tokens, in a safetensors file.
#ifndef FATHOM_TOOLS_FATHOM_LOGITS_COMMAND_H_
#define FATHOM_TOOLS_FATHOM_LOGITS_COMMAND_H_

namespace fathom::rt {

// The program; returns its exit code.
int LogitsCommand(int argc, const char* const* argv);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_LOGITS_COMMAND_H_
