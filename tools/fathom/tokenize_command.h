// `fathom tokenize`: the token ids of a text, or the text of ids.
#ifndef FATHOM_TOOLS_FATHOM_TOKENIZE_COMMAND_H_
#define FATHOM_TOOLS_FATHOM_TOKENIZE_COMMAND_H_

namespace fathom::rt {

// The program; returns its exit code.
int TokenizeCommand(int argc, const char* const* argv);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_TOKENIZE_COMMAND_H_
