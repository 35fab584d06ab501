//===- SliceContractions.cpp - Sums that ranks may share ------------------===//
//
// What adds to the residual stream contracts over heads or over a hidden layer,
// the two things that ranks share out. Its sums are cut into slices whose
// number is a property of the program, so that a rank that owns whole slices
// computes the same bits.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/Passes.h"

#include <algorithm>

namespace fathom {
#define GEN_PASS_DEF_SLICECONTRACTIONSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

struct SliceContractions final
    : public ::fathom::impl::SliceContractionsPassBase<SliceContractions> {
  using SliceContractionsPassBase::SliceContractionsPassBase;

  void runOnOperation() override {
    if (slices < 1) {
      getOperation().emitError("found slices=")
          << slices.getValue() << ", expected at least 1";
      return signalPassFailure();
    }
    getOperation().walk([&](Operation *op) {
      if (auto project = dyn_cast<ProjectOp>(op)) {
        if (!project.getPlus().empty())
          project.setSlices(slicesOf(project.getX()));
      } else if (auto down = dyn_cast<ExpertDownOp>(op)) {
        down.setSlices(slicesOf(down.getH()));
      }
    });
  }

  /// A sum over fewer columns than slices has a slice a column.
  int64_t slicesOf(Value summed) {
    return std::min<int64_t>(slices, ::fathom::columnsOf(summed));
  }
};

} // namespace
