//===- CpuPipelines.h - The order of passes after the planned form --------===//
//
// From the planned form to the tiled form of a CPU level, and on to the LLVM
// dialect.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_PIPELINE_CPUPIPELINES_H
#define FATHOM_COMPILER_PIPELINE_CPUPIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

#include <string>

namespace fathom {

struct LevelOptions : public mlir::PassPipelineOptions<LevelOptions> {
  Option<std::string> level{
      *this, "level",
      llvm::cl::desc("The CPU level: avx2, avx512 or avx512-bf16"),
      llvm::cl::init("avx2")};
};

/// From the planned form to the tiled form: a function a phase, the step, the
/// probes. `level` is avx2, avx512 or avx512-bf16.
void buildTiledPipeline(mlir::OpPassManager &pm, llvm::StringRef level);

/// From the tiled form to the LLVM dialect.
void buildLLVMPipeline(mlir::OpPassManager &pm);

/// --fathom-tiled-pipeline and --fathom-llvm-pipeline.
void registerCpuPipelines();

} // namespace fathom

#endif // FATHOM_COMPILER_PIPELINE_CPUPIPELINES_H
