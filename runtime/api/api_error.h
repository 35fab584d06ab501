// From the runtime's errors to those of the C API.
#ifndef FATHOM_RUNTIME_API_API_ERROR_H_
#define FATHOM_RUNTIME_API_API_ERROR_H_

#include <new>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/api/fathom.h"

namespace fathom::rt {

// Keeps the message for fathom_error_message() of this thread; returns `code`.
fathom_code Fail(fathom_code code, absl::string_view message);

// The same for a status: which code says who is at fault.
fathom_code Fail(const absl::Status& status);

const char* LastMessage();

// Runs the body of a function of the C API: no exception leaves it.
template <typename Body>
fathom_code Guarded(Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(FATHOM_ERROR_MACHINE, "out of memory");
  } catch (...) {
    return Fail(FATHOM_ERROR_INTERNAL, "an exception that nobody caught");
  }
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_API_API_ERROR_H_
