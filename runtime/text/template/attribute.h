// The `attribute` that filters such as map and sort look for in each item.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_ATTRIBUTE_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_ATTRIBUTE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/text/template/builtins.h"

namespace fathom::rt {

// The parts of "a.b.0"; none for no attribute, and what is no string is a part.
absl::StatusOr<std::vector<Value>> AttributePath(Arena& arena,
                                                 const Value& attribute);
// The item of an item of `value`; `unset`, unless it is none, takes the place
// of one that is not there.
absl::StatusOr<Value> FollowPath(TemplateContext& context, Value value,
                                 absl::Span<const Value> path,
                                 const Value& unset);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_ATTRIBUTE_H_
