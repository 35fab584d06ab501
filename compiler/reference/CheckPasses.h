//===- CheckPasses.h - Holds passes to their word ---------------*- C++ -*-===//
//
// Interprets every function before and after each pass on seeded inputs, and
// compares by what the pass says it preserves.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_CHECKPASSES_H
#define FATHOM_COMPILER_REFERENCE_CHECKPASSES_H

#include "mlir/Pass/PassInstrumentation.h"

#include <atomic>
#include <memory>

namespace fathom {

/// An instrumentation that checks passes over the model form and the planned
/// form. Differences are errors that name the pass; since an instrumentation
/// cannot stop a pass manager, they also set `failed`.
std::unique_ptr<mlir::PassInstrumentation>
makePassChecker(std::atomic<bool> &failed);

/// Makes --fathom-test-wrong-pass known, which breaks its word on purpose.
void registerTestWrongPass();

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_CHECKPASSES_H
