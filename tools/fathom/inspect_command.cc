// See inspect_command.h.
#include "tools/fathom/inspect_command.h"

#include <unistd.h>

#include <csignal>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/model/artifact.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom inspect: %s\n", status.message());
  return exit_code;
}

absl::Status Inspect(const std::string& path, bool json) {
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFolder folder,
                          ArtifactFolder::Open(path));
  FATHOM_ASSIGN_OR_RETURN(const ManifestFile manifest,
                          ManifestFile::Read(folder));
  const Outline outline = DescribeManifest(*manifest);
  Output output(STDOUT_FILENO);
  output.Write(json ? outline.Json() : outline.Text());
  return output.status();
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {{"Show an artifact", "fathom inspect r1.fathom"}};
  return help;
}

}  // namespace

int InspectCommand(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Shows what an artifact's manifest holds. Neither its code nor its "
      "weights are read.",
      "fathom inspect");
  std::string path;
  bool json = false;
  app.add_option("NAME.fathom", path, "the artifact's folder")
      ->type_name("")
      ->required();
  app.add_flag("--json", json, "write one JSON object");
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status status = Inspect(path, json);
  if (absl::IsCancelled(status)) return 0;
  return status.ok() ? 0 : Fail(status, ExitCode(status));
}

}  // namespace fathom::rt
