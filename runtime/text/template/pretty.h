// Python's pprint.pformat(): values over several lines.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_PRETTY_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_PRETTY_H_

#include "absl/status/statusor.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

absl::StatusOr<Value> Pretty(Arena& arena, const Value& value);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_PRETTY_H_
