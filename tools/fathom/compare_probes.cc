// compare-probes NAME.fathom [PAIRS]: the probes of `fathom bench` beside
// yardsticks.h.
//
// Both by turns, in one process, for what memory gives moves from one process
// to the next. A line for each limit: medians, and the median and the quartiles
// of the ratios of neighbours.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/serve/load_artifact.h"
#include "tools/exit_codes.h"
#include "tools/fathom/bench_probes.h"
#include "tools/fathom/bench_samples.h"
#include "tools/fathom/yardsticks.h"

namespace fathom::rt {
namespace {

constexpr int64_t kPairs = 100;

void Compare(const char* name, const char* unit, int64_t pairs,
             const std::function<double()>& probe,
             const std::function<double()>& yardstick) {
  std::vector<double> probes, yardsticks, ratios;
  for (int64_t i = 0; i < pairs; ++i) {
    const bool probe_first = i % 2 == 0;
    const double first = (probe_first ? probe : yardstick)();
    const double second = (probe_first ? yardstick : probe)();
    probes.push_back(probe_first ? first : second);
    yardsticks.push_back(probe_first ? second : first);
    ratios.push_back(probes.back() / yardsticks.back());
  }
  std::sort(ratios.begin(), ratios.end());
  absl::PrintF("%s: probe %.1f %s, C++ %.1f %s, ratio %.3f (%.3f to %.3f)\n",
               name, Median(probes) / 1e9, unit, Median(yardsticks) / 1e9, unit,
               Median(ratios), ratios[ratios.size() / 4],
               ratios[ratios.size() * 3 / 4]);
}

void CompareReads(const char* name, int64_t pairs, ThreadPool& pool,
                  FathomReadProbe probe, absl::string_view memory) {
  ReadBandwidth of_probe(pool, probe, memory);
  ReadBandwidth of_yardstick(pool, ReadYardstick, memory);
  Compare(
      name, "GB/s", pairs, [&] { return of_probe.Measure(); },
      [&] { return of_yardstick.Measure(); });
}

absl::Status CompareAll(const std::string& path, int64_t pairs) {
  LoadOptions options;
  options.path = path;
  options.placement = "mapped";
  options.level = "avx512-bf16";
  FATHOM_ASSIGN_OR_RETURN(const LoadedArtifact loaded, LoadArtifact(options));
  const Artifact& artifact = *loaded.artifact;
  ThreadPool& pool = *loaded.pool;
  if (artifact.level().dot_name()->str() != "vdpbf16ps zmm") {
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s': found weights that are multiplied by %s, "
                        "expected bf16 ones",
                        path, artifact.level().dot_name()->str()));
  }
  CompareReads("mapped weights", pairs, pool, artifact.read_probe(),
               artifact.weights().bytes());
  FATHOM_ASSIGN_OR_RETURN(const OwnedMapping huge, FilledHugePages(pool));
  CompareReads("huge pages", pairs, pool, artifact.read_probe(),
               {huge.data(), huge.bytes()});
  DotPeak of_probe(pool, artifact.dot_probe());
  DotPeak of_yardstick(pool, DotYardstick);
  Compare(
      "dots", "Gop/s", pairs, [&] { return of_probe.Measure(); },
      [&] { return of_yardstick.Measure(); });
  return absl::OkStatus();
}

}  // namespace
}  // namespace fathom::rt

int main(int argc, char** argv) {
  int64_t pairs = fathom::rt::kPairs;
  if (argc < 2 || argc > 3 ||
      (argc == 3 && (!absl::SimpleAtoi(argv[2], &pairs) || pairs < 1))) {
    absl::FPrintF(stderr, "usage: compare-probes NAME.fathom [PAIRS]\n");
    return fathom::kExitCommandLine;
  }
  const absl::Status status = fathom::rt::CompareAll(argv[1], pairs);
  if (status.ok()) return 0;
  absl::FPrintF(stderr, "compare-probes: %s\n", status.message());
  return fathom::rt::ExitCode(status);
}
