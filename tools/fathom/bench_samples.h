// Samples of a speed, each between two measurements of the machine's limit.
#ifndef FATHOM_TOOLS_FATHOM_BENCH_SAMPLES_H_
#define FATHOM_TOOLS_FATHOM_BENCH_SAMPLES_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"

namespace fathom::rt {

// A fraction is the median of so many ratios.
inline constexpr int64_t kSampleCount = 20;
inline constexpr double kSampleSecondsMin = 0.02;

// The middle one, or the mean of the two in the middle. Not for none.
double Median(std::vector<double> values);

// What was reached beside the limit.
struct Samples {
  std::vector<double> rates;   // tokens a second
  std::vector<double> ratios;  // to the mean of the limits around each
  std::vector<double> limits;  // one more: of the probes
};

// What a sample is made with.
struct Sampling {
  std::function<double()> now_s;
  std::function<double()> probe;  // the limit, in units a second
  double cost;                    // units that a token takes
  // Does one piece of work and returns its tokens.
  std::function<absl::StatusOr<int64_t>()> run;
  // Told before each sample, while no clock runs, which one it is, from 1 on.
  // May be empty.
  std::function<void(int64_t)> progress;
};

// kSampleCount of them, each as many runs as fill kSampleSecondsMin.
absl::StatusOr<Samples> Sample(const Sampling& sampling);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_BENCH_SAMPLES_H_
