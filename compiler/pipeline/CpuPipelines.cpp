//===- CpuPipelines.cpp - The order of passes after the planned form ------===//
//
// See CpuPipelines.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/pipeline/CpuPipelines.h"

#include "codegen/cpu/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/tiling/Passes.h"

namespace fathom {

void buildTiledPipeline(mlir::OpPassManager &pm, llvm::StringRef level) {
  std::string name = level.str();
  pm.addPass(createTileEmbedPass({name}));
  pm.addPass(createTileProjectPass({name}));
  pm.addPass(createTileAttendPass({name}));
  pm.addPass(createTileAttendLatentPass({name}));
  pm.addPass(createTileDispatchPass({name}));
  pm.addPass(createTileExpertsPass({name}));
  pm.addPass(createShareCodePass());
  pm.addPass(createAssembleStepPass({name}));
  pm.addPass(createAddProbesPass({name}));
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());
}

void buildLLVMPipeline(mlir::OpPassManager &pm) {
  pm.addPass(createLowerInstructionTilesPass());
  // Tokens of one tile widen the same weights: once is enough.
  pm.addPass(mlir::createCSEPass());
  pm.addPass(mlir::createLoopInvariantCodeMotionPass());
  pm.addPass(mlir::createSCFToControlFlowPass());
  pm.addPass(mlir::createConvertVectorToLLVMPass());
  pm.addPass(mlir::createArithToLLVMConversionPass());
  pm.addPass(mlir::createConvertFuncToLLVMPass());
  pm.addPass(mlir::createConvertControlFlowToLLVMPass());
  pm.addPass(mlir::createConvertIndexToLLVMPass());
  pm.addPass(mlir::createReconcileUnrealizedCastsPass());
  pm.addPass(mlir::createCanonicalizerPass());
}

void registerCpuPipelines() {
  mlir::PassPipelineRegistration<LevelOptions>(
      "fathom-tiled-pipeline", "From the planned form to the tiled form",
      [](mlir::OpPassManager &pm, const LevelOptions &options) {
        buildTiledPipeline(pm, options.level);
      });
  mlir::PassPipelineRegistration<>("fathom-llvm-pipeline",
                                   "From the tiled form to the LLVM dialect",
                                   buildLLVMPipeline);
}

} // namespace fathom
