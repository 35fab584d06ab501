// See bench_beside.h.
#include "tools/fathom/bench_beside.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/device/usable_cpus.h"
#include "runtime/model/session.h"
#include "tools/fathom/bench_probes.h"
#include "tools/fathom/bench_samples.h"
#include "tools/fathom/bench_subject.h"

namespace fathom::rt {
namespace {

// From one to all: doubled each time, and all but one, which is what other
// work may leave.
std::vector<int32_t> FixedCounts() {
  std::vector<int32_t> counts;
  for (int32_t count = 1; count < UsableCores(); count *= 2) {
    counts.push_back(count);
  }
  if (UsableCores() > 2) counts.push_back(UsableCores() - 1);
  counts.push_back(UsableCores());
  return counts;
}

// Tokens a second that a pool generates in one turn.
absl::StatusOr<double> Turn(const BenchSettings& settings,
                            const Artifact& artifact, int32_t thread_count,
                            ThreadPolicy policy) {
  FATHOM_ASSIGN_OR_RETURN(const std::unique_ptr<ThreadPool> pool,
                          ThreadPool::Create(thread_count, policy));
  FATHOM_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                          Session::Create(artifact, *pool, {}));
  Subject subject(*session, *artifact.manifest().model());
  FATHOM_RETURN_IF_ERROR(subject.Prompt(1));
  int64_t tokens = 0;
  const double start_s = NowSeconds();
  double seconds = 0;
  while (seconds < settings.turn_seconds) {
    FATHOM_RETURN_IF_ERROR(subject.Decode(1 + tokens % settings.decode_tokens));
    ++tokens;
    seconds = NowSeconds() - start_s;
  }
  return static_cast<double>(tokens) / seconds;
}

}  // namespace

absl::StatusOr<BusyProcesses> BusyProcesses::Create(int64_t count) {
  BusyProcesses busy;
  const pid_t parent = getpid();
  for (int64_t i = 0; i < count; ++i) {
    const pid_t process = fork();
    if (process < 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot start a busy process: ", strerror(errno)));
    }
    if (process == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(0);
      raise(SIGSTOP);
      for (volatile uint64_t rounds = 0;; rounds = rounds + 1) {
      }
    }
    busy.processes_.push_back(process);
    // Stopped before anything is measured.
    waitpid(process, nullptr, WUNTRACED);
  }
  return busy;
}

BusyProcesses::~BusyProcesses() {
  Signal(SIGKILL);
  for (pid_t process : processes_) waitpid(process, nullptr, 0);
}

void BusyProcesses::Signal(int number) {
  for (pid_t process : processes_) kill(process, number);
}

absl::StatusOr<Outline> BenchBeside(const BenchSettings& settings,
                                    const Artifact& artifact,
                                    BusyProcesses& busy,
                                    const BenchProgress& progress) {
  const std::vector<int32_t> counts = FixedCounts();
  std::vector<std::vector<double>> fixed(counts.size());
  std::vector<double> adaptive;
  busy.Start();
  for (int turn = 0; turn < settings.turns; ++turn) {
    progress("threads beside other work", turn + 1, settings.turns);
    FATHOM_ASSIGN_OR_RETURN(const double rate,
                            Turn(settings, artifact, settings.load.thread_count,
                                 ThreadPolicy::kAdaptive));
    adaptive.push_back(rate);
    for (size_t i = 0; i < counts.size(); ++i) {
      FATHOM_ASSIGN_OR_RETURN(
          const double rate,
          Turn(settings, artifact, counts[i], ThreadPolicy::kFixed));
      fixed[i].push_back(rate);
    }
  }
  busy.Stop();
  Outline figures = Outline::Object();
  figures.Add("model", artifact.manifest().model()->name()->str())
      .Add("level", artifact.level().name()->str())
      .Add("busy_processes", settings.busy_processes)
      .Add("threads_asked", settings.load.thread_count)
      .Add("adaptive_tokens_per_s", Median(adaptive));
  double best = 0;
  Outline list = Outline::List();
  for (size_t i = 0; i < counts.size(); ++i) {
    const double rate = Median(fixed[i]);
    best = std::max(best, rate);
    list.Append(
        Outline::Object().Add("threads", counts[i]).Add("tokens_per_s", rate));
  }
  figures.Add("fixed", list)
      .Add("adaptive_of_best_fixed", Median(adaptive) / best);
  return figures;
}

}  // namespace fathom::rt
