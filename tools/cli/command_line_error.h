// What is wrong with a command line, on one line.
#ifndef FATHOM_TOOLS_CLI_COMMAND_LINE_ERROR_H_
#define FATHOM_TOOLS_CLI_COMMAND_LINE_ERROR_H_

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace fathom {

// `error` of `app`, in our words. A word that fits nowhere comes first: whoever
// wrote `--promt` has to read that, and not that `--prompt` is missing.
std::string CommandLineError(const CLI::App& app, const CLI::ParseError& error);

// What is wrong with "-ngl" or "-temperature", which the parser would take
// apart into "-n gl" and "-t emperature"; or "". "-n5" is a value like any
// other, and
// "-qa" are two flags.
std::string OptionTakenApart(const CLI::App& app, int argc,
                             const char* const* argv);

// What is wrong with `--prompt --json`, or "". Whoever writes that forgot the
// text; who means it writes `--prompt=--json`. Text that merely begins with a
// dash is a value like any other.
std::string SwallowedOption(const CLI::App& app, int argc,
                            const char* const* argv);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_COMMAND_LINE_ERROR_H_
