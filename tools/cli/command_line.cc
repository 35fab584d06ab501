// See command_line.h.
#include "tools/cli/command_line.h"

#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "tools/cli/command_line_error.h"
#include "tools/cli/describe.h"
#include "tools/cli/help.h"
#include "tools/cli/print.h"
#include "tools/cli/terminal_width.h"
#include "tools/cli/version.h"

namespace fathom {

std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                    const char* const* argv,
                                    const VerbHelp& help) {
  app.set_help_flag("-h,--help", "show this help and exit");
  app.set_version_flag("--version", "", "show the version and exit");
  absl::string_view form = argc == 2 ? argv[1] : "";
  if (absl::ConsumePrefix(&form, kDescribeOption)) {
    return PrintToStdout(app.get_name(), Described(PageOf(app, help), form));
  }
  const std::string swallowed = SwallowedOption(app, argc, argv);
  if (!swallowed.empty()) {
    absl::FPrintF(stderr, "%s: %s\n", app.get_name(), swallowed);
    return kExitCommandLine;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return PrintToStdout(app.get_name(),
                         HelpText(PageOf(app, help), HelpWidth()));
  } catch (const CLI::CallForVersion&) {
    return PrintToStdout(app.get_name(), VersionText(help.version_lines));
  } catch (const CLI::ParseError& error) {
    absl::FPrintF(stderr, "%s: %s\n", app.get_name(),
                  CommandLineError(app, error));
    return kExitCommandLine;
  }
  return std::nullopt;
}

}  // namespace fathom
