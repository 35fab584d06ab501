//===- KeepScoreOperands.cpp - What makes scores is not rounded -----------===//
//
// Scores stand in an exponent: what is lost of them comes out many times larger
// than what is lost of any other sum. So the products that make queries, keys
// and values take their operands as they are at every level. So does the
// product of what latent attention gives, after which the error was largest.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_KEEPSCOREOPERANDSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

struct KeepScoreOperands final
    : public ::fathom::impl::KeepScoreOperandsPassBase<KeepScoreOperands> {
  using KeepScoreOperandsPassBase::KeepScoreOperandsPassBase;

  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto attend = dyn_cast<AttendOp>(op)) {
        keep(attend.getQkv());
      } else if (auto attend = dyn_cast<AttendLatentOp>(op)) {
        keep(attend.getQ());
        keep(attend.getLatent());
        for (Operation *user : attend->getUsers())
          if (auto project = dyn_cast<ProjectOp>(user))
            project.setExact(true);
      }
    });
  }

  // The product that makes `value`, and the one that compresses its input; not
  // what adds to the residual stream.
  static void keep(Value value) {
    auto project = ::fathom::viewOf(value).base.getDefiningOp<ProjectOp>();
    if (!project || !project.getPlus().empty())
      return;
    project.setExact(true);
    keep(project.getX());
  }
};

} // namespace
