// What the probes of `fathom bench` are held to: the same work in C++, for a
// machine of the level avx512-bf16.
//
// No part of a program that runs models; compare_probes.cc calls them.
#ifndef FATHOM_TOOLS_FATHOM_YARDSTICKS_H_
#define FATHOM_TOOLS_FATHOM_YARDSTICKS_H_

#include <cstdint>

namespace fathom::rt {

// A FathomReadProbe.
uint64_t ReadYardstick(const void* data, uint64_t bytes);

// A FathomDotProbe that runs `vdpbf16ps zmm`.
uint64_t DotYardstick(uint64_t rounds, float* sink);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_YARDSTICKS_H_
