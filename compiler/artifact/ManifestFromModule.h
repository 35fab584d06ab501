//===- ManifestFromModule.h - What a planned module says --------*- C++ -*-===//
//
// Geometry, caches, phases, buffers, weights and costs, for the manifest.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_MANIFESTFROMMODULE_H
#define FATHOM_COMPILER_ARTIFACT_MANIFESTFROMMODULE_H

#include "codegen/cpu/CpuLevels.h"
#include "compiler/artifact/PackPlan.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom {

/// Fills what the planned form decides. `plan` is packPlanOf(module). Offsets
/// of weights are not known yet.
void describeModule(mlir::ModuleOp module, const PackPlan &plan,
                    schema::ManifestT &manifest);

/// Adds a level, whose tiled module says what a thread needs of the arena.
void describeLevel(mlir::ModuleOp tiled, const CpuLevel &level,
                   schema::ManifestT &manifest);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_MANIFESTFROMMODULE_H
