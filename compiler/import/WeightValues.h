//===- WeightValues.h - A checkpoint's weights, one at a time ---*- C++ -*-===//
//
// Opens the tensor that a weight names for a layer and an expert.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_IMPORT_WEIGHTVALUES_H
#define FATHOM_COMPILER_IMPORT_WEIGHTVALUES_H

#include "absl/status/statusor.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "runtime/io/weight_reader.h"

namespace fathom {

/// The reader of `weight`'s values as the checkpoint has them, float8 already
/// bf16. Rounding them to the weight's element type is the caller's.
absl::StatusOr<rt::WeightReader> openWeight(mlir::fathom::WeightOp weight,
                                            int64_t layer, int64_t expert,
                                            const rt::Checkpoint &checkpoint);

} // namespace fathom

#endif // FATHOM_COMPILER_IMPORT_WEIGHTVALUES_H
