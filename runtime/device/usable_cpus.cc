// See usable_cpus.h.
#include "runtime/device/usable_cpus.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {
namespace {

constexpr int32_t kNoQuota = std::numeric_limits<int32_t>::max();

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// `quota` and `period` are in microseconds; a quota of "max" or -1 is none.
int32_t Cpus(absl::string_view quota, absl::string_view period) {
  int64_t quota_us = 0, period_us = 0;
  if (!absl::SimpleAtoi(quota, &quota_us) || quota_us <= 0 ||
      !absl::SimpleAtoi(period, &period_us) || period_us <= 0) {
    return kNoQuota;
  }
  const int64_t cpus = quota_us / period_us + (quota_us % period_us != 0);
  return static_cast<int32_t>(std::min<int64_t>(cpus, kNoQuota));
}

// The limit of one control group, in the files of either version.
int32_t GroupQuota(const std::string& folder) {
  const std::string unified = FirstLine(folder + "/cpu.max");
  if (!unified.empty()) {
    const std::vector<std::string> words = absl::StrSplit(unified, ' ');
    return words.size() == 2 ? Cpus(words[0], words[1]) : kNoQuota;
  }
  return Cpus(FirstLine(folder + "/cpu.cfs_quota_us"),
              FirstLine(folder + "/cpu.cfs_period_us"));
}

// A group has no more than any of the groups that it lies in.
int32_t PathQuota(const std::string& mount, std::string group) {
  int32_t quota = kNoQuota;
  while (true) {
    quota = std::min(quota, GroupQuota(absl::StrCat(mount, group)));
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos || group.empty()) return quota;
    group.resize(slash);
  }
}

bool NamesCpu(absl::string_view controllers) {
  for (absl::string_view name : absl::StrSplit(controllers, ',')) {
    if (name == "cpu") return true;
  }
  return false;
}

}  // namespace

std::vector<int> AllowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

std::vector<int> AllowedCores() {
  std::vector<int> cores;
  std::set<std::string> seen;
  for (int cpu : AllowedCpus()) {
    std::string siblings = FirstLine(absl::StrCat(
        "/sys/devices/system/cpu/cpu", cpu, "/topology/thread_siblings_list"));
    if (siblings.empty()) siblings = absl::StrCat("cpu", cpu);
    if (seen.insert(siblings).second) cores.push_back(cpu);
  }
  return cores;
}

int32_t CpuQuota(const std::string& root) {
  int32_t quota = kNoQuota;
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string line;
  // "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1.
  while (std::getline(groups, line)) {
    const std::vector<std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    const std::string mount = root + "/sys/fs/cgroup";
    if (parts[1].empty()) {
      quota = std::min(quota, PathQuota(mount, parts[2]));
    } else if (NamesCpu(parts[1])) {
      quota = std::min(quota, PathQuota(mount + "/cpu", parts[2]));
    }
  }
  return quota;
}

int32_t UsableCores() {
  return std::min(static_cast<int32_t>(AllowedCores().size()), CpuQuota());
}

int32_t UsableCpus() {
  return std::min(static_cast<int32_t>(AllowedCpus().size()), CpuQuota());
}

}  // namespace fathom::rt
