// Keys of config.json that belong to architectures other than ours.
#ifndef FATHOM_RUNTIME_IO_FOREIGN_KEYS_H_
#define FATHOM_RUNTIME_IO_FOREIGN_KEYS_H_

#include "absl/status/statusor.h"
#include "runtime/base/json.h"

namespace fathom::rt {

// What a key that no reader of ours asked for means: true where it is one of
// another architecture and its value says that nothing is changed by it, false
// where it is unknown. Refused where it names a computation that we lack, and
// where it is unknown but about positions, attention or quantisation.
absl::StatusOr<bool> IsHarmlessForeignKey(const JsonMember& member);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_FOREIGN_KEYS_H_
