// Status helpers of the runtime: propagate errors, and checks that stay on.
//
// The code of a status is chosen by what the caller should do: fix the input
// (InvalidArgument), fix the machine (FailedPrecondition, ResourceExhausted),
// report to us (Internal); DataLoss says that bytes changed under us.
#ifndef FATHOM_RUNTIME_BASE_STATUS_H_
#define FATHOM_RUNTIME_BASE_STATUS_H_

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FATHOM_CONCAT_(a, b) a##b
#define FATHOM_CONCAT(a, b) FATHOM_CONCAT_(a, b)

// Returns from the enclosing function when `expr` is an error.
#define FATHOM_RETURN_IF_ERROR(expr)               \
  do {                                             \
    absl::Status fathom_status = (expr);           \
    if (!fathom_status.ok()) return fathom_status; \
  } while (false)

// FATHOM_ASSIGN_OR_RETURN(auto value, Compute()): declares or assigns `lhs`,
// or returns the error from the enclosing function.
#define FATHOM_ASSIGN_OR_RETURN(lhs, expr) \
  FATHOM_ASSIGN_OR_RETURN_(FATHOM_CONCAT(fathom_or_, __LINE__), lhs, expr)
#define FATHOM_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return tmp.status();            \
  lhs = *std::move(tmp)

// Ends the process when our own invariant does not hold. Never for input.
#define FATHOM_CHECK(condition)                                     \
  do {                                                              \
    if (!(condition)) {                                             \
      std::fprintf(stderr, "fathom: internal error: %s at %s:%d\n", \
                   #condition, __FILE__, __LINE__);                 \
      std::_Exit(70);                                               \
    }                                                               \
  } while (false)

namespace fathom::rt {

// What a program returns for `status`: 0 done, 1 the input is at fault, 3 the
// machine, 70 Fathom itself. (2, the command line, is the caller's to choose.)
inline int ExitCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk: return 0;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented: return 1;
    case absl::StatusCode::kInternal: return 70;
    default: return 3;
  }
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_STATUS_H_
