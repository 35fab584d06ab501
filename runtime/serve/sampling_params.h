// How a token is chosen from logits: the settings and their ranges.
#ifndef FATHOM_RUNTIME_SERVE_SAMPLING_PARAMS_H_
#define FATHOM_RUNTIME_SERVE_SAMPLING_PARAMS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "runtime/base/sampling_limits.h"

namespace fathom::rt {

// The temperature is above 0 and at most kTemperatureMax, the penalty from
// kRepetitionPenaltyMin to kRepetitionPenaltyMax; top-p lies in (0, 1], min-p
// in [0, 1].
struct SamplingParams {
  bool sample = false;  // false: greedy; all below but the penalty are unused
  float temperature = 1.0f;
  int64_t top_k = 0;  // 0: off
  float top_p = 1.0f;
  float min_p = 0.0f;
  float repetition_penalty = 1.0f;
  uint64_t seed = 0;
};

// OK when each setting is in its range; otherwise InvalidArgument that names
// the first that is not, its value and the range.
absl::Status CheckSamplingParams(const SamplingParams& params);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_SAMPLING_PARAMS_H_
