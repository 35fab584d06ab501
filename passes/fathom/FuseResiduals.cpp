//===- FuseResiduals.cpp - Additions in the epilogue ----------------------===//
//
// What is added to a product is added where the product is still in registers.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_FUSERESIDUALSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

// A product that one addition alone reads.
ProjectOp onlyFor(Value operand, arith::AddFOp add) {
  auto project = operand.getDefiningOp<ProjectOp>();
  if (!project || !project->hasOneUse() || project.getSwiglu() ||
      project.getAsking() || project->getBlock() != add->getBlock())
    return nullptr;
  return project;
}

struct FuseResiduals final
    : public ::fathom::impl::FuseResidualsPassBase<FuseResiduals> {
  using FuseResidualsPassBase::FuseResidualsPassBase;

  void runOnOperation() override {
    getOperation().walk([&](arith::AddFOp add) {
      Value other = add.getLhs();
      ProjectOp project = onlyFor(add.getRhs(), add);
      if (!project) {
        other = add.getRhs();
        project = onlyFor(add.getLhs(), add);
      }
      if (!project)
        return;
      project->moveBefore(add); // Where `other` is known too.
      project.getPlusMutable().append(other);
      add.replaceAllUsesWith(project.getResult());
      add.erase();
    });
  }
};

} // namespace
