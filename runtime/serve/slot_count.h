// How many sequences to hold at a time where nobody says.
#ifndef FATHOM_RUNTIME_SERVE_SLOT_COUNT_H_
#define FATHOM_RUNTIME_SERVE_SLOT_COUNT_H_

#include <cstdint>

#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

// Beyond this many a step gains little on a CPU: its time then grows with its
// tokens, no longer with the weights that it reads once for all of them.
inline constexpr int32_t kDefaultSlotsMax = 16;

// The bytes that the caches of one sequence take when it fills the context.
// Saturates.
uint64_t SlotBytes(const fathom::schema::Manifest& manifest);

// The bytes of memory that this process may still take, as the kernel, a
// control group or a resource limit says; the least of them.
uint64_t AvailableMemory();

// At most kDefaultSlotsMax, at most one for each token of a step, and so many
// that their caches fill at most half of `memory_bytes`; at least 1.
int32_t DefaultSlotCount(uint64_t slot_bytes, int64_t step_tokens_max,
                         uint64_t memory_bytes);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_SLOT_COUNT_H_
