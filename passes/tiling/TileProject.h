//===- TileProject.h - A linear layer with what stands around it *- C++ -*-===//
//
// For phases that hold other operations beside a fathom.project.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_TILEPROJECT_H
#define FATHOM_PASSES_TILING_TILEPROJECT_H

#include "passes/tiling/Operands.h"

namespace fathom {

/// What `op` reads, as the dot instructions of the level take it.
OperandSource operandSource(KernelBuilder &b, mlir::fathom::ProjectOp op);

/// Writes the work of `op`; to be reached by all threads alike.
void emitProject(KernelBuilder &b, mlir::fathom::ProjectOp op,
                 Operands &operands);

/// The same where nothing else in the phase reads what `op` reads.
void emitProject(KernelBuilder &b, mlir::fathom::ProjectOp op);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_TILEPROJECT_H
