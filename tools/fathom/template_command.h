// `fathom template`: the prompt that a chat template makes of a request.
#ifndef FATHOM_TOOLS_FATHOM_TEMPLATE_COMMAND_H_
#define FATHOM_TOOLS_FATHOM_TEMPLATE_COMMAND_H_

namespace fathom::rt {

// The program; returns its exit code.
int TemplateCommand(int argc, const char* const* argv);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_TEMPLATE_COMMAND_H_
