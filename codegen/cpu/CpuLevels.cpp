//===- CpuLevels.cpp - The CPU levels that code is made for ---------------===//
//
// Adding a level is a row here, its tiles, and its register tile.
//
//===----------------------------------------------------------------------===//

#include "codegen/cpu/CpuLevels.h"

#include "llvm/TargetParser/Host.h"

namespace fathom {

static constexpr llvm::StringRef kAvx2[] = {"avx",  "avx2", "bmi",   "bmi2",
                                            "f16c", "fma",  "lzcnt", "popcnt"};
static constexpr llvm::StringRef kAvx512[] = {
    "avx", "avx2", "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl",
    "bmi", "bmi2", "f16c",     "fma",      "lzcnt",    "popcnt"};
static constexpr llvm::StringRef kAvx512Bf16[] = {
    "avx",      "avx2",    "avx512bf16", "avx512bw",   "avx512cd",
    "avx512dq", "avx512f", "avx512vl",   "avx512vnni", "bmi",
    "bmi2",     "f16c",    "fma",        "lzcnt",      "popcnt"};

static constexpr CpuLevel kLevels[] = {
    {"avx2", kAvx2, "znver3"},
    {"avx512", kAvx512, "znver4"},
    {"avx512-bf16", kAvx512Bf16, "znver4"},
};

std::string CpuLevel::featureText() const {
  std::string text;
  for (llvm::StringRef feature : features)
    text += (text.empty() ? "+" : ",+") + feature.str();
  return text;
}

llvm::ArrayRef<CpuLevel> cpuLevels() { return kLevels; }

const CpuLevel *findCpuLevel(llvm::StringRef name) {
  for (const CpuLevel &level : kLevels)
    if (level.name == name)
      return &level;
  return nullptr;
}

const CpuLevel *bestCpuLevel(const llvm::StringMap<bool> &features) {
  const CpuLevel *best = nullptr;
  for (const CpuLevel &level : kLevels) {
    bool hasAll = true;
    for (llvm::StringRef feature : level.features)
      hasAll &= features.lookup(feature);
    if (hasAll)
      best = &level;
  }
  return best;
}

const CpuLevel *hostCpuLevel() {
  return bestCpuLevel(llvm::sys::getHostCPUFeatures());
}

} // namespace fathom
