// See bench_command.h.
#include "tools/fathom/bench_command.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "tools/cli/command_line.h"
#include "tools/cli/status_line.h"
#include "tools/fathom/ask_options.h"
#include "tools/fathom/bench_beside.h"
#include "tools/fathom/bench_figures.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom bench: %s\n", status.message());
  return exit_code;
}

constexpr int64_t kBusyProcessesMax = 1024;

struct BenchOptions {
  std::string path;
  std::optional<std::string> prompt_tokens, decode_tokens, threads, placement,
      level, beside;
  bool json = false;

  void AddTo(CLI::App& app) {
    AddArtifact(app, path);
    app.add_option("--prompt-tokens", prompt_tokens, "the length of a prompt")
        ->type_name("N")
        ->default_str("512");
    app.add_option("--decode-tokens", decode_tokens,
                   "the number of tokens generated after it")
        ->type_name("N")
        ->default_str("64");
    app.add_option("--beside", beside,
                   "instead, compare threads that adapt with fixed numbers of "
                   "threads while N other processes are busy")
        ->type_name("N");
    app.add_flag("--json", json, "write one JSON object");
    AddMachineOptions(app, threads, placement, level);
  }

  absl::StatusOr<BenchSettings> Read() const {
    AskOptions shared;
    shared.path = path;
    shared.threads = threads;
    shared.placement = placement;
    shared.level = level;
    BenchSettings settings;
    FATHOM_ASSIGN_OR_RETURN(settings.load, shared.Load());
    const int64_t most = std::numeric_limits<int32_t>::max();
    FATHOM_ASSIGN_OR_RETURN(
        settings.prompt_tokens,
        ParseWhole("--prompt-tokens", prompt_tokens.value_or("512"), 1, most));
    FATHOM_ASSIGN_OR_RETURN(
        settings.decode_tokens,
        ParseWhole("--decode-tokens", decode_tokens.value_or("64"), 1, most));
    if (beside.has_value()) {
      FATHOM_ASSIGN_OR_RETURN(
          settings.busy_processes,
          ParseWhole("--beside", *beside, 0, kBusyProcessesMax));
    }
    settings.load.thread_policy = ThreadPolicy::kFixed;
    return settings;
  }
};

VerbHelp Help() {
  VerbHelp help;
  help.examples = {
      {"Measure a short prompt and few tokens",
       "fathom bench r1.fathom --prompt-tokens 64 --decode-tokens 32"},
      {"Measure one thread, for a program to read",
       "fathom bench r1.fathom --threads 1 --json"},
  };
  return help;
}

}  // namespace

int BenchCommand(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Processes prompts and generates tokens. Each sample lies between two "
      "measurements of the machine's limits, which probes in the artifact "
      "take. Rates and fractions are medians of 20 samples.",
      "fathom bench");
  BenchOptions options;
  options.AddTo(app);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const auto settings = options.Read();
  if (!settings.ok()) return Fail(settings.status(), kExitCommandLine);
  // Before any thread is started or pinned, which children would inherit.
  auto busy =
      BusyProcesses::Create(std::max<int64_t>(0, settings->busy_processes));
  if (!busy.ok()) return Fail(busy.status(), ExitCode(busy.status()));
  auto loaded = LoadArtifact(settings->load);
  if (!loaded.ok()) return Fail(loaded.status(), ExitCode(loaded.status()));
  const absl::Status fits =
      CheckFits(*settings, *loaded->artifact->manifest().model());
  if (!fits.ok()) return Fail(fits, kExitCommandLine);
  // Each turn has its own pool; this one would keep its cores pinned.
  if (settings->busy_processes >= 0) loaded->pool.reset();
  StatusLine status("fathom bench: ", WithoutTerminal::kNothing);
  const BenchProgress progress = [&](absl::string_view what, int64_t sample,
                                     int64_t count) {
    status.Show(
        [&](int columns) {
          return absl::StrFormat("measuring %s: %d of %d", what, sample, count)
              .substr(0, static_cast<size_t>(columns));
        },
        /*now=*/true);
  };
  const absl::StatusOr<Outline> figures =
      settings->busy_processes >= 0
          ? BenchBeside(*settings, *loaded->artifact, *busy, progress)
          : Bench(*settings, *loaded, progress);
  status.Clear();
  if (!figures.ok()) return Fail(figures.status(), ExitCode(figures.status()));
  Output output(STDOUT_FILENO);
  output.Write(options.json ? figures->Json() : figures->Text());
  if (absl::IsCancelled(output.status())) return 0;
  return output.status().ok()
             ? 0
             : Fail(output.status(), ExitCode(output.status()));
}

}  // namespace fathom::rt
