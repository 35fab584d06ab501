// How well the number of threads adapts to other work on the machine.
#ifndef FATHOM_TOOLS_FATHOM_BENCH_BESIDE_H_
#define FATHOM_TOOLS_FATHOM_BENCH_BESIDE_H_

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/model/artifact.h"
#include "tools/fathom/bench_figures.h"
#include "tools/fathom/outline.h"

namespace fathom::rt {

// Processes that do nothing but keep a core busy each. They run between
// Start() and Stop() only, and die with this object or with this process.
class BusyProcesses {
 public:
  // ResourceExhausted where a process cannot be started.
  static absl::StatusOr<BusyProcesses> Create(int64_t count);
  BusyProcesses(BusyProcesses&& other) = default;
  ~BusyProcesses();

  void Start() { Signal(SIGCONT); }
  void Stop() { Signal(SIGSTOP); }

 private:
  BusyProcesses() = default;
  void Signal(int number);

  std::vector<pid_t> processes_;
};

// Measures generated tokens a second beside `busy`, by turns: with threads that
// adapt, as `run` and `chat` have them, and with each fixed number of threads
// from 1 to what the machine has. The figures under the names that the JSON
// has; `adaptive_of_best_fixed` is the share of the best of the fixed ones.
absl::StatusOr<Outline> BenchBeside(const BenchSettings& settings,
                                    const Artifact& artifact,
                                    BusyProcesses& busy,
                                    const BenchProgress& progress);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_BENCH_BESIDE_H_
