// Keys of config.json that are known and change nothing that is computed.
#ifndef FATHOM_RUNTIME_IO_IGNORED_KEYS_H_
#define FATHOM_RUNTIME_IO_IGNORED_KEYS_H_

#include "absl/status/status.h"
#include "runtime/io/config_reader.h"

namespace fathom::rt {

enum class IgnoredIn {
  kEvery,    // all architectures
  kGrouped,  // Qwen2 and Llama, whose windows are off
  kExperts,  // DeepSeek-V3: about training, and about spreading experts
};

// Marks the ignored keys of `where` as read. A value that is neither of its
// key's kind nor null is refused all the same: whoever wrote it meant something
// else by the key. Numbers may have any size.
absl::Status IgnoreKeys(IgnoredIn where, ConfigReader* reader);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_IGNORED_KEYS_H_
