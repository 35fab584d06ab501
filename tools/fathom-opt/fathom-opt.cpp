//===- fathom-opt.cpp - Runs passes over a file of MLIR -------------------===//
//
// mlir-opt with Fathom's dialect and passes beside all of upstream's.
//
//===----------------------------------------------------------------------===//

#include "codegen/cpu/Passes.h"
#include "compiler/pipeline/CpuPipelines.h"
#include "compiler/pipeline/Pipelines.h"
#include "compiler/reference/CheckPasses.h"
#include "compiler/reference/InterpretPass.h"
#include "compiler/reference/RunStepPass.h"
#include "dialects/Fathom/IR/FathomDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "passes/fathom/Passes.h"
#include "passes/tiling/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

static llvm::cl::opt<bool> checkPasses(
    "fathom-check-passes",
    llvm::cl::desc("Interpret functions before and after each pass on seeded "
                   "inputs, and compare by what the pass preserves"));

int main(int argc, char **argv) {
  llvm::InitLLVM initialized(argc, argv);
  mlir::registerAllPasses();
  fathom::registerFathomCodegenCPUPasses();
  fathom::registerFathomModelPasses();
  fathom::registerPipelines();
  fathom::registerFathomTilingPasses();
  fathom::registerCpuPipelines();
  fathom::registerTestWrongPass();
  fathom::registerInterpretPass();
  fathom::registerRunStepPass();
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<mlir::fathom::FathomDialect>();
  auto [input, output] = mlir::registerAndParseCLIOptions(
      argc, argv, "Fathom's pass driver\n", registry);
  std::atomic<bool> wrong = false;
  auto config = mlir::MlirOptMainConfig::createFromCLOptions();
  auto asked = config;
  config.setPassPipelineSetupFn([&](mlir::PassManager &pm) {
    if (checkPasses)
      pm.addInstrumentation(fathom::makePassChecker(wrong));
    return asked.setupPassPipeline(pm);
  });
  if (config.shouldShowDialects() || config.shouldListPasses())
    return mlir::asMainReturnCode(
        mlir::MlirOptMain(argc, argv, input, output, registry));

  std::string error;
  auto file = mlir::openInputFile(input, &error);
  auto to = file ? mlir::openOutputFile(output, &error) : nullptr;
  if (!to) {
    llvm::errs() << error << "\n";
    return 1;
  }
  if (mlir::failed(
          mlir::MlirOptMain(to->os(), std::move(file), registry, config)) ||
      wrong)
    return 1;
  to->keep();
  return 0;
}
