//===- Pipelines.cpp - The order of passes --------------------------------===//
//
// Each function adds the passes from one named form to the next.
//
//===----------------------------------------------------------------------===//

#include "compiler/pipeline/Pipelines.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/fathom/Passes.h"

namespace fathom {

void buildPlannedPipeline(mlir::OpPassManager &pm,
                          const PlannedOptions &options) {
  pm.addPass(createPackWeightsPass());
  pm.addPass(createSplitConcatsPass());
  pm.addPass(createFuseProjectionsPass());
  pm.addPass(createFuseSwigluPass());
  // Experts take their norm themselves, in front of what takes the others.
  pm.addPass(createFuseExpertsPass());
  pm.addPass(createFuseNormsPass());
  pm.addPass(createFuseAttentionPass());
  pm.addPass(createAbsorbLatentPass());
  pm.addPass(createFuseResidualsPass());
  pm.addPass(createKeepScoreOperandsPass());
  pm.addPass(createSliceContractionsPass());
  // Slices of one value each ask for its rows; once is enough.
  pm.addPass(mlir::createCSEPass());
  pm.addPass(createFormPhasesPass());
  pm.addPass(createAssignSlotsPass());
  pm.addPass(createPlanMemoryPass({options.stepTokens}));
}

void buildFormCheck(mlir::OpPassManager &pm, llvm::StringRef form) {
  pm.addPass(createCheckFormPass({form.str()}));
}

void registerPipelines() {
  mlir::PassPipelineRegistration<PlannedOptions>(
      "fathom-planned-pipeline", "From the model form to the planned form",
      buildPlannedPipeline);
}

} // namespace fathom
