// What `fathom bench` measures: prompts and generated tokens, each sample
// between two measurements of the machine's limit.
#ifndef FATHOM_TOOLS_FATHOM_BENCH_FIGURES_H_
#define FATHOM_TOOLS_FATHOM_BENCH_FIGURES_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/schema/manifest_generated.h"
#include "runtime/serve/load_artifact.h"
#include "tools/fathom/outline.h"

namespace fathom::rt {

struct BenchSettings {
  LoadOptions load;
  int64_t prompt_tokens = 512;
  int64_t decode_tokens = 64;
  int64_t busy_processes = -1;  // of --beside; -1: not given
  // Of --beside: each number of threads has so many turns of so many seconds,
  // long enough that what adapts has to find its way each time.
  int turns = 5;
  double turn_seconds = 1;
};

// InvalidArgument where the tokens do not fit into the model's context.
absl::Status CheckFits(const BenchSettings& settings,
                       const fathom::schema::Model& model);

// Told what is measured next, as "prompts", and which sample of how many.
using BenchProgress =
    std::function<void(absl::string_view what, int64_t sample, int64_t count)>;

// Measures what was loaded, for settings that fit; the figures under the names
// that the JSON has.
absl::StatusOr<Outline> Bench(const BenchSettings& settings,
                              const LoadedArtifact& loaded,
                              const BenchProgress& progress);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_BENCH_FIGURES_H_
