//===- CpuLevels.h - The CPU levels that code is made for -------*- C++ -*-===//
//
// What a level may use, in LLVM's names, and which levels this machine runs.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_CODEGEN_CPU_CPULEVELS_H
#define FATHOM_CODEGEN_CPU_CPULEVELS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace fathom {

struct CpuLevel {
  llvm::StringRef name;
  /// What the machine must have beyond x86-64.
  llvm::ArrayRef<llvm::StringRef> features;
  /// The processor whose timing the scheduler assumes.
  llvm::StringRef tune;

  /// "+avx2,+fma", as LLVM takes them.
  std::string featureText() const;
};

/// From the least to the best.
llvm::ArrayRef<CpuLevel> cpuLevels();

/// Nothing where there is no level of that name.
const CpuLevel *findCpuLevel(llvm::StringRef name);

/// The best level whose features are all there.
const CpuLevel *bestCpuLevel(const llvm::StringMap<bool> &features);

/// The best level that this machine runs, or nothing.
const CpuLevel *hostCpuLevel();

} // namespace fathom

#endif // FATHOM_CODEGEN_CPU_CPULEVELS_H
