// See inspect_command.h.
#include "tools/fathom/inspect_command.h"

#include <unistd.h>

#include <csignal>
#include <limits>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/device/cpu_features.h"
#include "runtime/model/artifact.h"
#include "tools/cli/command_line.h"
#include "tools/cli/terminal_width.h"
#include "tools/fathom/output.h"
#include "tools/fathom/summary_page.h"

namespace fathom::rt {
namespace {

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom inspect: %s\n", status.message());
  return exit_code;
}

// Wide enough for any line: what is not read on a terminal is searched.
constexpr int kUnlimited = std::numeric_limits<int>::max();

struct InspectOptions {
  std::string path;
  bool all = false;
  bool json = false;
};

absl::Status Inspect(const InspectOptions& options) {
  FATHOM_ASSIGN_OR_RETURN(const ArtifactFolder folder,
                          ArtifactFolder::Open(options.path));
  FATHOM_ASSIGN_OR_RETURN(const ManifestFile manifest,
                          ManifestFile::Read(folder));
  Output output(STDOUT_FILENO);
  if (options.json) {
    output.Write(DescribeManifest(*manifest).Json());
  } else if (options.all) {
    output.Write(DescribeManifest(*manifest).Text());
  } else {
    output.Write(
        SummaryPage(*manifest, CpuFeatures::Detect(),
                    TerminalWidth(STDOUT_FILENO).value_or(kUnlimited)));
  }
  return output.status();
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {
      {"Show an artifact at a glance", "fathom inspect r1.fathom"},
      {"List its weights", "fathom inspect r1.fathom --all"},
      {"Read its context length with a program",
       "fathom inspect r1.fathom --json | jq .model.context_tokens"},
  };
  return help;
}

}  // namespace

int InspectCommand(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Shows what the model is, whether this machine runs it, and how much "
      "memory it needs. Only the manifest is read, neither code nor "
      "weights.\n\n"
      "--json writes one object on one line. Its members are the fields of the "
      "manifest, under the names that runtime/schema/manifest.fbs documents "
      "them with; 'tokenizer', 'has_token', 'chat_template' and "
      "'tool_template' are objects of 'bytes' and 'sha256'. New versions of "
      "Fathom may add members but do not rename or remove any as long as "
      "'abi_version' stays the same. The other forms are for people, and may "
      "change.",
      "fathom inspect");
  InspectOptions options;
  app.add_option("NAME.fathom", options.path, "the artifact's folder")
      ->type_name("")
      ->required();
  CLI::Option* all =
      app.add_flag("-a,--all", options.all, "show every field of the manifest");
  app.add_flag("--json", options.json, "write one JSON object with every field")
      ->excludes(all);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) {
    return *code;
  }
  const absl::Status status = Inspect(options);
  if (absl::IsCancelled(status)) return 0;
  return status.ok() ? 0 : Fail(status, ExitCode(status));
}

}  // namespace fathom::rt
