// What the CPU and the operating system let a program use, by LLVM's names.
#ifndef FATHOM_RUNTIME_DEVICE_CPU_FEATURES_H_
#define FATHOM_RUNTIME_DEVICE_CPU_FEATURES_H_

#include <array>
#include <cstdint>
#include <set>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// eax, ebx, ecx, edx of one leaf.
using CpuidRegisters = std::array<uint32_t, 4>;

class CpuFeatures {
 public:
  // Of this machine.
  static CpuFeatures Detect();

  // Of a machine whose cpuid answers so and whose operating system has enabled
  // the state components `xcr0`.
  static CpuFeatures From(
      absl::FunctionRef<CpuidRegisters(uint32_t leaf, uint32_t subleaf)> cpuid,
      uint64_t xcr0);

  // False for names that are not known here.
  bool Has(absl::string_view name) const {
    return names_.count(std::string(name)) != 0;
  }
  const std::set<std::string>& names() const { return names_; }

  void Remove(const std::string& name) { names_.erase(name); }

 private:
  std::set<std::string> names_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_DEVICE_CPU_FEATURES_H_
