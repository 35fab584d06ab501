// What becomes of each key of generation_config.json: it is computed, harmless,
// or refused by name.
#ifndef FATHOM_RUNTIME_IO_GENERATION_KEYS_H_
#define FATHOM_RUNTIME_IO_GENERATION_KEYS_H_

#include "absl/status/status.h"
#include "runtime/io/config_reader.h"

namespace fathom::rt {

// Marks the keys that transformers' GenerationConfig knows and that
// generation_config.cc does not compute as read. Refused by name is one whose
// value would change which tokens come, or how many; some do so only where
// tokens are sampled, or only where they are not.
absl::Status CheckUncomputedKeys(bool samples, ConfigReader* reader);

// Marks all keys of generation_config.json as read, whatever their values.
void IgnoreGenerationKeys(ConfigReader* reader);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_GENERATION_KEYS_H_
