// See command_line.h.
#include "tools/fathom/command_line.h"

#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "tools/command_line_error.h"
#include "tools/fathom/output.h"
#include "tools/swallowed_option.h"

namespace fathom::rt {

std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                    const char* const* argv) {
  app.set_help_flag("-h,--help", "this help");
  const std::string swallowed = SwallowedOption(app, argc, argv);
  if (!swallowed.empty()) {
    absl::FPrintF(stderr, "%s: %s\n", app.get_name(), swallowed);
    return kExitCommandLine;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return WriteToStdout(app.get_name(), app.help());
  } catch (const CLI::ParseError& error) {
    absl::FPrintF(stderr, "%s: %s\n", app.get_name(),
                  CommandLineError(app, error));
    return kExitCommandLine;
  }
  return std::nullopt;
}

}  // namespace fathom::rt
