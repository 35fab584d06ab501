// How many columns a text may have.
#ifndef FATHOM_TOOLS_CLI_TERMINAL_WIDTH_H_
#define FATHOM_TOOLS_CLI_TERMINAL_WIDTH_H_

#include <optional>

namespace fathom {

// Bounds of HelpWidth(): below the first words no longer fit, above the second
// lines are hard to read.
inline constexpr int kHelpWidthMin = 20;
inline constexpr int kHelpWidthMax = 100;

// The columns of the terminal at `descriptor` as it is now; nothing where that
// is no terminal, or one that does not know.
std::optional<int> TerminalWidth(int descriptor);

// The columns of a help text on standard output: what COLUMNS says, else the
// terminal, else 80; within the bounds above.
int HelpWidth();

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_TERMINAL_WIDTH_H_
