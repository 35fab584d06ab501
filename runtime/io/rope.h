// Rotary frequencies as transformers computes them: in float32, operation for
// operation, because their rounding is part of the model.
#ifndef FATHOM_RUNTIME_IO_ROPE_H_
#define FATHOM_RUNTIME_IO_ROPE_H_

#include <vector>

#include "runtime/io/model_config.h"

namespace fathom::rt {

struct RopeTable {
  std::vector<float> frequencies;  // one a pair of channels
  double attention_factor = 1;     // cosines and sines are multiplied by it
  double softmax_scale = 1;        // of the attention's scores
};

RopeTable ComputeRope(const ModelConfig& config);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_ROPE_H_
