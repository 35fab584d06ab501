// For tests: how much memory something takes at its peak.
#ifndef FATHOM_RUNTIME_BASE_PEAK_MEMORY_TESTING_H_
#define FATHOM_RUNTIME_BASE_PEAK_MEMORY_TESTING_H_

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

namespace fathom::rt {

// The bytes by which `action` raises the peak of resident memory above what
// is resident when it begins; in a process of its own, whose peak begins
// there. Negative where that could not be measured.
template <typename Action>
int64_t PeakGrowthBytes(const Action& action) {
  auto peak_kib = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<int64_t>(usage.ru_maxrss);
  };
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) return -1;
  malloc_trim(0);  // What is free here would be had there, and not counted.
  const pid_t child = fork();
  if (child == 0) {
    const int64_t before = peak_kib();
    action();
    const int64_t growth = peak_kib() - before;
    const auto written = write(ends[1], &growth, sizeof growth);
    _exit(written == sizeof growth ? 0 : 1);
  }
  close(ends[1]);
  int64_t growth = -1;
  if (read(ends[0], &growth, sizeof growth) != sizeof growth) growth = -1;
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    return -1;
  }
  return growth < 0 ? growth : growth * 1024;
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_PEAK_MEMORY_TESTING_H_
