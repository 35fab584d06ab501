// See slot_count.h.
#include "runtime/serve/slot_count.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "runtime/base/checked.h"

namespace fathom::rt {
namespace {

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

uint64_t FreeMemory() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  uint64_t kibibytes = 0;
  while (file >> name >> kibibytes) {
    std::getline(file, unit);
    if (name == "MemAvailable:") return kibibytes << 10;
  }
  return kNoLimit;
}

// Inside a container, the limit of the container.
uint64_t ControlGroupLimit() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  uint64_t bytes = 0;
  // "max" is no number: no limit.
  return file >> bytes ? bytes : kNoLimit;
}

uint64_t AddressSpaceLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return kNoLimit;
  }
  return limit.rlim_cur;
}

}  // namespace

uint64_t SlotBytes(const fathom::schema::Manifest& manifest) {
  const uint64_t context = manifest.model()->context_tokens();
  uint64_t sum = 0;
  for (const auto* cache : *manifest.caches()) {
    const uint64_t page_tokens = std::max<uint64_t>(cache->page_tokens(), 1);
    const uint64_t pages = (context + page_tokens - 1) / page_tokens;
    const auto bytes = CheckedMul(pages, cache->page_stride_bytes());
    if (!bytes.has_value() || __builtin_add_overflow(sum, *bytes, &sum)) {
      return kNoLimit;
    }
  }
  return sum;
}

uint64_t AvailableMemory() {
  return std::min({FreeMemory(), ControlGroupLimit(), AddressSpaceLimit()});
}

int32_t DefaultSlotCount(uint64_t slot_bytes, int64_t step_tokens_max,
                         uint64_t memory_bytes) {
  const uint64_t fit = memory_bytes / 2 / std::max<uint64_t>(slot_bytes, 1);
  const auto most =
      std::clamp<int64_t>(step_tokens_max, 1, int64_t{kDefaultSlotsMax});
  return static_cast<int32_t>(
      std::clamp<uint64_t>(fit, 1, static_cast<uint64_t>(most)));
}

}  // namespace fathom::rt
