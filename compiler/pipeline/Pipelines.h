//===- Pipelines.h - The order of passes ------------------------*- C++ -*-===//
//
// From one named form to the next. The only place that orders passes.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_PIPELINE_PIPELINES_H
#define FATHOM_COMPILER_PIPELINE_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace fathom {

struct PlannedOptions : public mlir::PassPipelineOptions<PlannedOptions> {
  Option<int64_t> stepTokens{*this, "step-tokens",
                             llvm::cl::desc("Most tokens of one step"),
                             llvm::cl::init(512)};
};

/// From the model form to the planned form.
void buildPlannedPipeline(mlir::OpPassManager &pm,
                          const PlannedOptions &options);

/// Whether a module is in the form of that name: model, planned, tiled, llvm.
void buildFormCheck(mlir::OpPassManager &pm, llvm::StringRef form);

/// Makes the pipelines known by name: --fathom-planned-pipeline.
void registerPipelines();

} // namespace fathom

#endif // FATHOM_COMPILER_PIPELINE_PIPELINES_H
