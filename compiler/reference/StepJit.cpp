//===- StepJit.cpp - A planned module, compiled and loaded ----------------===//
//
// See StepJit.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/StepJit.h"

#include "compiler/pipeline/CpuPipelines.h"
#include "passes/tiling/StepPhases.h"

namespace fathom {

mlir::FailureOr<StepJit> StepJit::create(mlir::ModuleOp planned,
                                         const CpuLevel &level) {
  mlir::OwningOpRef<mlir::ModuleOp> module = planned.clone();
  mlir::PassManager pm(planned.getContext());
  buildTiledPipeline(pm, level.name);
  buildLLVMPipeline(pm);
  if (mlir::failed(pm.run(*module)))
    return mlir::failure();
  StepJit result;
  if (auto bytes = (*module)->getAttrOfType<mlir::IntegerAttr>(
          "fathom.arena_thread_bytes"))
    result.threadBytes = bytes.getInt();
  auto code = Jit::create(*module, level);
  if (mlir::failed(code))
    return mlir::failure();
  result.code = std::move(*code);
  auto find = [&](llvm::StringRef prefix) {
    return reinterpret_cast<FathomStepFunction>(
        result.code->lookup(levelSymbol(prefix, level.name)));
  };
  result.step = find("fathom_step_");
  if (!stepPhases(planned, /*mtp=*/true).empty())
    result.mtpStep = find("fathom_mtp_step_");
  if (!result.step)
    return planned.emitError("found no step for level ") << level.name;
  return result;
}

} // namespace fathom
