// See yardsticks.h. Sums in `sums` do not wait for each other: there are more
// than an instruction's latency times what starts in a cycle.
#include "tools/fathom/yardsticks.h"

#include <immintrin.h>

namespace fathom::rt {

__attribute__((target("avx512f"))) uint64_t ReadYardstick(const void* data,
                                                          uint64_t bytes) {
  constexpr uint64_t kVectors = 8;
  __m512i sums[kVectors] = {};
  const auto* vectors = static_cast<const __m512i*>(data);
  for (uint64_t i = 0; i < bytes / sizeof(__m512i); i += kVectors) {
#pragma unroll
    for (uint64_t k = 0; k < kVectors; ++k) {
      sums[k] = _mm512_add_epi64(sums[k], _mm512_load_si512(vectors + i + k));
    }
  }
  __m512i total = {};
  for (const __m512i& sum : sums) total = _mm512_add_epi64(total, sum);
  return static_cast<uint64_t>(_mm512_reduce_add_epi64(total));
}

__attribute__((target("avx512f,avx512bf16"))) uint64_t
DotYardstick(uint64_t rounds, float* sink) {
  constexpr uint64_t kSums = 12;
  constexpr uint64_t kOperations = 2 * 32;  // of one instruction
  __m512 sums[kSums] = {};
  __m512bh ones = reinterpret_cast<__m512bh>(_mm512_set1_epi16(0x3f80));
  __asm__ volatile("" : "+v"(ones));  // Nothing may be known of it.
  for (uint64_t i = 0; i < rounds; ++i) {
#pragma unroll
    for (__m512& sum : sums) sum = _mm512_dpbf16_ps(sum, ones, ones);
  }
  __m512 total = {};
  for (const __m512& sum : sums) total = _mm512_add_ps(total, sum);
  _mm512_storeu_ps(sink, total);
  return kSums * kOperations;
}

}  // namespace fathom::rt
