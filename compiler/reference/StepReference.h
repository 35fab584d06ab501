//===- StepReference.h - What a step's phases should leave ------*- C++ -*-===//
//
// Runs the interpreter over the functions of a step in their order. Of a module
// of the planned form it knows every phase's results; of the model form those
// of functions.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_STEPREFERENCE_H
#define FATHOM_COMPILER_REFERENCE_STEPREFERENCE_H

#include "compiler/reference/Interpreter.h"
#include "passes/tiling/StepPhases.h"

#include <map>

namespace fathom {

/// Values by the number of their phase and of their result in it.
using PhaseValues = std::map<std::pair<size_t, unsigned>, Matrix>;

/// What a step is interpreted with.
struct StepToInterpret {
  /// Those of a planned module.
  llvm::ArrayRef<StepPhase> phases;
  StepInput tokens;
  /// The rows that the step of the extra prediction layer enters with.
  Matrix hidden;
  /// What phases see of those before them, in place of what was interpreted.
  PhaseValues given;
};

/// `module` is the planned module, or what it was made of.
mlir::FailureOr<PhaseValues> referenceStep(mlir::ModuleOp module,
                                           const WeightSource &weights,
                                           const StepToInterpret &step);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_STEPREFERENCE_H
