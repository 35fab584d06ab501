// The machine's limits, by the probes that are generated into model.so: what a
// measurement is held against, taken right before and right after it.
#ifndef FATHOM_TOOLS_FATHOM_BENCH_PROBES_H_
#define FATHOM_TOOLS_FATHOM_BENCH_PROBES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/abi/step.h"
#include "runtime/device/thread_pool.h"
#include "runtime/io/artifact_files.h"

namespace fathom::rt {

double NowSeconds();

// How fast all threads together read memory, each its contiguous share in one
// forward stream.
class ReadBandwidth {
 public:
  // `memory` begins at a page; it is read in windows, one after the other.
  ReadBandwidth(ThreadPool& pool, FathomReadProbe probe,
                absl::string_view memory);

  // Bytes a second, of one window.
  double Measure();

 private:
  ThreadPool& pool_;
  FathomReadProbe probe_;
  absl::string_view memory_;
  uint64_t share_bytes_;  // of one thread in a window
  uint64_t repeats_ = 1;  // of a window that is read too soon
  uint64_t at_ = 0;
};

// How fast all threads together run the level's dot instruction.
class DotPeak {
 public:
  DotPeak(ThreadPool& pool, FathomDotProbe probe);

  // Operations a second; a multiply and an add are two.
  double Measure();

 private:
  double Run(uint64_t rounds, double* seconds);

  ThreadPool& pool_;
  FathomDotProbe probe_;
  uint64_t rounds_ = 1 << 12;
};

// Memory in huge pages, filled by all threads, far more than any cache holds.
absl::StatusOr<OwnedMapping> FilledHugePages(ThreadPool& pool);

// Bytes a second from such memory: the median of some measurements.
absl::StatusOr<double> HugePageBandwidth(ThreadPool& pool,
                                         FathomReadProbe probe);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_BENCH_PROBES_H_
