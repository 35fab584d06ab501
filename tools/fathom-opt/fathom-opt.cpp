//===- fathom-opt.cpp - Runs passes over a file of MLIR -------------------===//
//
// mlir-opt with Fathom's dialect and passes beside all of upstream's.
//
//===----------------------------------------------------------------------===//

#include "codegen/cpu/Passes.h"
#include "compiler/pipeline/Pipelines.h"
#include "compiler/pipeline/CpuPipelines.h"
#include "compiler/reference/InterpretPass.h"
#include "compiler/reference/RunStepPass.h"
#include "dialects/Fathom/IR/FathomDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "passes/fathom/Passes.h"
#include "passes/tiling/Passes.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  fathom::registerFathomCodegenCPUPasses();
  fathom::registerFathomModelPasses();
  fathom::registerPipelines();
  fathom::registerFathomTilingPasses();
  fathom::registerCpuPipelines();
  fathom::registerInterpretPass();
  fathom::registerRunStepPass();
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<mlir::fathom::FathomDialect>();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Fathom's pass driver\n", registry));
}
