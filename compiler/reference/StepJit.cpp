//===- StepJit.cpp - A planned module, compiled and loaded ----------------===//
//
// See StepJit.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/StepJit.h"

#include "compiler/pipeline/CpuPipelines.h"
#include "passes/tiling/StepPhases.h"

namespace fathom {

/// Takes the products out of a function: factors, and those of tiles.
static mlir::LogicalResult spoil(mlir::ModuleOp module, llvm::StringRef name) {
  auto function = module.lookupSymbol<mlir::func::FuncOp>(name);
  llvm::SmallVector<mlir::Operation *> products;
  if (function)
    function.walk([&](mlir::Operation *op) {
      if (mlir::isa<mlir::arith::MulFOp, mlir::fathom::TileDotOp>(op))
        products.push_back(op);
    });
  if (products.empty())
    return module.emitError("found no product in the code of a phase '")
           << name << "', expected one to spoil";
  for (mlir::Operation *op : products) {
    op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    op->erase();
  }
  return mlir::success();
}

mlir::FailureOr<StepJit> StepJit::create(mlir::ModuleOp planned,
                                         const CpuLevel &level,
                                         llvm::StringRef spoiled) {
  mlir::OwningOpRef<mlir::ModuleOp> module = planned.clone();
  mlir::PassManager tiled(planned.getContext()), llvm(planned.getContext());
  buildTiledPipeline(tiled, level.name);
  buildLLVMPipeline(llvm);
  if (mlir::failed(tiled.run(*module)) ||
      (!spoiled.empty() && mlir::failed(spoil(*module, spoiled))) ||
      mlir::failed(llvm.run(*module)))
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
