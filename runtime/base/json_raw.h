// Parts of a JSON text as they are written, to be handed on unchanged.
#ifndef FATHOM_RUNTIME_BASE_JSON_RAW_H_
#define FATHOM_RUNTIME_BASE_JSON_RAW_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The text of each value of the array or object that `json` is, in order: the
// i-th belongs to the i-th of JsonValue::AsArray() or AsObject(). `json` has
// passed JsonDocument::Parse(); of a text that has not, what is returned is of
// no use. The parts point into `json`.
std::vector<absl::string_view> JsonRawValues(absl::string_view json);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_RAW_H_
