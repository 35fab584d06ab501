// Which CPUs this process may use, and how much of them.
#ifndef FATHOM_RUNTIME_DEVICE_USABLE_CPUS_H_
#define FATHOM_RUNTIME_DEVICE_USABLE_CPUS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace fathom::rt {

// The CPUs that the affinity mask allows, ascending; at least one.
std::vector<int> AllowedCpus();

// One allowed CPU of each core: hardware threads of one core count once.
std::vector<int> AllowedCores();

// How many CPUs' worth of time the control groups of this process grant,
// rounded up; INT32_MAX where none sets a limit. A container that was started
// with `--cpus=1.5` has 2. `root` stands before /proc and /sys, for tests.
int32_t CpuQuota(const std::string& root = "");

// The threads that a step takes unless told otherwise: one a core, within the
// quota. At least 1.
int32_t UsableCores();

// The most threads that can run at the same time: one an allowed CPU, within
// the quota. At least UsableCores().
int32_t UsableCpus();

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_DEVICE_USABLE_CPUS_H_
