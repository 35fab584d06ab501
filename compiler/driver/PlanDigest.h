//===- PlanDigest.h - Whether code keeps to a plan --------------*- C++ -*-===//
//
// The tiled and the llvm form hold code alone: where weights, values and caches
// lie is in the planned form that they came from. They say by a digest which
// one that was, so that code is never put beside the weights of another plan.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_PLANDIGEST_H
#define FATHOM_COMPILER_DRIVER_PLANDIGEST_H

#include <string>

#include "absl/status/status.h"
#include "mlir/IR/BuiltinOps.h"

namespace fathom {

/// The text of a module, as it is printed.
std::string printed(mlir::ModuleOp module);

/// Writes the digest of a planned module on it; passes leave it there.
void notePlan(mlir::ModuleOp planned);

/// Whether `code`, read from the file `name`, came from `planned`, which is
/// noted: InvalidArgument where it did not.
absl::Status checkSamePlan(mlir::ModuleOp planned, mlir::ModuleOp code,
                           const std::string &name);

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_PLANDIGEST_H
