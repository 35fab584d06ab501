//===- ModelRun.h - One step of a whole model, in float64 -------*- C++ -*-===//
//
// Runs an imported module's functions in the order of a step: embedding, the
// layers by number, the head.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_MODELRUN_H
#define FATHOM_COMPILER_REFERENCE_MODELRUN_H

#include "compiler/reference/Interpreter.h"

namespace fathom {

struct ModelResult {
  /// A row a token that asks for logits.
  Matrix logits;
  /// A row a token: the state after the final norm.
  Matrix hidden;
  /// The chosen experts of each layer that has some, a row a token.
  std::vector<Matrix> experts;
};

/// Caches of `interpreter` go on from what they hold.
mlir::FailureOr<ModelResult> runModel(mlir::ModuleOp module,
                                      Interpreter &interpreter,
                                      const StepInput &step);

/// The MTP functions after such a step. The tokens of `step` are each one's
/// next one, at the position of the state in `hidden`; the logits are for the
/// token after that.
mlir::FailureOr<ModelResult> runMtp(mlir::ModuleOp module,
                                    Interpreter &interpreter,
                                    const StepInput &step,
                                    const Matrix &hidden);

/// `source` with each weight's values kept once it was asked for.
WeightSource keepWeights(WeightSource source);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_MODELRUN_H
