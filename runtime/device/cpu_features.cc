// Reads cpuid, and xgetbv for what the operating system saves of the registers.
#include "runtime/device/cpu_features.h"

#include <cpuid.h>

namespace fathom::rt {
namespace {

enum Register { kEax, kEbx, kEcx, kEdx };

// State that must be enabled in XCR0 before an instruction may touch it.
constexpr uint64_t kNone = 0;
constexpr uint64_t kAvx = 0x6;      // xmm, ymm
constexpr uint64_t kAvx512 = 0xe6;  // and masks, upper halves, upper registers
constexpr uint64_t kAmx = 0x60000;  // tile configuration and data

struct Bit {
  const char* name;
  uint32_t leaf;
  uint32_t subleaf;
  Register where;
  int bit;
  uint64_t state;
};

constexpr Bit kBits[] = {
    {"cmov", 1, 0, kEdx, 15, kNone},
    {"mmx", 1, 0, kEdx, 23, kNone},
    {"fxsr", 1, 0, kEdx, 24, kNone},
    {"sse", 1, 0, kEdx, 25, kNone},
    {"sse2", 1, 0, kEdx, 26, kNone},
    {"sse3", 1, 0, kEcx, 0, kNone},
    {"pclmul", 1, 0, kEcx, 1, kNone},
    {"ssse3", 1, 0, kEcx, 9, kNone},
    {"fma", 1, 0, kEcx, 12, kAvx},
    {"cx16", 1, 0, kEcx, 13, kNone},
    {"sse4.1", 1, 0, kEcx, 19, kNone},
    {"sse4.2", 1, 0, kEcx, 20, kNone},
    {"movbe", 1, 0, kEcx, 22, kNone},
    {"popcnt", 1, 0, kEcx, 23, kNone},
    {"aes", 1, 0, kEcx, 25, kNone},
    {"avx", 1, 0, kEcx, 28, kAvx},
    {"f16c", 1, 0, kEcx, 29, kAvx},
    {"bmi", 7, 0, kEbx, 3, kNone},
    {"avx2", 7, 0, kEbx, 5, kAvx},
    {"bmi2", 7, 0, kEbx, 8, kNone},
    {"avx512f", 7, 0, kEbx, 16, kAvx512},
    {"avx512dq", 7, 0, kEbx, 17, kAvx512},
    {"adx", 7, 0, kEbx, 19, kNone},
    {"avx512ifma", 7, 0, kEbx, 21, kAvx512},
    {"avx512cd", 7, 0, kEbx, 28, kAvx512},
    {"sha", 7, 0, kEbx, 29, kNone},
    {"avx512bw", 7, 0, kEbx, 30, kAvx512},
    {"avx512vl", 7, 0, kEbx, 31, kAvx512},
    {"avx512vbmi", 7, 0, kEcx, 1, kAvx512},
    {"avx512vbmi2", 7, 0, kEcx, 6, kAvx512},
    {"gfni", 7, 0, kEcx, 8, kNone},
    {"vaes", 7, 0, kEcx, 9, kAvx},
    {"vpclmulqdq", 7, 0, kEcx, 10, kAvx},
    {"avx512vnni", 7, 0, kEcx, 11, kAvx512},
    {"avx512bitalg", 7, 0, kEcx, 12, kAvx512},
    {"avx512vpopcntdq", 7, 0, kEcx, 14, kAvx512},
    {"amx-bf16", 7, 0, kEdx, 22, kAmx},
    {"avx512fp16", 7, 0, kEdx, 23, kAvx512},
    {"amx-tile", 7, 0, kEdx, 24, kAmx},
    {"amx-int8", 7, 0, kEdx, 25, kAmx},
    {"avxvnni", 7, 1, kEax, 4, kAvx},
    {"avx512bf16", 7, 1, kEax, 5, kAvx512},
    {"lzcnt", 0x80000001, 0, kEcx, 5, kNone},
    {"prfchw", 0x80000001, 0, kEcx, 8, kNone},
};

constexpr int kOsxsaveBit = 27;

uint64_t ReadXcr0() {
  uint32_t low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

CpuidRegisters ReadCpuid(uint32_t leaf, uint32_t subleaf) {
  CpuidRegisters r = {};
  // Answers zeros for leaves beyond the highest.
  __get_cpuid_count(leaf, subleaf, &r[kEax], &r[kEbx], &r[kEcx], &r[kEdx]);
  return r;
}

}  // namespace

CpuFeatures CpuFeatures::From(
    absl::FunctionRef<CpuidRegisters(uint32_t leaf, uint32_t subleaf)> cpuid,
    uint64_t xcr0) {
  // Without it the operating system saves no more than SSE's registers.
  if ((cpuid(1, 0)[kEcx] >> kOsxsaveBit & 1) == 0) xcr0 = 0;
  const uint32_t last_subleaf = cpuid(7, 0)[kEax];
  CpuFeatures features;
  for (const Bit& bit : kBits) {
    if (bit.leaf == 7 && bit.subleaf > last_subleaf) continue;
    if ((xcr0 & bit.state) != bit.state) continue;
    if (cpuid(bit.leaf, bit.subleaf)[bit.where] >> bit.bit & 1) {
      features.names_.insert(bit.name);
    }
  }
  return features;
}

CpuFeatures CpuFeatures::Detect() {
  const bool os_saves = ReadCpuid(1, 0)[kEcx] >> kOsxsaveBit & 1;
  return From(ReadCpuid, os_saves ? ReadXcr0() : 0);
}

}  // namespace fathom::rt
