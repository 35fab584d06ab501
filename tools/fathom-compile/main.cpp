//===- main.cpp - fathom compile ------------------------------------------===//
//
// Options, signals, exit codes; the work is done in compiler/driver.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/OutputFolder.h"
#include "compiler/driver/Compile.h"
#include "runtime/base/status.h"
#include "tools/exit_codes.h"
#include "tools/fathom-compile/Options.h"
#include "tools/fathom-compile/Progress.h"
#include "llvm/Support/ErrorHandling.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <unistd.h>

namespace {

/// Writes without allocating, and ends.
[[noreturn]] void endAtOnce(const char *line, int code) {
  fathom::removeTemporariesOnSignal();
  fathom::StatusLine::LeaveOnSignal();
  ssize_t ignored = write(STDERR_FILENO, line, std::strlen(line));
  (void)ignored;
  _exit(code);
}

void onSignal(int number) {
  fathom::removeTemporariesOnSignal();
  fathom::StatusLine::LeaveOnSignal();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void onOutOfMemory() {
  endAtOnce("fathom compile: out of memory\n", fathom::kExitMachine);
}

/// LLVM ends where it cannot go on; some of its reasons are the machine's, some
/// the IR's that the user wrote.
void onFatalError(void *options, const char *reason, bool) {
  bool userWrote =
      static_cast<const fathom::CompileOptions *>(options)->from.has_value();
  bool isMachine = false;
  for (const char *word : {"pthread_create", "IO failure", "out of memory"})
    isMachine |= std::strstr(reason, word) != nullptr;
  std::string line = std::string("fathom compile: LLVM failed: ") + reason;
  endAtOnce((line.substr(0, line.find('\n')) + "\n").c_str(),
            isMachine   ? fathom::kExitMachine
            : userWrote ? fathom::kExitInput
                        : fathom::kExitInternal);
}

void prepareForTheWorst(fathom::CompileOptions &options) {
  for (int number : {SIGINT, SIGTERM})
    std::signal(number, onSignal);
  // nohup has it ignored.
  if (std::signal(SIGHUP, onSignal) == SIG_IGN)
    std::signal(SIGHUP, SIG_IGN);
  // Writes then fail, which is seen.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::set_new_handler(onOutOfMemory);
  llvm::install_fatal_error_handler(onFatalError, &options);
  // LLVM allocates past operator new, too.
  llvm::install_bad_alloc_error_handler(
      [](void *, const char *, bool) { onOutOfMemory(); });
}

int fail(const absl::Status &status) {
  std::string line(status.message());
  for (char &c : line)
    if (c == '\n')
      c = ' ';
  std::fprintf(stderr, "fathom compile: %s\n", line.c_str());
  return fathom::rt::ExitCode(status);
}

} // namespace

int main(int argc, char **argv) {
  fathom::CompileOptions options;
  if (auto code = fathom::parseOptions(argc, argv, options))
    return *code;
  prepareForTheWorst(options);
  fathom::ProgressBar bar;
  fathom::CompileReports reports;
  reports.note = [&](const std::string &line) {
    if (options.quiet)
      return;
    bar.clear();
    std::fprintf(stderr, "fathom compile: %s\n", line.c_str());
  };
  reports.warning = [&](const std::string &line) {
    bar.clear();
    std::fprintf(stderr, "fathom compile: warning: %s\n", line.c_str());
  };
  reports.progress = [&](const fathom::PackProgress &progress) {
    if (!options.quiet)
      bar.show(progress);
  };
  absl::Status status = fathom::compile(options, reports);
  bar.clear();
  return status.ok() ? 0 : fail(status);
}
