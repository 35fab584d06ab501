//===- FuseNorms.cpp - Norms in the prologue of their readers -------------===//
//
// A normalised row costs less to make again than to write, to wait for and to
// read, so every product that reads it makes its own.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_FUSENORMSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

struct FuseNorms final : public ::fathom::impl::FuseNormsPassBase<FuseNorms> {
  using FuseNormsPassBase::FuseNormsPassBase;

  void runOnOperation() override {
    ::fathom::PackedWeights weights(getOperation());
    getOperation().walk([&](RmsNormOp norm) {
      for (Operation *user :
           llvm::make_early_inc_range(norm.getResult().getUsers())) {
        auto project = dyn_cast<ProjectOp>(user);
        if (!project || project.getNorm() ||
            project.getX() != norm.getResult() ||
            llvm::is_contained(project.getPlus(), norm.getResult()))
          continue;
        project.getXMutable().assign(norm.getX());
        project.setNormAttr(
            weights.whole(norm.getWeightAttr(), Layout::Vector));
        project.setEpsAttr(norm.getEpsAttr());
        if (project.getAsking())
          dropHidden(norm);
      }
      if (norm->use_empty())
        norm.erase();
    });
  }

  // The product that the asking tokens read hands their normalised rows out
  // itself, so a function need not return them.
  void dropHidden(RmsNormOp norm) {
    auto function = dyn_cast<func::FuncOp>(norm->getParentOp());
    if (!function || !function.getBody().hasOneBlock())
      return;
    Operation *terminator = function.getBody().front().getTerminator();
    for (OpOperand &use : llvm::make_early_inc_range(norm->getUses())) {
      if (use.getOwner() != terminator)
        continue;
      (void)function.eraseResult(use.getOperandNumber());
      terminator->eraseOperand(use.getOperandNumber());
    }
  }
};

} // namespace
