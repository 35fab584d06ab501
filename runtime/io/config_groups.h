// The parts of a configuration that have readers of their own: how positions
// rotate, how weights are quantised, which experts run; and what
// generation_config.json holds.
#ifndef FATHOM_RUNTIME_IO_CONFIG_GROUPS_H_
#define FATHOM_RUNTIME_IO_CONFIG_GROUPS_H_

#include "absl/status/status.h"
#include "runtime/io/config_reader.h"
#include "runtime/io/model_config.h"

namespace fathom::rt {

// Both spellings: rope_theta with rope_scaling, and rope_parameters. What
// transformers leaves out goes to the warnings of `config`, keys that it does
// not know to its unknown keys. `config` has its architecture and positions.
absl::Status ReadRope(ConfigReader* reader, ModelConfig* config);

// Routed and shared experts, and the layers that predict further tokens.
// `config` has its number of layers.
absl::Status ReadExperts(ConfigReader* reader, ModelConfig* config);

// quantization_config: blocks of float8, or none.
absl::Status ReadQuantization(ConfigReader* reader, ModelConfig* config);

// bos_token_id and eos_token_id, a number or a list, below the vocabulary;
// what is there replaces what `config` has.
absl::Status ReadTokenIds(ConfigReader* reader, ModelConfig* config);

// generation_config.json. Unknown keys go to `config`.
absl::Status ReadGeneration(absl::string_view json, ModelConfig* config);

// The keys of generation_config.json but the token ids, from `reader`: of that
// file, or of a config.json without one, where transformers looks for them.
absl::Status ReadGenerationKeys(ConfigReader* reader, ModelConfig* config);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_CONFIG_GROUPS_H_
