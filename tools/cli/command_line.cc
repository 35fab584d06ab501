// See command_line.h.
#include "tools/cli/command_line.h"

#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "tools/cli/command_line_error.h"
#include "tools/cli/describe.h"
#include "tools/cli/help.h"
#include "tools/cli/print.h"
#include "tools/cli/terminal_width.h"
#include "tools/cli/version.h"

namespace fathom {
namespace {

int Refuse(const CLI::App& app, const std::string& fault) {
  absl::FPrintF(stderr, "%s: %s\n", app.get_name(), fault);
  return kExitCommandLine;
}

}  // namespace

std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                    const char* const* argv,
                                    const VerbHelp& help) {
  app.set_help_flag("-h,--help", "show this help and exit");
  app.set_version_flag("--version", "", "show the version and exit");
  absl::string_view form = argc == 2 ? argv[1] : "";
  if (absl::ConsumePrefix(&form, kDescribeOption)) {
    return PrintToStdout(app.get_name(), Described(PageOf(app, help), form));
  }
  for (auto* find_fault : {OptionTakenApart, SwallowedOption}) {
    const std::string fault = find_fault(app, argc, argv);
    if (!fault.empty()) return Refuse(app, fault);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    // Whatever else there is, as git does: who asks for help may have a command
    // line that needs it.
    return PrintToStdout(app.get_name(),
                         HelpText(PageOf(app, help), HelpWidth()));
  } catch (const CLI::CallForVersion&) {
    if (argc > 2) {
      const int extra = absl::string_view(argv[1]) == "--version" ? 2 : 1;
      return Refuse(app, absl::StrCat("found the extra argument '",
                                      rt::Shown(argv[extra]), "', expected '",
                                      app.get_name(), " --version'"));
    }
    return PrintToStdout(app.get_name(), VersionText(help.version_lines));
  } catch (const CLI::ParseError& error) {
    return Refuse(app, CommandLineError(app, error));
  }
  return std::nullopt;
}

}  // namespace fathom
