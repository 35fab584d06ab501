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

// Whether `add` alone reads what `op` makes, and stands beside it.
bool isOnlyFor(Operation *op, arith::AddFOp add) {
  return op->hasOneUse() && op->getBlock() == add->getBlock();
}

Operation *productOf(Value operand, arith::AddFOp add) {
  auto project = operand.getDefiningOp<ProjectOp>();
  if (!project || !isOnlyFor(project, add) || project.getSwiglu() ||
      project.getAsking())
    return nullptr;
  return project;
}

Operation *expertsOf(Value operand, arith::AddFOp add) {
  auto down = operand.getDefiningOp<ExpertDownOp>();
  return down && isOnlyFor(down, add) && !down.getPlus() ? down : nullptr;
}

struct FuseResiduals final
    : public ::fathom::impl::FuseResidualsPassBase<FuseResiduals> {
  using FuseResidualsPassBase::FuseResidualsPassBase;

  void runOnOperation() override {
    getOperation().walk([&](arith::AddFOp add) {
      if (!fuse(add, [&](Value operand) { return productOf(operand, add); }))
        fuse(add, [&](Value operand) { return expertsOf(operand, add); });
    });
  }

  // Gives one side of `add`, the right one first, to what `find` finds for the
  // other; false where it finds nothing.
  bool fuse(arith::AddFOp add, llvm::function_ref<Operation *(Value)> find) {
    Value other = add.getLhs();
    Operation *op = find(add.getRhs());
    if (!op) {
      other = add.getRhs();
      op = find(add.getLhs());
    }
    if (!op)
      return false;
    op->moveBefore(add); // Where `other` is known too.
    if (auto project = dyn_cast<ProjectOp>(op))
      project.getPlusMutable().append(other);
    else
      cast<ExpertDownOp>(op).getPlusMutable().assign(other);
    add.replaceAllUsesWith(op->getResult(0));
    add.erase();
    return true;
  }
};

} // namespace
