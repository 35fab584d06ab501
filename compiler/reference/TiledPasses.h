//===- TiledPasses.h - What passes to the tiled form preserve ---*- C++ -*-===//
//
// Which pass wrote the code of a phase, and how near its results are to those
// of the planned form by the Preserves line of the pass.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_TILEDPASSES_H
#define FATHOM_COMPILER_REFERENCE_TILEDPASSES_H

#include "dialects/Fathom/IR/FathomOps.h"

namespace fathom {

/// The largest differences, relative to the largest value of a result.
struct TiledPass {
  llvm::StringLiteral name;
  double result;              ///< Where nothing is rounded to fewer bits.
  double f16Cache, bf16Cache; ///< Where it went through such a cache.
  double bf16Dots;            ///< Where dots take operands of bf16.

  /// What it has to keep of result `number` of `phase`.
  double preserves(mlir::fathom::PhaseOp phase, unsigned number,
                   bool hasBf16Dots) const;
};

/// The pass that writes the code of phases like `phase`.
const TiledPass &tiledBy(mlir::fathom::PhaseOp phase);

/// The pass that makes one step of them.
const TiledPass &assembleStep();

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_TILEDPASSES_H
