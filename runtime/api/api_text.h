// Arrays that callers of the C API pass in.
#ifndef FATHOM_RUNTIME_API_API_TEXT_H_
#define FATHOM_RUNTIME_API_API_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/api/fathom.h"

namespace fathom::rt {

// More items than any array has; a negative count that became a size_t is far
// above. Texts and requests have tighter limits of their own.
inline constexpr size_t kApiItemsMax = size_t{1} << 40;

// "1 byte", "3 bytes": of what is called `unit` in the singular.
std::string Counted(size_t count, absl::string_view unit);

// FATHOM_ERROR_ARGUMENT for `count` items at null, or more than kApiItemsMax.
fathom_code CheckArray(const char* name, const void* data, size_t count,
                       absl::string_view unit);

// InvalidArgument where a request holds what fathom_generation_options takes,
// or asks for what is not computed.
absl::Status CheckApiRequest(absl::string_view request);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_API_API_TEXT_H_
