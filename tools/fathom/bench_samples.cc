// See bench_samples.h.
#include "tools/fathom/bench_samples.h"

#include <algorithm>

#include "runtime/base/status.h"

namespace fathom::rt {

double Median(std::vector<double> values) {
  FATHOM_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

absl::StatusOr<Samples> Sample(const Sampling& sampling) {
  Samples samples;
  samples.limits.push_back(sampling.probe());
  for (int64_t i = 0; i < kSampleCount; ++i) {
    if (sampling.progress) sampling.progress(i + 1);
    int64_t tokens = 0;
    const double start_s = sampling.now_s();
    double seconds = 0;
    do {
      FATHOM_ASSIGN_OR_RETURN(const int64_t count, sampling.run());
      tokens += count;
      seconds = sampling.now_s() - start_s;
    } while (seconds < kSampleSecondsMin);
    const double before = samples.limits.back(), after = sampling.probe();
    const double rate = static_cast<double>(tokens) / seconds;
    samples.limits.push_back(after);
    samples.rates.push_back(rate);
    samples.ratios.push_back(rate * sampling.cost / ((before + after) / 2));
  }
  return samples;
}

}  // namespace fathom::rt
